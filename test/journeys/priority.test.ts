/**
 * What is `high` overtakes a backlog: 5,000 messages wait when it comes. On the storage simulator, since Azurite slows down with the
 * depth of a queue.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startStorage } from '../../infra/simulators/storage.ts';
import { openOutbox } from '../../shared/outbox/open.ts';
import { exampleMessage, exampleRecord } from '../outbox/example.ts';
import { startWorld, type World } from './world.ts';

const backlog = 5000;
let world: World;
before(async () => {
  world = await startWorld(
    { POSTRIDER_MAILBOX_MESSAGES_PER_MINUTE: '0', POSTRIDER_MAILBOX_RECIPIENTS_PER_DAY: '0' },
    {
      account: await startStorage({ durable: false }),
      async before(storage) {
        const outbox = openOutbox(storage, () => undefined);
        const accept = async () => {
          const message = exampleMessage({ subject: 'Backlog' });
          await outbox.accept({ record: exampleRecord(new Date()), message, attachments: [] });
        };
        for (let done = 0; done < backlog; done += 100)
          await Promise.all(Array.from({ length: 100 }, accept));
      },
    },
  );
});
after(() => world.stop());

test('a high message is sent while most of the backlog still waits', async () => {
  const { store } = world.microsoft365;
  while (store.accepted < 50) await sleep(10);
  const { json } = await world.submit({ subject: 'Urgent', priority: 'high' });
  await world.settled(json.id, ({ status }) => status === 'relayed');
  const waiting = backlog + 1 - store.accepted;
  assert.ok(waiting > backlog / 2, `only ${waiting} still waited`);
  assert.equal((await world.mails('Urgent')).length, 1);
});
