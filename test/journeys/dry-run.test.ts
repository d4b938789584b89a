/**
 * A dry run: the same refusals as a submission, an answer that explains itself, and nothing kept or sent.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import PostalMime from 'postal-mime';
import { sender, startWorld, type World } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld({ POSTRIDER_TRANSPORTS: 'graph,smtp' });
});
after(() => world.stop());

const mail = { from: sender, to: 'ops@example.com', subject: 'Disk full', text: 'It is.' };
const dry = (more: object = {}, headers: Record<string, string | undefined> = {}) =>
  world.request('POST', '/emails?dry_run=true', { ...mail, ...more }, headers);

test('it tells route, reason, losses, permissions and the mail, and leaves nothing behind', async () => {
  const answer = await dry(
    { html: '<p>It is.', headers: { 'X-Ticket': '42' } },
    { 'idempotency-key': 'one' },
  );
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.headers.get('location'), null);
  const { mime, size, considered, ...view } = answer.json;
  assert.deepEqual(view, {
    dry_run: true,
    route: { transport: 'smtp', mailbox: sender, form: 'smtp' },
    reason: 'Route 2, smtp, carries what an earlier one would lose.',
    not_carried: [],
    permissions: ['SMTP.SendAsApp'],
  });
  assert.deepEqual(
    considered.map(({ transport, mailbox }: { transport: string; mailbox: string }) => [transport, mailbox]),
    [
      ['graph', sender],
      ['smtp', sender],
    ],
  );
  assert.match(considered[0].why, /X-Ticket may be missing/);
  assert.ok(size >= mime.length);
  const parsed = await PostalMime.parse(mime);
  assert.equal(parsed.subject, 'Disk full');
  assert.equal(parsed.headers.find(({ key }) => key === 'x-ticket')?.value, '42');
  assert.deepEqual(await world.stored(), { rows: 0, blobs: 0, entries: 0 });
  assert.deepEqual(await world.mails('Disk full'), []);
  // The key is still free.
  const real = await world.submit({}, { 'idempotency-key': 'one' });
  assert.equal(real.status, 202);
  await world.settled(real.json.id);
});

test('the mail that is sent is the mail that was shown', async () => {
  const message = {
    subject: 'The same',
    text: 'Körper',
    html: '<p>Körper</p>',
    headers: { 'X-Ticket': '7' },
  };
  const shown = await PostalMime.parse((await dry(message)).json.mime);
  const real = await world.submit(message);
  assert.equal((await world.settled(real.json.id)).status, 'relayed');
  const [arrived] = await world.mails('The same');
  assert.ok(arrived);
  const { parsed } = arrived;
  for (const part of ['subject', 'text', 'html', 'from', 'to'] as const) {
    assert.deepEqual(parsed[part], shown[part], part);
  }
  const names = ({ headers }: typeof parsed) =>
    headers.map(({ key }) => key).filter((key) => key !== 'received' && key !== 'return-path');
  assert.deepEqual(new Set(names(shown)), new Set(names(parsed)));
});

test('it refuses what a submission would be refused for', async () => {
  for (const [more, headers, status, code] of [
    [{}, { authorization: undefined }, 401, 'missing-credentials'],
    [{ from: 'ceo@contoso.com' }, {}, 403, 'sender-not-allowed'],
    [{ to: 'nobody' }, {}, 422, 'invalid-submission'],
    [{ scheduled_at: '2099-01-01T00:00:00Z' }, {}, 422, 'invalid-submission'],
    [{}, { 'idempotency-key': 'x'.repeat(300) }, 400, 'invalid-idempotency-key'],
  ] as const) {
    const answer = await dry(more, headers);
    assert.deepEqual([answer.status, answer.json.code], [status, code]);
  }
});

test('asking for a dry run in other words sends nothing', async () => {
  const { rows } = await world.stored();
  for (const to of [
    '/emails?dry_run=1',
    '/emails?dry_run=',
    '/emails?dry_run=TRUE',
    '/emails/batch?dry_run=true',
  ]) {
    const answer = await world.request('POST', to, to.includes('batch') ? [mail] : mail);
    assert.deepEqual([answer.status, answer.json.code], [422, 'invalid-submission'], to);
    assert.match(answer.json.detail, /Nothing was accepted/);
  }
  assert.equal((await world.stored()).rows, rows);
  const plain = await world.request('POST', '/emails?dry_run=false', mail);
  assert.equal(plain.status, 202);
});
