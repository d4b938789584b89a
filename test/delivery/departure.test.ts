/**
 * Sending within the accepting call when storage fails in between: the message has been accepted by then, and its room is given back.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startAzurite, type Azurite } from '../../infra/local/azurite.ts';
import type { DeliverParts } from '../../shared/delivery/attempt.ts';
import { openCircuits } from '../../shared/delivery/circuit.ts';
import { prepareDeparture } from '../../shared/delivery/departure.ts';
import { openOutbox } from '../../shared/outbox/open.ts';
import { openPace } from '../../shared/pace/pace.ts';
import { openStorage, storageNames } from '../../shared/platform/storage.ts';
import { exampleMessage, exampleRecord } from '../outbox/example.ts';
import { closedPort } from './stage.ts';

let azurite: Azurite;
before(async () => {
  azurite = await startAzurite();
});
after(() => azurite.stop());

const clock = { now: () => new Date() };
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** One Graph lane, and nothing that can be sent to. */
function partsOn(connectionString: string, logged: string[] = []): DeliverParts {
  const storage = openStorage({ AzureWebJobsStorage: connectionString });
  const log = (_level: string, event: string) => void logged.push(event);
  const table = storage.table(storageNames.pace);
  return {
    outbox: openOutbox(storage, log),
    clock,
    log,
    wait,
    lease: 60,
    transport: () => Promise.reject(new TypeError('Nothing is to be sent.')),
    routes: () => [{ transport: 'graph', mailbox: 'alerts@contoso.com' }],
    permissions: [],
    circuits: openCircuits({ table, clock, log }),
    pace: openPace({
      table,
      limits: {
        messagesPerMinute: 0,
        recipientsPerDay: 0,
        uploadBytesPer5Minutes: 0,
        externalRecipientsPerDay: 0,
        graphConcurrency: 1,
        smtpConcurrency: 0,
      },
      clock,
      wait,
      newId: () => 'departure',
    }),
    isExternal: () => false,
    schedule: [60],
    attemptTimeout: 5,
    random: () => 0,
  };
}

test('content that cannot be read leaves the message to the sweep, and gives the lane back', async (t) => {
  const blobs = /BlobEndpoint=[^;]*/;
  assert.match(azurite.connectionString, blobs);
  const nobody = `BlobEndpoint=http://127.0.0.1:${await closedPort()}/devstoreaccount1`;
  const logged: string[] = [];
  const parts = partsOn(azurite.connectionString.replace(blobs, nobody), logged);
  t.after(() => parts.pace.close());
  for (const attempt of ['first', 'with the same lane']) {
    const departure = await prepareDeparture(parts, exampleRecord(clock.now()), exampleMessage());
    assert.ok(departure, attempt);
    const content = { at: 'blob', name: 'large', size: 1_000_000 } as const;
    assert.equal(await departure.send({ ...departure.record, content, etag: '*' }), 'sending');
  }
  assert.deepEqual(logged, ['delivery.departure-failed', 'delivery.departure-failed']);
});

test('when the pace cannot be asked the message goes through the queue', async () => {
  const nobody = `TableEndpoint=http://127.0.0.1:${await closedPort()}/devstoreaccount1`;
  const parts = partsOn(azurite.connectionString.replace(/TableEndpoint=[^;]*/, nobody));
  assert.equal(await prepareDeparture(parts, exampleRecord(clock.now()), exampleMessage()), undefined);
});
