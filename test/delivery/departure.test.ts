/**
 * Sending within the accepting call when storage fails in between: the message has been accepted by then, and its room is given back.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startAzurite, type Azurite } from '../../infra/local/azurite.ts';
import { prepareDeparture } from '../../shared/delivery/departure.ts';
import { systemClock as clock } from '../../shared/platform/clock.ts';
import { exampleMessage, exampleRecord } from '../outbox/example.ts';
import { deliverParts } from './deliver-parts.ts';
import { closedPort } from './stage.ts';

let azurite: Azurite;
before(async () => {
  azurite = await startAzurite();
});
after(() => azurite.stop());

/** One Graph lane. */
const partsOn = (connectionString: string, logged: string[] = []) =>
  deliverParts(
    connectionString,
    { graphConcurrency: 1 },
    { log: (_level, event) => void logged.push(event) },
  );

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
