/** The draft flow without uploads: making, reading, adding files, sending, deleting. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import PostalMime from 'postal-mime';
import { asRecord, getToken, mail, openTenant } from '../tenant.ts';
import { ask, IMMUTABLE } from './client.ts';

const roles = ['Mail.Send', 'Mail.ReadWrite'];
const tenant = await openTenant({ roles, mailboxes: ['alerts@contoso.com', 'other@contoso.com'] });
const token = await getToken(tenant);
const message = (changes: Record<string, unknown> = {}) => asRecord(mail(changes)['message']);
const send = (path: string, options: Parameters<typeof ask>[3] = {}) => ask(tenant, token, path, options);
const draft = (changes: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  send('messages', { method: 'POST', body: message(changes), headers });

test('a draft is made, read, sent, and found in Sent Items by its immutable id', async () => {
  const before = tenant.store.accepted;
  const internetMessageHeaders = [{ name: 'x-postrider-id', value: '7' }];
  const made = await draft({ internetMessageHeaders }, IMMUTABLE);
  assert.equal(made.status, 201, made.text);
  const { id, isDraft, internetMessageId } = made.body;
  assert.equal(isDraft, true);
  assert.match(String(internetMessageId), /^<.+@.+>$/);
  assert.equal(made.body['internetMessageHeaders'], undefined, 'only when selected');

  const path = `messages/${String(id)}`;
  const select = '?$select=isDraft,internetMessageId,internetMessageHeaders,parentFolderId';
  const read = await send(path + select, { headers: IMMUTABLE });
  assert.equal(read.body['id'], id);
  assert.deepEqual(read.body['internetMessageHeaders'], internetMessageHeaders);
  assert.equal(tenant.store.accepted, before, 'nothing has been sent yet');

  const sent = await send(`${path}/send`, { method: 'POST' });
  assert.deepEqual([sent.status, sent.text], [202, '']);
  const after = await send(path + select, { headers: IMMUTABLE });
  assert.equal(after.body['id'], id);
  assert.equal(after.body['isDraft'], false);
  assert.equal(after.body['internetMessageId'], internetMessageId, 'it survives the sending');
  assert.notEqual(after.body['parentFolderId'], read.body['parentFolderId']);
  const again = await send(`${path}/send`, { method: 'POST' });
  assert.deepEqual([again.status, again.code], [404, 'ErrorItemNotFound']);

  assert.equal(tenant.store.accepted, before + 1);
  const [accepted] = tenant.store.list();
  assert.deepEqual([accepted?.via, accepted?.envelope.to], ['graph-draft', ['ada@example.com']]);
  assert.equal(accepted?.requestId, sent.headers.get('request-id'));
  assert.deepEqual(asRecord(accepted?.json)['subject'], 'Greeting');
  const parsed = await PostalMime.parse(accepted?.mime ?? '');
  assert.equal(parsed.messageId, internetMessageId);
  assert.ok(parsed.headers.some(({ key, value }) => key === 'x-postrider-id' && value === '7'));
});

test('without the header the id is another one after the sending', async () => {
  const { id } = (await draft()).body;
  assert.equal((await send(`messages/${String(id)}`)).status, 200);
  assert.equal((await send(`messages/${String(id)}/send`, { method: 'POST' })).status, 202);
  const gone = await send(`messages/${String(id)}`);
  assert.deepEqual([gone.status, gone.code], [404, 'ErrorItemNotFound']);
});

test('ids are case-sensitive, belong to one mailbox, and must be whole', async () => {
  const id = String((await draft({}, IMMUTABLE)).body['id']);
  const swapped = id.replaceAll(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
  assert.equal((await send(`messages/${swapped}`)).code, 'ErrorInvalidIdMalformed');
  assert.equal((await send('messages/x')).code, 'ErrorInvalidIdMalformed');
  const elsewhere = await send(`messages/${id}`, { user: 'other@contoso.com' });
  assert.deepEqual([elsewhere.status, elsewhere.code], [404, 'ErrorItemNotFound']);
});

test('a draft that is deleted is gone, also for sending', async () => {
  const id = String((await draft({}, IMMUTABLE)).body['id']);
  const deleted = await send(`messages/${id}`, { method: 'DELETE' });
  assert.deepEqual([deleted.status, deleted.text], [204, '']);
  for (const [path, method] of [
    [`messages/${id}`, 'DELETE'],
    [`messages/${id}`, 'GET'],
    [`messages/${id}/send`, 'POST'],
  ] as const) {
    const answer = await send(path, { method });
    assert.deepEqual([answer.status, answer.code], [404, 'ErrorItemNotFound'], method);
  }
});

test('a MIME draft keeps its Message-ID, loses what MIME loses, and takes files', async () => {
  const lines = [
    'To: ada@example.com',
    'Bcc: blind@example.com',
    'Subject: From MIME',
    'Message-ID: <mine@contoso.com>',
    'X-Unknown: 1',
    'Content-Type: text/html; charset=utf-8',
    '',
    '<p>Hi</p>',
  ];
  const body = Buffer.from(lines.join('\r\n')).toString('base64');
  const made = await send('messages', { method: 'POST', body, type: 'text/plain', headers: IMMUTABLE });
  assert.equal(made.status, 201, made.text);
  assert.equal(made.body['internetMessageId'], '<mine@contoso.com>');
  assert.equal(made.body['subject'], 'From MIME');
  const id = String(made.body['id']);
  const attached = await send(`messages/${id}/attachments`, {
    method: 'POST',
    body: {
      '@odata.type': '#microsoft.graph.fileAttachment',
      name: 'a.txt',
      contentType: 'text/plain',
      contentBytes: Buffer.from('file').toString('base64'),
    },
  });
  assert.equal(attached.status, 201, attached.text);
  assert.deepEqual(
    [attached.body['name'], attached.body['size'], attached.body['isInline']],
    ['a.txt', 4, false],
  );
  await send(`messages/${id}/send`, { method: 'POST' });
  const [accepted] = tenant.store.list();
  assert.deepEqual(accepted?.envelope.to, ['ada@example.com', 'blind@example.com']);
  const parsed = await PostalMime.parse(accepted?.mime ?? '');
  assert.equal(parsed.messageId, '<mine@contoso.com>');
  assert.equal(parsed.html?.trim(), '<p>Hi</p>');
  assert.deepEqual(
    parsed.attachments.map(({ filename, mimeType }) => [filename, mimeType]),
    [['a.txt', 'text/plain']],
  );
  assert.doesNotMatch(String(accepted?.mime), /X-Unknown|blind@/);
});

test('a draft may lack what a mail needs; the sending tells', async () => {
  const send400 = async (changes: Record<string, unknown>) => {
    const made = await draft(changes);
    assert.equal(made.status, 201);
    return (await send(`messages/${String(made.body['id'])}/send`, { method: 'POST' })).code;
  };
  assert.equal(await send400({ toRecipients: [] }), 'ErrorInvalidRecipients');
  assert.equal(
    await send400({ toRecipients: [{ emailAddress: { address: 'ada' } }] }),
    'ErrorInvalidRecipients',
  );
  assert.equal(
    await send400({ from: { emailAddress: { address: 'boss@contoso.com' } } }),
    'ErrorSendAsDenied',
  );
  const wrapped = await send('messages', { method: 'POST', body: mail() });
  assert.deepEqual([wrapped.status, wrapped.code], [400, 'UnableToDeserializePostBody']);
  assert.equal(
    (await draft({ internetMessageHeaders: [{ name: 'Auto-Submitted', value: 'x' }] })).status,
    400,
  );
});

test('a message over the limit of the mailbox is refused at the sending', async () => {
  const id = String((await draft()).body['id']);
  tenant.graph.settings.maxMessageSize = 10;
  const refused = await send(`messages/${id}/send`, { method: 'POST' });
  tenant.graph.settings.maxMessageSize = 150 * 1024 * 1024;
  assert.deepEqual([refused.status, refused.code], [413, 'ErrorMessageSizeExceeded']);
});

test('whether a Message-ID is kept can be set', async () => {
  const internetMessageId = '<mine@contoso.com>';
  assert.notEqual((await draft({ internetMessageId })).body['internetMessageId'], internetMessageId);
  tenant.graph.settings.keepsMessageId = { json: true, mime: false };
  assert.equal((await draft({ internetMessageId })).body['internetMessageId'], internetMessageId);
});
