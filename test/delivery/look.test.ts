/**
 * A look into the mailbox is a request like any other: Graph counts it among those in flight.
 */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import { startAzurite, type Azurite } from '../../infra/local/azurite.ts';
import { deliver } from '../../shared/delivery/deliver.ts';
import type { Sighting } from '../../shared/delivery/doubt.ts';
import { exampleMessage, exampleRecord } from '../outbox/example.ts';
import { deliverParts } from './deliver-parts.ts';

let azurite: Azurite;
before(async () => {
  azurite = await startAzurite();
});
after(() => azurite.stop());

test('a look waits for a lane, and gives it back', async (t) => {
  const looks: string[] = [];
  const find = (): Promise<Sighting> => {
    looks.push('look');
    return Promise.resolve({ kind: 'sent', trace: {} });
  };
  const parts = deliverParts(
    azurite.connectionString,
    { graphConcurrency: 1 },
    { sentCopies: () => Promise.resolve({ find }) },
  );
  t.after(() => parts.pace.close());
  const way = { mailbox: 'alerts@contoso.com', transport: 'graph', priority: 'normal' } as const;
  const now = parts.clock.now();
  const doubt = { at: now.toISOString(), transport: 'smtp', mailbox: way.mailbox } as const;
  const record = { ...exampleRecord(now), progress: { doubt } };
  await parts.outbox.accept({ record, message: exampleMessage(), attachments: [] });
  const release = await parts.pace.lane(way, 0);
  const turn = deliver(parts, { v: 1, message: record.id });
  await sleep(300);
  assert.deepEqual(looks, []);
  release?.();
  assert.equal(await turn, 'relayed');
  assert.deepEqual(looks, ['look']);
  const again = await parts.pace.lane(way, 0);
  assert.ok(again);
  again();
});
