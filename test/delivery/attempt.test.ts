/**
 * Failing over when something else fails as well.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startAzurite, type Azurite } from '../../infra/local/azurite.ts';
import type { DeliverParts } from '../../shared/delivery/attempt.ts';
import { deliver } from '../../shared/delivery/deliver.ts';
import { openPace } from '../../shared/pace/pace.ts';
import { openStorage, storageNames } from '../../shared/platform/storage.ts';
import { exampleMessage, exampleRecord } from '../outbox/example.ts';
import { deliverParts } from './deliver-parts.ts';
import { closedPort } from './stage.ts';

let azurite: Azurite;
before(async () => {
  azurite = await startAzurite();
});
after(() => azurite.stop());

const mailbox = 'alerts@contoso.com';
const routes: DeliverParts['routes'] = () => [
  { transport: 'graph', mailbox },
  { transport: 'smtp', mailbox },
];

/** Delivers a message. @returns what the turn came to and the message's story. */
async function send(parts: DeliverParts): Promise<string[]> {
  const record = exampleRecord(parts.clock.now());
  await parts.outbox.accept({ record, message: exampleMessage(), attachments: [] });
  const turn = await deliver(parts, { v: 1, message: record.id });
  const events = (await parts.outbox.records.get(record.id))?.events ?? [];
  return [turn, ...events.map(({ event }) => event)];
}

test('when storage does not say whether there is room on the next route, the refusal of the first is written down', async () => {
  const limits = {
    messagesPerMinute: 0,
    recipientsPerDay: 0,
    uploadBytesPer5Minutes: 0,
    externalRecipientsPerDay: 0,
    graphConcurrency: 0,
    smtpConcurrency: 3,
  };
  const nobody = `TableEndpoint=http://127.0.0.1:${await closedPort()}/devstoreaccount1`;
  const unreachable = openStorage({
    AzureWebJobsStorage: azurite.connectionString.replace(/TableEndpoint=[^;]*/, nobody),
  });
  const parts = deliverParts(azurite.connectionString, {}, { routes });
  const pace = openPace({
    table: unreachable.table(storageNames.pace),
    limits,
    clock: parts.clock,
    wait: parts.wait,
    newId: () => 'unreachable',
  });
  assert.deepEqual(await send({ ...parts, pace }), ['deferred', 'accepted', 'sending', 'deferred']);
});

test('no further route is begun when half of the time of an attempt is gone: the host ends who takes too long', async () => {
  let now = new Date('2026-11-20T12:00:00Z');
  const clock = { now: () => now };
  const slow = (seconds: number) =>
    deliverParts(
      azurite.connectionString,
      {},
      {
        routes,
        clock,
        transport: () => {
          now = new Date(now.getTime() + seconds * 1000);
          return Promise.reject(new TypeError('There is no transport.'));
        },
      },
    );
  assert.deepEqual(await send(slow(20)), [
    'deferred',
    'accepted',
    'sending',
    'deferred',
    'sending',
    'deferred',
  ]);
  assert.deepEqual(await send(slow(55)), ['deferred', 'accepted', 'sending', 'deferred']);
});

test('a defect of a transport leaves the outcome open, and no other route repeats the message', async () => {
  const broken = {
    name: 'graph',
    send: () => Promise.reject(new TypeError('A defect.')),
    close: () => Promise.resolve(),
  } as const;
  const parts = deliverParts(
    azurite.connectionString,
    {},
    { routes, transport: () => Promise.resolve(broken) },
  );
  assert.deepEqual(await send(parts), ['deferred', 'accepted', 'sending', 'unknown']);
});
