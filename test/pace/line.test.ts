/** The line tells honest times and costs little. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startAzurite } from '../../infra/local/azurite.ts';
import { openPace } from '../../shared/pace/pace.ts';
import { openStorage } from '../../shared/platform/storage.ts';
import { onAzurite } from './stage.ts';

const setStage = onAzurite();
const place = { mailbox: 'a@contoso.com', submitter: 's', count: 1, priority: 'normal' as const };

test('a flood through four instances is told times that are right within two minutes', async () => {
  const stage = setStage();
  const paces = Array.from({ length: 4 }, () => stage.open({ messagesPerMinute: 30 }));
  const flood = 600;
  let worst = 0;
  for (let i = 0; i < flood; i++) {
    const due = await paces[i % 4]?.queueUp(place);
    const told = ((due?.getTime() ?? 0) - stage.begin) / 1000;
    const right = i < 30 ? 0 : i * 2.05;
    worst = Math.max(worst, Math.abs(told - right));
  }
  assert.ok(worst <= 240, `${worst} s`);
  assert.ok(stage.requests() / flood <= 0.2, `${stage.requests() / flood} requests a message`);
});

test('who sends little, and who is in a hurry, is told now, without a request', async () => {
  const stage = setStage();
  const pace = stage.open({ messagesPerMinute: 30 });
  for (let i = 0; i < 20; i++) {
    assert.equal((await pace.queueUp(place)).getTime(), stage.begin + stage.elapsed());
    await stage.time.during(stage.time.wait(10_000));
  }
  for (let i = 0; i < 100; i++) await pace.queueUp({ ...place, priority: 'high' });
  assert.equal(stage.requests(), 0);
});

test('a batch is told the time of its last message, and another submitter has a line of its own', async () => {
  const stage = setStage();
  const pace = stage.open({ messagesPerMinute: 30 });
  const told = ((await pace.queueUp({ ...place, count: 90 })).getTime() - stage.begin) / 1000;
  assert.ok(Math.abs(told - 90 * 2.05) <= 10.5, `${told} s`);
  const other = await pace.queueUp({ ...place, submitter: 'other', count: 10 });
  assert.equal(other.getTime(), stage.begin);
});

test('who would rather be refused than wait does not lengthen the line', async () => {
  const stage = setStage();
  const pace = stage.open({ messagesPerMinute: 30 });
  const first = await pace.queueUp({ ...place, count: 90 });
  const latest = new Date(stage.begin + 1000);
  for (const count of [1, 7, 30, 1, 100, 3, 100, 100]) {
    for (let i = 0; i < 10; i++) assert.ok((await pace.queueUp({ ...place, count, latest })) > latest);
  }
  const further = ((await pace.queueUp({ ...place, count: 4 })).getTime() - first.getTime()) / 1000;
  assert.ok(Math.abs(further - 4 * 2.05) <= 10, `${further} s`);
  assert.ok(stage.requests() <= 6, `${stage.requests()} requests`);
});

test('without storage everybody is told now', async () => {
  const azurite = await startAzurite();
  const storage = openStorage({ AzureWebJobsStorage: azurite.connectionString });
  await azurite.stop();
  const now = new Date('2026-11-20T12:00:00Z');
  const limits = {
    messagesPerMinute: 30,
    recipientsPerDay: 0,
    uploadBytesPer5Minutes: 0,
    externalRecipientsPerDay: 0,
    graphConcurrency: 0,
    smtpConcurrency: 0,
  };
  const pace = openPace({
    table: storage.table('Pace'),
    limits,
    clock: { now: () => now },
    wait: () => Promise.resolve(),
    newId: () => 'one',
  });
  assert.deepEqual(await pace.queueUp({ ...place, count: 100 }), now);
  await assert.rejects(pace.admit({ ...place, transport: 'graph', recipients: 1, external: 0, bytes: 1 }, 5));
});
