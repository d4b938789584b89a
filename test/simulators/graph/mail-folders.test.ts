/** Looking up what was sent: filters, selections, the lag of Sent Items, and the permission to read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTransport } from 'nodemailer';
import { asRecord, getToken, mail, openTenant, sendMail } from '../tenant.ts';
import { ask, IMMUTABLE } from './client.ts';

const READER = 'c0a80101-7e57-4000-8000-0000000000d1';
const TAG = 'String {6b6f8f2e-5d0c-4c86-9a1a-6f0f7f0c6a11} Name Tag';
let skipped = 0;
const tenant = await openTenant({
  roles: ['Mail.Send', 'Mail.ReadWrite', 'SMTP.SendAsApp'],
  now: () => Date.now() + skipped,
});
const { tenantId, graph } = tenant;
tenant.entra.register({ tenantId, clientId: READER, secrets: [{ value: 's' }], roles: ['Mail.Read'] });
const token = await getToken(tenant);

const tagged = (value: string, more: Record<string, unknown> = {}) =>
  mail({ singleValueExtendedProperties: [{ id: TAG, value }], ...more });
const byTag = (value: string) =>
  `singleValueExtendedProperties/Any(ep: ep/id eq '${TAG}' and ep/value eq '${value.replaceAll("'", "''")}')`;

const queryOf = (options: Record<string, string>) => new URLSearchParams(options).toString();

async function list(
  filter: string,
  folder = 'mailFolders/sentitems/messages',
  more: Record<string, string> = {},
) {
  const answer = await ask(tenant, token, `${folder}?${queryOf({ $filter: filter, ...more })}`);
  assert.equal(answer.status, 200, answer.text);
  const { value } = answer.body;
  assert.ok(Array.isArray(value));
  return value.map((one) => asRecord(one));
}

test('the sent copy is found by its tag, with header and property when they are asked for', async () => {
  const internetMessageHeaders = [{ name: 'X-Tag', value: 'one' }];
  await sendMail(tenant, token, tagged('one', { internetMessageHeaders }));
  await sendMail(tenant, token, tagged("it's two"));
  await sendMail(tenant, token, { ...tagged('unsaved'), saveToSentItems: false });
  const [found, ...others] = await list(byTag('one'), 'mailFolders/SentItems/messages', {
    $select: 'isDraft,subject,internetMessageHeaders',
    $expand: `singleValueExtendedProperties($filter=id eq '${TAG}')`,
  });
  assert.equal(others.length, 0);
  const { id, ...rest } = asRecord(found);
  assert.equal(typeof id, 'string');
  assert.deepEqual(rest, {
    isDraft: false,
    subject: 'Greeting',
    internetMessageHeaders,
    singleValueExtendedProperties: [{ id: TAG, value: 'one' }],
  });
  const lower = byTag('one').replace('{6b6f8f2e-5d0c-4c86-9a1a-6f0f7f0c6a11}', (guid) => guid.toUpperCase());
  assert.equal((await list(lower)).length, 1, 'a GUID compares in any case');
  assert.equal((await list(byTag("it's two"))).length, 1);
  assert.equal((await list(byTag('three'))).length, 0);
  assert.equal((await list(byTag('unsaved'), 'messages')).length, 0);
  const [usual] = await list(byTag('one'));
  assert.equal(usual?.['internetMessageHeaders'], undefined);
  assert.equal(usual?.['singleValueExtendedProperties'], undefined);
});

test('the Message-ID of a sent copy is that of the mail: Exchange’s own for JSON, the caller’s for MIME', async () => {
  await sendMail(tenant, token, tagged('json', { internetMessageId: '<mine@contoso.com>' }));
  assert.equal((await list("internetMessageId eq '<mine@contoso.com>'")).length, 0);
  const [copy] = await list(byTag('json'));
  assert.match(
    String(tenant.store.list()[0]?.mime),
    new RegExp(`Message-ID: ${String(copy?.['internetMessageId'])}\r\n`),
  );
  const mime = Buffer.from('To: ada@example.com\r\nMessage-ID: <mime@contoso.com>\r\n\r\nx').toString(
    'base64',
  );
  await sendMail(tenant, token, mime, { type: 'text/plain' });
  assert.equal((await list("internetMessageId eq '<mime@contoso.com>'")).length, 1);
  graph.settings.keepsMessageId = { json: true, mime: false };
  await sendMail(tenant, token, tagged('json', { internetMessageId: '<mine@contoso.com>' }));
  await sendMail(tenant, token, mime, { type: 'text/plain' });
  graph.settings.keepsMessageId = { json: false, mime: true };
  assert.equal((await list("internetMessageId eq '<mine@contoso.com>'")).length, 1);
  assert.equal((await list("internetMessageId eq '<mime@contoso.com>'")).length, 1, 'not a second one');
  assert.doesNotMatch(String(tenant.store.list()[0]?.mime), /mime@contoso/);
});

test('what SMTP AUTH sent lies in Sent Items too', async () => {
  const transport = createTransport({
    ...tenant.smtp,
    requireTLS: true,
    auth: {
      type: 'OAuth2',
      user: 'alerts@contoso.com',
      accessToken: await getToken(tenant, { scope: 'https://outlook.office365.com/.default' }),
    },
  });
  await transport.sendMail({
    from: 'alerts@contoso.com',
    to: 'ada@example.com',
    messageId: '<smtp@contoso.com>',
    headers: { 'X-Tag': 'smtp' },
    text: 'x',
  });
  transport.close();
  const [copy] = await list("internetMessageId eq '<smtp@contoso.com>'", 'mailFolders/sentitems/messages', {
    $select: 'isDraft,internetMessageHeaders',
  });
  assert.equal(copy?.['isDraft'], false);
  assert.match(JSON.stringify(copy), /"name":"X-Tag","value":"smtp"/);
});

test('a copy turns up after the lag; a draft on its way is a draft still, or missing', async () => {
  graph.settings.sentItemsLag = 5000;
  await sendMail(tenant, token, tagged('late'));
  const body = asRecord(tagged('late draft')['message']);
  const made = await ask(tenant, token, 'messages', { method: 'POST', body, headers: IMMUTABLE });
  const path = `messages/${String(made.body['id'])}`;
  assert.equal((await ask(tenant, token, `${path}/send`, { method: 'POST' })).status, 202);
  assert.equal((await list(byTag('late'), 'messages')).length, 0);
  assert.equal((await ask(tenant, token, path)).body['isDraft'], true);
  assert.equal((await list(byTag('late draft'), 'mailFolders/drafts/messages')).length, 1);
  graph.settings.whileSending = 'missing';
  assert.equal((await ask(tenant, token, path)).status, 404);
  graph.settings.whileSending = 'draft';
  skipped = 5000;
  assert.equal((await ask(tenant, token, path)).body['isDraft'], false);
  assert.equal((await list(byTag('late'))).length, 1);
  assert.equal((await list(byTag('late draft'))).length, 1);
  assert.equal((await list(byTag('late draft'), 'mailFolders/drafts/messages')).length, 0);
  graph.settings.sentItemsLag = 0;
});

test('conditions are joined by "and"; pages are cut, newest first', async () => {
  skipped += 60_000;
  const since = new Date(Date.now() + skipped).toISOString();
  for (const value of ['a', 'b', 'a']) {
    await sendMail(tenant, token, tagged(value, { subject: `Since ${value}` }));
    skipped += 1000;
  }
  await ask(tenant, token, 'messages', { method: 'POST', body: asRecord(tagged('a')['message']) });
  assert.equal((await list(`sentDateTime ge ${since} and ${byTag('a')}`)).length, 2);
  assert.equal((await list(`${byTag('a')} and isDraft eq true`, 'messages')).length, 1);
  assert.equal((await list(`receivedDateTime ge ${since} and isDraft eq false`, 'messages')).length, 3);
  const [newest, ...others] = await list(`sentDateTime ge ${since}`, 'mailFolders/sentitems/messages', {
    $top: '2',
    $select: 'subject',
  });
  assert.deepEqual([newest?.['subject'], others.length], ['Since a', 1]);
});

test('a question that is not understood is refused', async () => {
  const bad: Record<string, string>[] = [
    { $filter: "subject eq 'x'" },
    { $filter: "internetMessageId eq '<x>' or isDraft eq true" },
    { $filter: 'isDraft eq true and' },
    { $filter: "internetMessageId eq '<x>" },
    { $filter: `${byTag('x')} and sentDateTime ge yesterday` },
    { $filter: `singleValueExtendedProperties/Any(a: a/id eq '${TAG}' and b/value eq 'x')` },
    { $filter: '' },
    { $top: '0' },
    { $top: '1001' },
    { $select: 'subjct' },
    { $expand: 'singleValueExtendedProperties' },
    { $orderby: 'sentDateTime desc' },
  ];
  for (const query of bad) {
    const answer = await ask(tenant, token, `messages?${queryOf(query)}`);
    assert.deepEqual([answer.status, answer.code], [400, 'BadRequest'], JSON.stringify(query));
  }
  assert.equal((await ask(tenant, token, 'mailFolders/nowhere/messages')).status, 404);
});

test('reading wants Mail.Read; that is not enough for drafts or sending', async () => {
  const reader = await getToken(tenant, { client_id: READER, client_secret: 's' });
  assert.equal((await ask(tenant, reader, 'messages')).status, 200);
  const body = asRecord(mail()['message']);
  const id = String((await ask(tenant, token, 'messages', { method: 'POST', body })).body['id']);
  for (const [method, path] of [
    ['POST', 'messages'],
    ['POST', `messages/${id}/send`],
    ['DELETE', `messages/${id}`],
    ['POST', `messages/${id}/attachments`],
    ['POST', `messages/${id}/attachments/createUploadSession`],
    ['POST', 'sendMail'],
  ] as const) {
    const answer = await ask(tenant, reader, path, { method, body });
    assert.deepEqual([answer.status, answer.code], [403, 'ErrorAccessDenied'], path);
  }
  assert.equal((await ask(tenant, reader, `messages/${id}`)).status, 200);
});
