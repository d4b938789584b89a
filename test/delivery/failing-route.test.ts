/**
 * A route that fails for two instances: failover, the circuit that spares the others the detour, and the way back.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Bridge } from '../../shared/bridge.ts';
import { exampleMessage, exampleRecord } from '../outbox/example.ts';
import { startTurns } from './turn-stage.ts';

let now = new Date('2026-11-20T12:00:00Z');

const { microsoft365, outbox, bridgeWith } = await startTurns({ now: () => now });

const instance = (transports: string): Bridge => bridgeWith({ POSTRIDER_TRANSPORTS: transports });

/** Sends one message; gives what the turn came to and the transports that were tried. */
async function send(bridge: Bridge): Promise<string> {
  const record = exampleRecord(now);
  await outbox.accept({ record, message: exampleMessage(), attachments: [] });
  const turn = await bridge.deliver({ v: 1, message: record.id });
  const events = (await outbox.records.get(record.id))?.events ?? [];
  const tried = events.flatMap((event) => (event.event === 'sending' ? [event.transport] : []));
  return `${turn} ${tried.join(' ')}`.trim();
}
const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000);
};

test('five fail over one by one, then all go the other way until one has tried the first again', async () => {
  const [one, two] = [instance('graph,smtp'), instance('graph,smtp')];
  microsoft365.faults.graph.add({ kind: 'status', status: 503, times: 100 });
  assert.equal(await send(two), 'relayed graph smtp');
  for (let i = 0; i < 5; i++) assert.equal(await send(one), 'relayed graph smtp');
  assert.equal(await send(one), 'relayed smtp');
  later(10);
  assert.equal(await send(two), 'relayed smtp');

  later(21);
  assert.equal(await send(two), 'relayed graph smtp');
  assert.equal(await send(two), 'relayed smtp');
  assert.equal(await send(one), 'relayed smtp');

  microsoft365.faults.graph.clear();
  later(61);
  assert.equal(await send(one), 'relayed graph');
  later(10);
  assert.equal(await send(two), 'relayed graph');
});

test('with a single route messages wait for it instead of failing one by one, and go when it works again', async () => {
  const bridge = instance('graph');
  microsoft365.faults.graph.add({ kind: 'status', status: 503, times: 5 });
  for (let i = 0; i < 5; i++) assert.equal(await send(bridge), 'deferred graph');
  assert.equal(await send(bridge), 'paced');
  later(31);
  assert.equal(await send(bridge), 'relayed graph');
  assert.equal(await send(bridge), 'relayed graph');
});
