/**
 * An upgrade in place: what the version before left in the queues is delivered by this one. The entries are written here letter by letter,
 * and not by the code, which may one day write others.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openOutbox } from '../../shared/outbox/open.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { exampleMessage, exampleRecord } from '../outbox/example.ts';
import { sender, startWorld, type World } from './world.ts';

/** What stood in the queues before: version 1, for one message, and version 2, for several of one partition. */
const former = {
  1: (id: string) => `{"v":1,"message":"${id}"}`,
  2: (id: string) => `{"v":2,"messages":["${id}"]}`,
};

const records = [1, 2].map((version) => ({
  version: version as 1 | 2,
  subject: `Left by an entry of version ${version}`,
  record: exampleRecord(new Date()),
}));

let world: World;

before(async () => {
  world = await startWorld(
    {},
    {
      before: async (storage) => {
        const outbox = openOutbox(storage, () => undefined);
        for (const { subject, record } of records) {
          const message = exampleMessage({ subject, from: { address: sender } });
          await outbox.accept({ record, message, attachments: [] });
        }
        // The doorbells of this version go; those of the former ones are there.
        const queue = storage.queue(storageNames.queue);
        await queue.clearMessages();
        for (const { version, record } of records) {
          await queue.sendMessage(Buffer.from(former[version](record.id)).toString('base64'));
        }
      },
    },
  );
});
after(() => world.stop());

test('messages in flight are delivered, whatever version rang for them', async () => {
  for (const { subject, version } of records) {
    for (let tries = 0; (await world.mails(subject)).length === 0; tries++) {
      // Long before the sweep would ring by itself.
      assert.ok(tries < 200, `version ${version} was not understood`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
});
