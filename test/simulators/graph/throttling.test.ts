/** Limits over time: upload bytes, early retries, and what Exchange's sending limits count. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asRecord, getToken, mail, openTenant, sendMail } from '../tenant.ts';
import { answerOf, ask, IMMUTABLE } from './client.ts';

let now = Date.now();
const tenant = await openTenant({
  roles: ['Mail.Send', 'Mail.ReadWrite'],
  mailboxes: ['alerts@contoso.com', 'other@contoso.com'],
  now: () => now,
});
const token = await getToken(tenant);
const { settings, counts } = tenant.graph;
const other = { path: '/v1.0/users/other@contoso.com/sendMail' };

/** A mail of about so many bytes. */
const sized = (bytes: number) => mail({ body: { contentType: 'text', content: 'x'.repeat(bytes) } });

/** A mail to so many people. */
const to = (count: number) =>
  mail({
    toRecipients: Array.from({ length: count }, (_, n) => ({
      emailAddress: { address: `r${n}@example.com` },
    })),
  });

test('what an app writes to a mailbox in five minutes is limited, ranges of files included', async () => {
  settings.uploadBudget = 5_000_000;
  assert.equal((await sendMail(tenant, token, sized(2_000_000))).status, 202);
  now += 100_000;
  const draft = await ask(tenant, token, 'messages', {
    method: 'POST',
    body: asRecord(mail()['message']),
    headers: IMMUTABLE,
  });
  const session = await ask(
    tenant,
    token,
    `messages/${String(draft.body['id'])}/attachments/createUploadSession`,
    {
      method: 'POST',
      body: { AttachmentItem: { attachmentType: 'file', name: 'x', size: 4_000_000 } },
    },
  );
  const put = async (first: number) =>
    answerOf(
      await fetch(String(session.body['uploadUrl']), {
        method: 'PUT',
        body: new Uint8Array(2_000_000),
        headers: { 'Content-Range': `bytes ${first}-${first + 1_999_999}/4000000` },
      }),
    );
  assert.equal((await put(0)).status, 200);
  const over = await put(2_000_000);
  assert.deepEqual(
    [over.status, over.code, over.headers.get('Retry-After')],
    [429, 'TooManyRequests', '200'],
  );
  assert.equal((await ask(tenant, token, 'messages')).status, 200, 'reading writes nothing');
  assert.equal((await sendMail(tenant, token, sized(2_000_000), other)).status, 202, 'another mailbox');
  now += 200_000;
  assert.equal((await put(2_000_000)).status, 201);
  settings.uploadBudget = 150 * 1024 * 1024;
});

test('a retry before Retry-After has passed is counted, for the app and the mailbox together', async () => {
  const before = counts.earlyRetries;
  tenant.faults.graph.add({ kind: 'status', status: 429, retryAfter: '2.5' });
  assert.equal((await sendMail(tenant, token, mail())).status, 429);
  now += 2499;
  await sendMail(tenant, token, mail(), other);
  assert.equal(counts.earlyRetries, before);
  await sendMail(tenant, token, mail());
  assert.equal(counts.earlyRetries, before + 1);
  now += 1;
  await sendMail(tenant, token, mail());
  assert.equal(counts.earlyRetries, before + 1);

  const date = new Date(now + 10_000).toUTCString();
  tenant.faults.graph.add(
    { kind: 'accept-then-status', status: 503, retryAfter: date },
    { kind: 'accept-with-retry-after', retryAfter: '100' },
  );
  await sendMail(tenant, token, mail());
  now += 5000;
  await sendMail(tenant, token, mail());
  assert.equal(counts.earlyRetries, before + 2);
  now += 5000;
  await sendMail(tenant, token, mail());
  assert.equal(counts.earlyRetries, before + 2, 'a 202 with the header asks for nothing');
});

test('the worst minute and the recipients of a day can be told', async () => {
  const address = 'other@contoso.com';
  const start = tenant.acceptances.of(address).length;
  now += 86_400_000;
  const fresh = await getToken(tenant);
  for (const [wait, recipients] of [
    [0, 1],
    [30_000, 5],
    [29_999, 1],
    [1, 1],
    [100_000, 7],
  ] as const) {
    now += wait;
    assert.equal((await sendMail(tenant, fresh, to(recipients), other)).status, 202);
  }
  const recent = tenant.acceptances.of(address).slice(start);
  assert.deepEqual(
    recent.map(({ recipients }) => recipients),
    [1, 5, 1, 1, 7],
  );
  assert.deepEqual(tenant.acceptances.worst(address, 60_000), { mails: 3, recipients: 7 });
  assert.deepEqual(tenant.acceptances.worst(address, 3_600_000), { mails: 5, recipients: 15 });
  assert.deepEqual(tenant.acceptances.worst('nobody@contoso.com', 60_000), { mails: 0, recipients: 0 });
});
