/** Large files: upload sessions, their ranges, and what can go wrong between them. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import PostalMime from 'postal-mime';
import { asRecord, getToken, mail, openTenant } from '../tenant.ts';
import { answerOf, ask, IMMUTABLE } from './client.ts';

const MB = 1024 * 1024;
const roles = ['Mail.Send', 'Mail.ReadWrite'];
let skipped = 0;
const tenant = await openTenant({ roles, now: () => Date.now() + skipped });
const token = await getToken(tenant);
const { settings } = tenant.graph;

async function makeDraft(): Promise<string> {
  const body = asRecord(mail()['message']);
  return String(
    (await ask(tenant, token, 'messages', { method: 'POST', body, headers: IMMUTABLE })).body['id'],
  );
}

function openSession(id: string, size: number, more: Record<string, unknown> = {}) {
  const AttachmentItem = { attachmentType: 'file', name: 'big.bin', size, ...more };
  return ask(tenant, token, `messages/${id}/attachments/createUploadSession`, {
    method: 'POST',
    body: { AttachmentItem },
  });
}

async function uploadUrl(id: string, size: number): Promise<string> {
  return String((await openSession(id, size)).body['uploadUrl']);
}

async function put(
  url: string,
  file: Buffer<ArrayBuffer>,
  first: number,
  end: number,
  headers: Record<string, string> = {},
) {
  const range = { 'Content-Range': `bytes ${first}-${end - 1}/${file.length}` };
  const response = await fetch(url, {
    method: 'PUT',
    body: file.subarray(first, end),
    headers: { 'Content-Type': 'application/octet-stream', ...range, ...headers },
  });
  return answerOf(response);
}

async function putAll(url: string, file: Buffer<ArrayBuffer>, from = 0, step = 4 * MB) {
  let last;
  for (let first = from; first < file.length; first += step) {
    last = await put(url, file, first, Math.min(first + step, file.length));
  }
  assert.ok(last);
  return last;
}

const sendDraft = (id: string) => ask(tenant, token, `messages/${id}/send`, { method: 'POST' });
const state = async (url: string) => answerOf(await fetch(url));

test('30 MB come in ranges of 4 MB, and arrive byte for byte', async () => {
  const file = randomBytes(30 * MB);
  const id = await makeDraft();
  const opened = await openSession(id, file.length, { contentType: 'application/pdf' });
  assert.equal(opened.status, 201, opened.text);
  assert.deepEqual(opened.body['nextExpectedRanges'], ['0-']);
  assert.ok(Date.parse(String(opened.body['expirationDateTime'])) > Date.now());
  const url = String(opened.body['uploadUrl']);
  assert.notEqual(new URL(url).host, new URL(tenant.urls.graph).host);
  assert.notEqual(new URL(url).hostname, new URL(tenant.urls.graph).hostname);

  const first = await put(url, file, 0, 4 * MB);
  assert.equal(first.status, 200, first.text);
  assert.deepEqual(first.body['nextExpectedRanges'], [String(4 * MB)], 'without a dash');
  assert.ok('ExpirationDateTime' in first.body, 'with a capital');
  const last = await putAll(url, file, 4 * MB);
  assert.deepEqual([last.status, last.text, last.headers.get('Content-Length')], [201, '', '0']);
  assert.match(
    last.headers.get('Location') ?? '',
    /^https:\/\/outlook\.office\.com\/.*\/Attachments\('[^']+'\)$/,
  );
  assert.equal((await state(url)).status, 404, 'the session is over');

  const listed = await ask(tenant, token, `messages/${id}/attachments?$select=name,size`);
  const [attached] = [listed.body['value']].flat();
  assert.deepEqual([asRecord(attached)['name'], asRecord(attached)['size']], ['big.bin', file.length]);
  assert.equal((await sendDraft(id)).status, 202);
  const parsed = await PostalMime.parse(tenant.store.list()[0]?.mime ?? '');
  const [attachment] = parsed.attachments;
  assert.deepEqual([attachment?.filename, attachment?.mimeType], ['big.bin', 'application/pdf']);
  assert.ok(attachment?.content instanceof ArrayBuffer && Buffer.from(attachment.content).equals(file));
});

test('too small, too large and too much at once have their codes', async () => {
  const id = await makeDraft();
  const small = await openSession(id, 2 * MB);
  assert.deepEqual([small.status, small.code], [400, 'ErrorAttachmentSizeShouldNotBeLessThanMinimumSize']);
  const large = await openSession(id, 150 * MB + 1);
  assert.equal(large.code, 'ErrorAttachmentSizeLimitExceeded');
  assert.equal(
    (await openSession(id, 5 * MB, { attachmentType: 'item' })).code,
    'UnableToDeserializePostBody',
  );

  const file = randomBytes(5 * MB);
  const url = await uploadUrl(id, file.length);
  assert.equal((await put(url, file, 0, 4 * MB + 1)).status, 413);
  const posted = await ask(tenant, token, `messages/${id}/attachments`, {
    method: 'POST',
    body: {
      '@odata.type': '#microsoft.graph.fileAttachment',
      name: 'x',
      contentBytes: file.toString('base64'),
    },
  });
  assert.equal(posted.status, 413);
});

test('ranges come in order, whole, and fit the file', async () => {
  const file = randomBytes(5 * MB);
  const url = await uploadUrl(await makeDraft(), file.length);
  assert.equal((await put(url, file, MB, 2 * MB)).status, 416, 'not from the beginning');
  assert.equal((await put(url, file, 0, MB)).status, 200);
  assert.equal((await put(url, file, 0, MB)).status, 416, 'a second time');
  for (const range of ['bytes 1048576-2097151/7', 'bytes 1048576-1048577/5242880', 'bytes */5242880', '']) {
    assert.equal((await put(url, file, MB, 2 * MB, { 'Content-Range': range })).status, 400, range);
  }
  assert.deepEqual((await state(url)).body['nextExpectedRanges'], [String(MB)]);
  settings.uploadSpelling = 'pascal';
  const { body } = await state(url);
  settings.uploadSpelling = 'mixed';
  assert.deepEqual([body['NextExpectedRanges'], body['nextExpectedRanges']], [[String(MB)], undefined]);
  assert.equal((await putAll(url, file, MB)).status, 201);
});

test('the URL is the secret: a token beside it, or a changed one, is refused', async () => {
  const file = randomBytes(3 * MB);
  const url = await uploadUrl(await makeDraft(), file.length);
  assert.equal((await put(url, file, 0, MB, { Authorization: `Bearer ${token}` })).status, 401);
  assert.equal((await put(`${url}x`, file, 0, MB)).status, 401);
  assert.equal((await put(url.replace("Sessions('", "Sessions('x"), file, 0, MB)).status, 404);
  assert.equal((await put(url, file, 0, MB)).status, 200);
});

test('a session ends when it is deleted, when its time is over, and with its draft', async () => {
  const deleted = await uploadUrl(await makeDraft(), 3 * MB);
  const answer = await fetch(deleted, { method: 'DELETE' });
  assert.deepEqual([answer.status, (await state(deleted)).code], [204, 'ErrorItemNotFound']);

  const old = await uploadUrl(await makeDraft(), 3 * MB);
  skipped = settings.uploadLifetime;
  const late = (await state(old)).status;
  skipped = 0;
  assert.equal(late, 404);

  const id = await makeDraft();
  const orphan = await uploadUrl(id, 3 * MB);
  await ask(tenant, token, `messages/${id}`, { method: 'DELETE' });
  assert.equal((await state(orphan)).status, 404);
});

test('a range that broke in the middle leaves what was kept of it, or nothing', async () => {
  const file = randomBytes(3 * MB);
  const id = await makeDraft();
  const url = await uploadUrl(id, file.length);
  tenant.faults.graph.add({ kind: 'break-range', after: 100_000 });
  await assert.rejects(put(url, file, 0, MB));
  assert.deepEqual((await state(url)).body['nextExpectedRanges'], ['0']);
  tenant.faults.graph.add({ kind: 'break-range', after: 100_000, kept: true });
  await assert.rejects(put(url, file, 0, MB));
  assert.deepEqual((await state(url)).body['nextExpectedRanges'], ['100000']);
  assert.equal((await putAll(url, file, 100_000, MB)).status, 201);
  await sendDraft(id);
  const parsed = await PostalMime.parse(tenant.store.list()[0]?.mime ?? '');
  const content = parsed.attachments[0]?.content;
  assert.ok(content instanceof ArrayBuffer && Buffer.from(content).equals(file));
});

test('a session can be lost in the middle, and faults aim at their step', async () => {
  const file = randomBytes(3 * MB);
  const id = await makeDraft();
  const url = await uploadUrl(id, file.length);
  tenant.faults.graph.add({ kind: 'status', status: 503, step: 'upload' }, { kind: 'session-gone' });
  assert.equal((await state(url)).status, 200, 'asking is no upload');
  assert.equal((await put(url, file, 0, MB)).status, 503);
  assert.equal((await put(url, file, 0, MB)).status, 404);
  assert.equal((await state(url)).status, 404);

  tenant.faults.graph.add({ kind: 'reset-after-accept', step: 'send' });
  assert.equal((await ask(tenant, token, `messages/${id}`, { headers: IMMUTABLE })).body['isDraft'], true);
  const before = tenant.store.accepted;
  await assert.rejects(sendDraft(id));
  assert.equal(tenant.store.accepted, before + 1);
  assert.equal((await ask(tenant, token, `messages/${id}`, { headers: IMMUTABLE })).body['isDraft'], false);
});
