/**
 * No input makes a line break in a header: neither in that of a mail, composed by the real code from whatever a submission, a vendor's
 * client or a hook says, nor in that of an answer.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import MailComposer from 'nodemailer/lib/mail-composer';
import { writeLetter } from '../../shared/alerts/letter/letter.ts';
import { readRequest } from '../../shared/alerts/read-request.ts';
import { readHook } from '../../shared/alerts/registry.ts';
import { readAcs } from '../../shared/dialects/acs.ts';
import { readGraph } from '../../shared/dialects/graph.ts';
import { readMime } from '../../shared/dialects/mime.ts';
import { readPostmark } from '../../shared/dialects/postmark.ts';
import { readSendGrid } from '../../shared/dialects/sendgrid.ts';
import { readSes } from '../../shared/dialects/ses.ts';
import { problemResponse, secured } from '../../shared/http.ts';
import { toMailOptions } from '../../shared/message/mime.ts';
import { warningsHeader } from '../../shared/message/warning.ts';
import { refuse, type ProblemCode } from '../../shared/platform/problem.ts';
import { refusals } from '../../shared/platform/refusals.ts';
import { hookMessage } from '../../shared/submission/hook-message.ts';
import { parseDocument } from '../../shared/submission/parse.ts';
import { headerSections } from './header-sections.ts';
import { lineEnds } from './vectors/addresses.ts';

/** Text that wants to begin a field of its own, and ordinary text around it. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(...lineEnds, ...lineEnds.map((end) => `${end}X-Evil: 1`)),
      fc.constantFrom(
        'X-Evil: 1',
        'Bcc: evil@example.org',
        '=?utf-8?q?=0D=0AX-Evil:_1?=',
        '%0d%0aX-Evil: 1',
        '\\r\\nX-Evil: 1',
      ),
      fc.constantFrom(
        ':',
        ';',
        '"',
        '\\',
        '<',
        '>',
        '@',
        ',',
        '(',
        ' ',
        '=?',
        '?=',
        '\u00e9',
        '\u{1f600}',
        'a',
        'word ',
      ),
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.constantFrom('x'.repeat(80), '\u00e9'.repeat(80), 'a b '.repeat(40)),
    ),
    { maxLength: 5 },
  )
  .map((pieces) => pieces.join(''));

const tame = fc.constantFrom(
  'a',
  'Ann',
  'An ordinary text',
  '\u00dcbersicht',
  'x'.repeat(300),
  '"quoted" words',
  'a \u2013 b',
);

/** Mostly tame, so that what is wild in one place gets as far as the composer. */
const slot = fc.oneof({ weight: 4, arbitrary: tame }, { weight: 1, arbitrary: text });

let [composed, refused] = [0, 0];

/** Reads a document as any submission is read; composes it, if it is taken, and holds its lines. */
async function hold(document: unknown): Promise<void> {
  const parsed = parseDocument(document);
  if (!parsed.ok) {
    refused += 1;
    return;
  }
  composed += 1;
  const { message } = parsed.value;
  const mail = { messageId: '<1@contoso.com>', date: new Date('2026-11-28T10:00:00Z'), message };
  const contents = message.attachments.map(() => Buffer.from('content'));
  const node = new MailComposer(toMailOptions(mail, contents)).compile();
  node.keepBcc = true;
  const [own = [], ...parts] = headerSections((await node.build()).toString('latin1'));
  const names = own.map(({ name }) => name);
  const once = names.filter((name) =>
    /^(?:from|to|cc|bcc|reply-to|subject|date|message-id|x-own)$/.test(name),
  );
  assert.equal(new Set(once).size, once.length, names.join());
  assert.equal(names.includes('bcc'), message.bcc.length > 0);
  for (const name of names) assert.match(name, /^(?:[a-z][a-z0-9-]*)$/);
  assert.ok(!names.includes('x-evil'), names.join());
  for (const { name } of parts.flat())
    assert.match(name, /^content-(?:type|transfer-encoding|disposition|id)$/);
}

/** Runs, and holds that both ways out were taken. */
async function sample<T>(
  input: fc.Arbitrary<T>,
  act: (one: T) => Promise<void>,
  numRuns: number,
): Promise<void> {
  [composed, refused] = [0, 0];
  await fc.assert(fc.asyncProperty(input, act), { numRuns });
  // Few enough that chance does not decide: some 7 % of what is submitted is.
  assert.ok(composed > numRuns / 40, `${composed} of ${numRuns} were composed`);
}

test('of a mail that was submitted', async () => {
  const documents = fc.record({
    from: slot.map((name) => `"${name.replaceAll(/["\\]/g, '\\$&')}" <alerts@contoso.com>`),
    to: fc.array(
      slot.map((name) => `"${name}" <ops@example.com>`),
      { minLength: 1, maxLength: 2 },
    ),
    cc: fc.oneof(
      fc.constant([]),
      slot.map((local) => [`${local}@example.com`]),
    ),
    reply_to: fc.oneof(
      fc.constant([]),
      slot.map((domain) => [`ann@${domain}.example`]),
      fc.constant(['a@b.example']),
    ),
    subject: slot,
    text: text.map((one) => one.replaceAll('\0', '')),
    headers: fc.oneof(
      fc.constant({}),
      text.map((value) => ({ 'X-Own': value })),
      slot.map((value) => ({ 'List-Id': value, Organization: value })),
      text.map((name) => ({ [`X-${name}`]: '1' })),
    ),
    attachments: fc.array(
      fc.record({
        filename: slot,
        content: fc.constant('YQ=='),
        content_type: fc.oneof(
          fc.constantFrom('text/plain', 'image/png'),
          text.map((one) => `text/plain; a="${one}"`),
        ),
      }),
      { maxLength: 2 },
    ),
    tags: fc.array(
      slot.map((value) => ({ name: 'a', value })),
      { maxLength: 1 },
    ),
  });
  await sample(documents, hold, 1500);
  assert.ok(refused > 0);
});

test('of a mail in the words of a vendor’s client', async () => {
  const slots = fc.record({ name: slot, subject: slot, file: slot, header: slot, field: slot });
  const mailbox = 'ops@example.com';
  await sample(
    slots,
    async ({ name, subject, file, header, field }) => {
      const sendGrid = readSendGrid({
        personalizations: [{ to: [{ email: mailbox, name }], subject, headers: { 'X-Own': header } }],
        from: { email: 'alerts@contoso.com', name },
        content: [{ type: 'text/plain', value: 't' }],
        attachments: [
          { filename: file, content: 'YQ==', type: field, disposition: 'inline', content_id: field },
        ],
        [field]: 1,
      });
      if (sendGrid.ok) for (const { document } of sendGrid.value.messages) await hold(document);
      const reads = [
        readPostmark({
          From: `"${name}" <alerts@contoso.com>`,
          To: mailbox,
          Subject: subject,
          TextBody: 't',
          Headers: [{ Name: `X-${field}`, Value: header }],
          Attachments: [{ Name: file, Content: 'YQ==', ContentType: 'text/plain' }],
        }),
        readAcs({
          senderAddress: 'alerts@contoso.com',
          recipients: { to: [{ address: mailbox, displayName: name }] },
          content: { subject, plainText: 't' },
          headers: { 'X-Own': header, [field]: 'x' },
          attachments: [{ name: file, contentType: 'text/plain', contentInBase64: 'YQ==' }],
        }),
        readGraph(
          {
            message: {
              subject,
              body: { contentType: 'Text', content: 't' },
              toRecipients: [{ emailAddress: { address: mailbox, name } }],
              internetMessageHeaders: [{ name: 'X-Own', value: header }],
              attachments: [
                { '@odata.type': '#microsoft.graph.fileAttachment', name: file, contentBytes: 'YQ==' },
              ],
            },
          },
          'alerts@contoso.com',
        ),
        await readSes({
          FromEmailAddress: `"${name}" <alerts@contoso.com>`,
          Destination: { ToAddresses: [mailbox] },
          Content: {
            Simple: {
              Subject: { Data: subject },
              Body: { Text: { Data: 't' } },
              Headers: [{ Name: 'X-Own', Value: header }],
              Attachments: [{ FileName: file, RawContent: 'YQ==', ContentType: 'text/plain' }],
            },
          },
        }),
        await readMime(
          Buffer.from(
            `From: "${name}" <alerts@contoso.com>\r\nTo: ${mailbox}\r\nSubject: ${subject}\r\nX-Own: ${header}\r\n` +
              `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nt\r\n--b\r\n` +
              `Content-Disposition: attachment; filename="${file}"\r\n\r\na\r\n--b--\r\n`,
          ),
        ),
      ];
      for (const read of reads) {
        // Whoever writes a whole message writes its fields: X-Evil is one there, and no break.
        if (read.ok && !JSON.stringify(read.value.document).includes('"X-Evil"'))
          await hold(read.value.document);
      }
    },
    300,
  );
});

test('of a mail that a hook makes', async () => {
  const hook = {
    name: 'ops',
    submitter: 'app',
    from: 'Alerts <alerts@contoso.com>',
    to: ['ops@example.com'],
  };
  const calls = fc.record({
    type: fc.constantFrom(
      'application/json',
      'text/plain',
      'application/x-www-form-urlencoded',
      'text/xml',
      'image/png',
    ),
    title: text,
    header: text,
    key: text,
  });
  await sample(
    calls,
    async ({ type, title, header, key }) => {
      const all: Record<string, string> = {
        'content-type': type,
        title: header,
        filename: header,
        tags: header,
      };
      const request = await readRequest({
        method: 'POST',
        header: (name) => (Object.hasOwn(all, name) ? all[name] : undefined),
        query: new URLSearchParams({ host: key }),
        body: Buffer.from(
          type === 'application/json'
            ? JSON.stringify({ title, message: header, host: key, id: key, severity: header })
            : `${title}\n${header}: ${key}`,
        ),
      });
      const group = readHook(request);
      assert.equal(group.kind, 'alerts');
      if (group.kind !== 'alerts') return;
      const receivedAt = new Date('2026-11-28T10:00:00Z');
      const raw = { bytes: Buffer.from(title), contentType: header };
      const letter = writeLetter(group, { zone: 'UTC', receivedAt, hook: 'ops', raw });
      await hold(hookMessage(hook, group, letter, { severities: ['error'], now: receivedAt }));
    },
    400,
  );
  assert.equal(refused, 0, 'whatever a sender says, there is a mail about it');
});

test('of an answer', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ field: text, detail: text }), { maxLength: 30 }),
      text,
      (warnings, detail) => {
        const value = warningsHeader(warnings) ?? '';
        assert.match(value, /^[ -~]*$/);
        const headers = value === '' ? {} : { 'x-postrider-warnings': value };
        for (const code of Object.keys(refusals) as ProblemCode[]) {
          const { headers: sent } = secured(problemResponse(refuse(code, detail).problem, headers));
          for (const one of new Headers(sent).values()) assert.match(one, /^[ -~]*$/);
        }
      },
    ),
    { numRuns: 60 },
  );
});
