/**
 * Records that go and keys that count: what housekeeping deletes must not make a repeated request a second message. With a clock
 * that the test sets.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startAzurite, type Azurite } from '../../infra/local/azurite.ts';
import { createBridge, type Bridge } from '../../shared/bridge.ts';
import { openOutbox } from '../../shared/outbox/open.ts';
import type { Outbox } from '../../shared/outbox/outbox.ts';
import { readConfig } from '../../shared/platform/config.ts';
import { openStorage } from '../../shared/platform/storage.ts';
import { append } from '../../shared/reporting/event.ts';

const start = Date.UTC(2026, 10, 20, 12);
let now = new Date(start);
let azurite: Azurite;
let outbox: Outbox;
let bridge: Bridge;

before(async () => {
  azurite = await startAzurite();
  const storage = openStorage({ AzureWebJobsStorage: azurite.connectionString });
  outbox = openOutbox(storage, () => undefined);
  const config = readConfig({
    POSTRIDER_TENANT_ID: 'tenant',
    POSTRIDER_CLIENT_ID: 'client',
    POSTRIDER_CLIENT_SECRET: 'secret',
    POSTRIDER_MAILBOX_MESSAGES_PER_MINUTE: '0',
  });
  bridge = createBridge(config, storage, { clock: { now: () => now }, log: () => undefined });
});
after(async () => {
  await bridge.close();
  await azurite.stop();
});

const setDay = (day: number) => (now = new Date(start + day * 86_400_000));
const submitter = { name: 'app', senders: ['@contoso.com'], networks: [], disabled: false };
const mail = { from: 'a@contoso.com', to: 'b@example.com', subject: 's', text: 't' };

interface Submitted {
  readonly ids: readonly string[];
  readonly replayed: boolean;
}

async function submit(key: string, body: object): Promise<Submitted> {
  const headers: Record<string, string> = { 'content-type': 'application/json', 'idempotency-key': key };
  const facts = {
    method: 'POST',
    path: '/emails',
    target: '/emails',
    query: new URLSearchParams(),
    header: (name: string) => headers[name],
    clientAddress: undefined,
  };
  const bytes = Buffer.from(JSON.stringify(body));
  const answer = Array.isArray(body)
    ? await bridge.submitBatch({ submitter }, facts, bytes)
    : await bridge.submit({ submitter }, facts, bytes);
  assert.ok(answer.ok, JSON.stringify(answer));
  const all = [answer.value].flat();
  return { ids: all.map(({ id }) => id), replayed: all.some(({ replayed }) => replayed) };
}

/** Ends messages as a delivery would. */
async function relay({ ids }: Submitted): Promise<void> {
  const at = now.toISOString();
  for (const id of ids) {
    const record = (await outbox.records.get(id)) ?? assert.fail(id);
    const events = append(record.events, { at, event: 'relayed', transport: 'graph', trace: {} });
    await outbox.records.update(record, { events }, true);
  }
}

for (const [what, body] of [
  ['a message', mail],
  ['a batch', [mail, { ...mail, subject: 'Another' }]],
] as const) {
  test(`a key that is used again after a month makes ${what} once each time`, async () => {
    setDay(0);
    const first = await submit(what, body);
    await relay(first);
    setDay(29.5);
    const second = await submit(what, body);
    assert.notDeepEqual(second.ids, first.ids, 'the key had run out');
    await relay(second);
    // Now the first is a month old, and the second counts for some hours more.
    setDay(30.2);
    await bridge.keepHouse();
    assert.deepEqual(await submit(what, body), { ids: second.ids, replayed: true });
    // And nothing is kept for ever.
    setDay(61);
    await bridge.keepHouse();
    for (const id of [...first.ids, ...second.ids]) assert.equal(await outbox.records.get(id), undefined);
    const third = await submit(what, body);
    assert.equal(third.replayed, false);
    await relay(third);
  });
}
