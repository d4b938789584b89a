/**
 * Every rule of a policy, as a table, and the ways around it that have been tried.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policyProblem } from '../../shared/access/policy.ts';
import { buildRegister } from '../../shared/access/register.ts';
import type { AttachmentPolicy, Policy } from '../../shared/access/submitter.ts';
import type { Suppression } from '../../shared/access/suppression.ts';
import { parseMailbox } from '../../shared/message/address.ts';
import type { Mailbox, Message } from '../../shared/message/message.ts';
import type { Problem } from '../../shared/platform/problem.ts';
import { exampleMessage } from '../outbox/example.ts';

const now = new Date('2026-11-20T12:00:00Z');

/** Mailboxes as a submission would have them. */
const boxes = (...texts: string[]): Mailbox[] =>
  texts.map((text) => {
    const read = parseMailbox(text);
    assert.ok(read.ok, text);
    return read.mailbox;
  });

function judged(
  policy: Policy,
  message: Partial<Message> = {},
  more: {
    readonly files?: readonly Uint8Array[];
    readonly suppressions?: readonly Suppression[];
    readonly internalDomains?: readonly string[];
  } = {},
): Problem | undefined {
  const { files = [], suppressions = [], internalDomains = ['contoso.com'] } = more;
  return policyProblem({
    submitter: { name: 'app', senders: ['alerts@contoso.com'], networks: [], disabled: false, policy },
    message: exampleMessage(message),
    leading: (index) => files[index] ?? new Uint8Array(),
    internalDomains,
    register: buildRegister({ suppressions }),
    now,
    at: '#',
  });
}

/** The code and the pointers of a refusal; empty for none. */
function verdict(problem: Problem | undefined): string {
  return problem ? [problem.code, ...(problem.errors ?? []).map(({ pointer }) => pointer)].join(' ') : '';
}

test('without a policy every recipient, name and file is allowed', () => {
  assert.equal(judged({}), undefined);
});

const refusedTo = (policy: Policy, address: string, domains: readonly string[] = ['contoso.com']) =>
  judged(policy, { to: boxes(address) }, { internalDomains: domains }) !== undefined;

test('recipients: internal', () => {
  const policy: Policy = { recipients: 'internal' };
  assert.equal(refusedTo(policy, 'a@contoso.com'), false);
  assert.equal(refusedTo(policy, 'a@CONTOSO.com'), false);
  for (const address of [
    'a@example.com',
    'a@sub.contoso.com',
    'a@contoso.com.evil.example',
    'a@evilcontoso.com',
    'a@xn--contso-3ta.com',
    'a@contōso.com',
  ]) {
    assert.equal(refusedTo(policy, address), true, address);
  }
  assert.equal(refusedTo(policy, 'a@contoso.com', []), true);
});

test('recipients: a list of addresses, domains and what is below domains', () => {
  const policy: Policy = {
    recipients: ['Ops@Example.com', '@fabrikam.com', '@*.partner.example', '@münchen.example.'],
  };
  for (const address of [
    'ops@example.com',
    'OPS@EXAMPLE.COM',
    'x@fabrikam.com',
    'x@a.partner.example',
    'x@b.a.partner.example',
    'x@münchen.example',
    'x@xn--mnchen-3ya.example',
  ]) {
    assert.equal(refusedTo(policy, address), false, address);
  }
  for (const address of [
    'ops+x@example.com',
    'devops@example.com',
    'x@sub.fabrikam.com',
    'x@partner.example',
    'x@evilpartner.example',
    'x@munchen.example',
    'x@fabrikam.com.example',
  ]) {
    assert.equal(refusedTo(policy, address), true, address);
  }
  assert.equal(refusedTo({ recipients: [] }, 'ops@example.com'), true);
});

test('denied recipients are denied whatever is allowed, in to, cc and bcc', () => {
  const policy: Policy = {
    recipients: ['@example.com'],
    deniedRecipients: ['Boss@example.com', '@*.example.com'],
  };
  const problem = judged(policy, {
    to: boxes('ops@example.com', 'BOSS@example.com'),
    cc: boxes('boss@example.com'),
    bcc: boxes(
      'ok@example.com',
      'x@a.example.com',
      'boss@EXAMPLE.com',
      'Boss+x@example.com',
      'b+oss@example.com',
    ),
  });
  assert.equal(verdict(problem), 'recipient-not-allowed #/to/1 #/cc #/bcc/1 #/bcc/2 #/bcc/3');
});

test('suppressed recipients are named with the reason, until the entry runs out', () => {
  const entry = (address: string, expiresAt?: Date): Suppression => ({
    address,
    reason: 'it bounced',
    createdAt: now,
    ...(expiresAt ? { expiresAt } : {}),
  });
  const suppressions = [
    entry('gone@example.com'),
    entry('back@example.com', now),
    entry('soon@example.com', new Date(now.getTime() + 1)),
    entry('gone+back@example.com', now),
    entry('ops+only@example.com'),
  ];
  const problem = judged(
    {},
    {
      to: boxes('GONE@example.com', 'back@example.com'),
      bcc: boxes(
        'soon@example.com',
        'gone+1@example.com',
        'Gone+a+b@example.com',
        'gone+back@example.com',
        'ops+only@example.com',
        'ops@example.com',
        'ops+other@example.com',
        '+gone@example.com',
      ),
    },
    { suppressions },
  );
  assert.equal(verdict(problem), 'recipient-suppressed #/to/0 #/bcc/0 #/bcc/1 #/bcc/2 #/bcc/3 #/bcc/4');
  assert.match(problem?.errors?.[0]?.detail ?? '', /it bounced/);
});

test('numbers: recipients, bytes, attachments', () => {
  const to = boxes('a@example.com', 'b@example.com');
  assert.equal(judged({ maxRecipients: 2 }, { to }), undefined);
  assert.equal(
    verdict(judged({ maxRecipients: 2 }, { to, bcc: boxes('c@example.com') })),
    'too-many-recipients #/to',
  );
  assert.equal(judged({ maxBytes: 2 }, { text: 'é' }), undefined);
  assert.equal(verdict(judged({ maxBytes: 2 }, { text: 'é', html: '<' })), 'too-many-bytes #');
  const attachments = [{ filename: 'a', contentType: 'application/octet-stream', size: 3 }];
  assert.equal(verdict(judged({ maxBytes: 2 }, { text: '', attachments })), 'too-many-bytes #');
  assert.equal(
    verdict(judged({ attachments: { max: 0 } }, { attachments })),
    'attachment-not-allowed #/attachments',
  );
});

test('display names: the list is compared as people read it', () => {
  const policy: Policy = { displayNames: ['Contoso  Alerts'] };
  const named = (name: string) => verdict(judged(policy, { from: { address: 'alerts@contoso.com', name } }));
  for (const name of ['Contoso Alerts', 'contoso ALERTS', 'Ｃontoso\u00a0Alerts'])
    assert.equal(named(name), '');
  for (const name of ['Contoso', 'Contoso Alert', 'C\u043entoso Alerts', 'Contoso\u200b Alerts']) {
    assert.equal(named(name), 'display-name-not-allowed #/from', name);
  }
  assert.equal(judged(policy, { from: { address: 'alerts@contoso.com' } }), undefined);
});

const callingItself = (name: string) => judged({}, { from: { address: 'alerts@contoso.com', name } });

test('display names: nobody speaks for another address', () => {
  for (const name of [
    'ceo@contoso.com',
    'The Boss <ceo@contoso.com>',
    'CEO@CONTOSO.COM via app',
    'ceo＠contoso.com',
    'ceo@con\u200btoso.com',
    '"ceo@contoso.com"',
    'alerts@contoso.com (ceo@fabrikam.com)',
    'ceo@münchen.example',
    // Dots and gaps that are drawn like one dot, or like none.
    'ceo@contoso\u3002com',
    'ceo@contoso\uff61com',
    'ceo@contoso\u200a.com',
    'ceo\u2009@\u202fcontoso.\u2006com',
    'ceo@contoso\u3164.com',
  ]) {
    assert.equal(callingItself(name)?.code, 'display-name-not-allowed', name);
  }
  for (const name of [
    'Alerts',
    'Alerts@Contoso.com',
    'alerts@contoso.com.',
    'ops@prod',
    'Meet @ 5.pm',
    '@home',
  ]) {
    assert.equal(callingItself(name), undefined, name);
  }
});

test('reply-to and senders', () => {
  const policy: Policy = { replyTo: ['desk@contoso.com', '@fabrikam.com'] };
  const replyTo = boxes('desk@contoso.com', 'me@fabrikam.com', 'evil@example.com');
  assert.equal(verdict(judged(policy, { replyTo })), 'reply-to-not-allowed #/reply_to/2');
  const stranger = judged({}, { from: { address: 'ceo@contoso.com' } });
  assert.equal(verdict(stranger), 'sender-not-allowed #/from');
  assert.match(stranger?.detail ?? '', /ceo@contoso\.com.*alerts@contoso\.com/);
});

test('headers: forbidden and required, in any case', () => {
  const policy: Policy = {
    forbiddenHeaders: ['x-SECRET'],
    requiredHeaders: { 'X-Ticket': 'INC', 'X-Team': '' },
  };
  const headers = [
    { name: 'X-Secret', value: 'a' },
    { name: 'x-ticket', value: 'inc-42' },
  ];
  assert.equal(verdict(judged(policy, { headers })), 'header-not-allowed #/headers/X-Secret #/headers');
  const wrong = [
    { name: 'X-TICKET', value: 'none' },
    { name: 'x-team', value: 'ops' },
  ];
  assert.equal(verdict(judged(policy, { headers: wrong })), 'header-required #/headers/X-TICKET');
  assert.equal(
    judged(policy, {
      headers: [
        { name: 'X-Ticket', value: 'INC1' },
        { name: 'X-Team', value: 'o' },
      ],
    }),
    undefined,
  );
});

test('all faults at once, and of very many the first fifty', () => {
  const problem = judged(
    { recipients: 'internal', maxRecipients: 1, forbiddenHeaders: ['x-a'] },
    { to: boxes('a@example.com', 'b@example.com'), headers: [{ name: 'X-A', value: '1' }] },
  );
  assert.equal(verdict(problem), 'recipient-not-allowed #/to/0 #/to/1 #/to #/headers/X-A');
  const many = judged(
    { recipients: [] },
    { to: boxes(...Array.from({ length: 90 }, (_, i) => `r${i}@example.com`)) },
  );
  assert.equal(many?.errors?.length, 51);
  assert.match(many?.errors?.at(-1)?.detail ?? '', /40 more/);
});

const program = Buffer.alloc(300);
program.write('MZ\x90\0', 'latin1');
const pdf = Buffer.from('%PDF-1.7');
const png = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const text = Buffer.from('a,b\n1,2\n');
const compound = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(504)]);
const word = Buffer.concat([
  Buffer.from('504b0304', 'hex'),
  Buffer.alloc(22),
  Buffer.from([11, 0, 0, 0]),
  Buffer.from('word/a.xml1'),
]);

/** policy, file name, declared type, content, whether it is refused. */
const files: readonly (readonly [AttachmentPolicy | undefined, string, string, Uint8Array, boolean])[] = [
  // Without a policy: programs as they are, but not in disguise.
  [undefined, 'setup.exe', 'application/octet-stream', program, false],
  [undefined, 'firmware.bin', 'application/octet-stream', program, false],
  [undefined, 'invoice.pdf', 'application/pdf', program, true],
  [undefined, 'setup.exe', 'image/png', program, true],
  [undefined, 'notes.txt', 'application/octet-stream', program, true],
  [undefined, 'data.json', 'application/octet-stream', program, true],
  [undefined, 'odd.pdf', 'application/pdf', text, false],
  // Allowed by extension.
  [{ allow: ['.pdf'] }, 'a.pdf', 'application/pdf', pdf, false],
  [{ allow: ['.pdf'] }, 'A.PDF', 'application/octet-stream', pdf, false],
  [{ allow: ['.pdf'] }, 'a.pdf', 'application/pdf', text, true],
  [{ allow: ['.pdf'] }, 'a.pdf', 'application/pdf', png, true],
  [{ allow: ['.pdf'] }, 'a.pdf', 'image/png', pdf, true],
  [{ allow: ['.pdf'] }, 'a.png', 'image/png', png, true],
  [{ allow: ['.pdf'] }, 'a', 'application/octet-stream', text, true],
  [{ allow: ['.pdf'] }, 'a.pdf.exe', 'application/pdf', pdf, true],
  [{ allow: ['.pdf'] }, 'a.pdf .', 'application/pdf', pdf, false],
  [{ allow: [] }, 'a.pdf', 'application/pdf', pdf, true],
  // Allowed by media type.
  [{ allow: ['image/*'] }, 'a.png', 'image/png', png, false],
  [{ allow: ['image/*'] }, 'a.png', 'image/png', Buffer.from('<svg onload="x">'), true],
  [{ allow: ['IMAGE/PNG'] }, 'a.png', 'image/png', png, false],
  [{ allow: ['image/*'] }, 'a.pdf', 'application/pdf', pdf, true],
  [{ allow: ['text/csv'] }, 'a.csv', 'text/csv', text, false],
  [{ allow: ['text/csv'] }, 'a.csv', 'text/csv', Buffer.from('#!/bin/sh\nrm'), true],
  [{ allow: ['text/csv'] }, 'a.csv', 'text/csv', Buffer.from('<script>alert(1)</script>'), true],
  [{ allow: ['.log'] }, 'a.log', 'text/plain', text, false],
  // Families: the name tells which of them.
  [{ allow: ['.doc'] }, 'a.doc', 'application/msword', compound, false],
  [{ allow: ['.doc'] }, 'a.xls', 'application/vnd.ms-excel', compound, true],
  [{ deny: ['.xls'] }, 'a.doc', 'application/msword', compound, false],
  [{ allow: ['.docx'] }, 'a.docx', 'application/octet-stream', word, false],
  [{ allow: ['.docx'] }, 'a.docx', 'application/octet-stream', compound, true],
  [{ allow: ['.docx', '.doc'] }, 'a.docx', 'application/octet-stream', compound, false],
  [{ allow: ['.docx'] }, 'a.docm', 'application/octet-stream', word, true],
  // Denied, wherever it shows.
  [{ deny: ['.exe'] }, 'a.exe', 'application/octet-stream', text, true],
  [{ deny: ['.exe'] }, 'a.exe.txt', 'text/plain', text, true],
  [{ deny: ['.exe'] }, 'a.exe. ', 'text/plain', text, true],
  [{ deny: ['.exe'] }, 'a.bin', 'application/octet-stream', program, true],
  [{ deny: ['.exe'] }, 'a.bin', 'application/x-msdownload', text, true],
  [{ deny: ['.exe'] }, 'a.pdf', 'application/pdf', pdf, false],
  [{ deny: ['image/*'] }, 'a.bin', 'application/octet-stream', png, true],
  [{ deny: ['.js'] }, 'a.py', 'text/x-python', text, false],
];

for (const [policy, filename, contentType, content, refused] of files) {
  test(`${filename} as ${contentType} is ${refused ? 'refused' : 'taken'} under ${JSON.stringify(policy) ?? 'no policy'}: ${content.length} bytes`, () => {
    const attachments = [{ filename, contentType, size: content.length }];
    const problem = judged(policy ? { attachments: policy } : {}, { attachments }, { files: [content] });
    assert.equal(verdict(problem), refused ? 'attachment-not-allowed #/attachments/0' : '', problem?.detail);
  });
}
