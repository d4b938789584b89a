/** MIME in base64, and what of it does not survive. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { getToken, mail, openTenant, sendMail, type GraphAnswer } from '../tenant.ts';

const tenant = await openTenant({
  mailboxes: [{ address: 'alerts@contoso.com', displayName: 'Contoso Ålerts' }, 'other@contoso.com'],
});
const token = await getToken(tenant);

function sendMime(lines: readonly string[], options: { path?: string } = {}): Promise<GraphAnswer> {
  return sendRaw(base64(lines.join('\r\n')), options);
}

function sendRaw(body: string, options: { path?: string } = {}): Promise<GraphAnswer> {
  return sendMail(tenant, token, body, { type: 'text/plain', ...options });
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function source(): string {
  return tenant.store.list()[0]?.mime.toString() ?? '';
}

test('the recipients come from the fields, blind ones included, folded and encoded as they may be', async () => {
  const { status } = await sendMime([
    'From: Somebody Else <else@example.com>',
    'To: "Lovelace, Ada" <ada@example.com>,',
    '\t=?UTF-8?Q?J=C3=BCrgen?= <juergen@example.com>',
    'Cc: Team: a@example.com, b@example.com;',
    'Bcc: blind@example.com',
    'Subject: Folded',
    ' subject',
    'Content-Type: text/plain; charset=utf-8',
    '',
    'Bcc: this is body, not header',
    '',
  ]);
  assert.equal(status, 202);
  const [accepted] = tenant.store.list();
  assert.equal(accepted?.via, 'graph-mime');
  assert.deepEqual(accepted.envelope, {
    from: 'alerts@contoso.com',
    to: ['ada@example.com', 'juergen@example.com', 'a@example.com', 'b@example.com', 'blind@example.com'],
  });
  assert.match(source(), /^From: =\?UTF-8\?B\?[\w+/=]+\?= <alerts@contoso\.com>\r\n/);
  assert.doesNotMatch(source(), /else@example\.com|blind@example\.com/);
  assert.match(source(), /\r\nSubject: Folded\r\n subject\r\n/);
  assert.ok(source().endsWith('\r\n\r\nBcc: this is body, not header\r\n'));
});

test('the body arrives byte for byte, whatever its bytes', async () => {
  const body = Buffer.from(Array.from({ length: 1024 }, (_, index) => (index * 7) % 256));
  const raw = Buffer.concat([Buffer.from('To: ada@example.com\nContent-Type: application/x-any\n\n'), body]);
  const wrapped = raw.toString('base64').replaceAll(/.{76}/g, '$&\r\n');
  assert.equal((await sendRaw(wrapped)).status, 202);
  const mime = tenant.store.list()[0]?.mime ?? Buffer.of();
  assert.ok(mime.subarray(mime.indexOf('\r\n\r\n') + 4).equals(body));
});

test('fields that the mailbox has no property for are lost; an x-header survives once JSON has used its name there', async () => {
  const message = [
    'To: ada@example.com',
    'X-Ticket: 7',
    'X-Other: 8',
    'Auto-Submitted: auto-generated',
    'Return-Path: <bounce@example.com>',
    'Sender: else@example.com',
    'Importance: high',
    'List-Unsubscribe: <https://contoso.com/u>',
    'Message-ID: <mine@contoso.com>',
    '',
    'x',
  ];
  await sendMime(message);
  const [first] = tenant.store.list();
  await sendMail(
    tenant,
    token,
    mail({ internetMessageHeaders: [{ name: 'x-ticket', value: 'known from now on' }] }),
  );
  await sendMime(message);
  const fields = source().split('\r\n\r\n', 1)[0]?.split('\r\n').slice(1);
  assert.deepEqual(fields, [
    'To: ada@example.com',
    'X-Ticket: 7',
    'Importance: high',
    'List-Unsubscribe: <https://contoso.com/u>',
    'Message-ID: <mine@contoso.com>',
  ]);
  assert.equal(first?.mime.includes('X-Ticket'), false, 'it came too early');

  await sendMime(message, { path: '/v1.0/users/other@contoso.com/sendMail' });
  assert.doesNotMatch(source(), /X-Ticket/, 'names are known per mailbox');
});

test('every wrong MIME body has its code', async () => {
  const cases: [string, string, string][] = [
    ['nothing', '', 'ErrorMimeContentInvalidBase64String'],
    ['the message in the clear', 'To: ada@example.com\r\n\r\nHello', 'ErrorMimeContentInvalidBase64String'],
    [
      'base64 without its padding',
      base64('To: ada@example.com\r\n\r\nab').replaceAll('=', ''),
      'ErrorMimeContentInvalidBase64String',
    ],
    ['base64url', 'VG86_-==', 'ErrorMimeContentInvalidBase64String'],
    ['no header', base64('Hello, this is text\r\n'), 'ErrorMimeContentInvalid'],
    ['no recipients', base64('Subject: x\r\n\r\nHello'), 'ErrorInvalidRecipients'],
    ['empty recipients', base64('To: undisclosed-recipients:;\r\n\r\nHello'), 'ErrorInvalidRecipients'],
    ['an unusable address', base64('To: ada\r\n\r\nHello'), 'ErrorInvalidRecipients'],
  ];
  const before = tenant.store.accepted;
  for (const [name, body, code] of cases) {
    const answer = await sendRaw(body);
    assert.deepEqual([answer.status, answer.code], [400, code], name);
  }
  const asJson = await sendMail(tenant, token, base64('To: ada@example.com\r\n\r\nHello'));
  assert.deepEqual([asJson.status, asJson.code], [400, 'BadRequest'], 'MIME must say text/plain');
  assert.equal(tenant.store.accepted, before);
});
