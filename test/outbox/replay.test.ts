/**
 * What a person does with messages that were not sent, on Azurite.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KeptFilter } from '../../shared/outbox/ledger.ts';
import { allKept, discard, pageOfKept, replay } from '../../shared/outbox/replay.ts';
import { messageIdOf } from '../../shared/platform/id.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { keptStates, type State } from '../../shared/reporting/event.ts';
import { exampleMessage, exampleRecord } from './example.ts';
import { startOutbox } from './stage.ts';

const now = new Date('2026-11-20T12:00:00Z');

const { storage, outbox } = await startOutbox();

async function put(state: State, more: object = {}, at = now): Promise<string> {
  const record = exampleRecord(at, { state, attempt: 4, ...more });
  await outbox.accept({ record, message: exampleMessage(), attachments: [] });
  return record.id;
}

const hour = (n: number) => new Date(now.getTime() + n * 3_600_000);
const ids = async (filter: KeptFilter) =>
  (await Array.fromAsync(allKept(outbox, filter))).map(({ id }) => id);

test('what waits for a person is listed, oldest first, and nothing else', async () => {
  const kept = [];
  for (const [i, state] of keptStates.entries()) kept.push(await put(state, { submitter: `s${i}` }, hour(i)));
  for (const state of ['accepted', 'sending', 'deferred', 'relayed', 'cancelled', 'discarded'] as const)
    await put(state);
  assert.deepEqual(await ids({}), kept);
  assert.deepEqual(await ids({ state: 'expired' }), [kept[1]]);
  assert.deepEqual(await ids({ state: 'relayed' }), []);
  assert.deepEqual(await ids({ submitter: 's2' }), [kept[2]]);
  assert.deepEqual(await ids({ since: hour(1), until: hour(3) }), [kept[1], kept[2]]);
});

test('pages follow one another without a gap and without content', async () => {
  const submitter = 'pages';
  const all: string[] = [];
  for (let i = 0; i < 7; i++) all.push(await put('failed', { submitter }, hour(i)));
  const keyed = messageIdOf(Buffer.from('a digest of twenty bytes'));
  await put('failed', { submitter, id: keyed }, hour(9));
  const seen: string[] = [];
  const sizes: number[] = [];
  for (let next: string | undefined = ''; next !== undefined;) {
    const page = await pageOfKept(outbox, { submitter }, 3, next);
    for (const message of page.messages) {
      assert.ok(message.replayable && !('content' in message));
      assert.equal(message.summary.subject, 'x');
      seen.push(message.id);
    }
    sizes.push(page.messages.length);
    ({ next } = page);
  }
  assert.deepEqual(seen, [keyed, ...all]);
  assert.deepEqual(sizes, [3, 3, 2]);
});

test('a name cannot break out of the filter', async () => {
  assert.deepEqual(await ids({ submitter: "x' or submitter ne 'x" }), []);
});

test('a replayed message is as if just accepted, and rung for once', async () => {
  const id = await put('expired');
  await storage.queue(storageNames.queue).clearMessages();
  const later = new Date(now.getTime() + 86_400_000);
  assert.equal(await replay(outbox, id, later, 3600), 'done');
  const record = await outbox.records.get(id);
  assert.equal(record?.state, 'accepted');
  assert.equal(record.attempt, 0);
  assert.deepEqual(record.dueAt, later);
  assert.equal(record.expiresAt.getTime(), later.getTime() + 3_600_000);
  assert.ok(record.content);
  assert.equal((await storage.queue(storageNames.queue).getProperties()).approximateMessagesCount, 1);
  assert.equal(await replay(outbox, id, later, 3600), 'not-kept');
});

test('a discarded message drops its content and stays discarded', async () => {
  const id = await put('dead-lettered');
  assert.equal(await discard(outbox, id, now), 'done');
  const record = await outbox.records.get(id);
  assert.equal(record?.state, 'discarded');
  assert.equal(record.content, undefined);
  assert.equal(await replay(outbox, id, now, 3600), 'not-kept');
});

test('of a replay and a discard at the same time one wins', async () => {
  const id = await put('unknown');
  const decisions = await Promise.all([
    replay(outbox, id, now, 3600),
    discard(outbox, id, now),
    replay(outbox, id, now, 3600),
  ]);
  assert.deepEqual(decisions.toSorted(), ['done', 'not-kept', 'not-kept']);
});

test('what is not there, or has no content, is said', async () => {
  assert.equal(await replay(outbox, exampleRecord(now).id, now, 3600), 'missing');
  assert.equal(await discard(outbox, 'nonsense', now), 'missing');
  const id = await put('failed');
  const record = await outbox.records.get(id);
  await outbox.records.update(record!, { attempt: 1 }, true);
  assert.equal(await replay(outbox, id, now, 3600), 'no-content');
});
