/** What was refused for certain has not been sent to anybody: it does not use up the recipients of a day. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startAzurite } from '../../infra/local/azurite.ts';
import { openPace } from '../../shared/pace/pace.ts';
import { openStorage, storageNames } from '../../shared/platform/storage.ts';
import { demand, onAzurite } from './stage.ts';

const setStage = onAzurite();
const large = demand({ recipients: 500, external: 500 });

test('attempts that are refused for certain leave the recipients of the day to the one that is not', async () => {
  const stage = setStage();
  const pace = stage.open({ recipientsPerDay: 10_000, externalRecipientsPerDay: 10_000 });
  for (let attempt = 0; attempt < 40; attempt++) {
    const refused = await stage.time.during(pace.admit(large, 0));
    assert.ok(refused.admitted, `attempt ${attempt}`);
    refused.release(true);
    await stage.time.during(stage.time.wait(600_000));
  }
  // A stock of less than two lies by.
  for (let i = 0; i < 18; i++) {
    const sent = await stage.time.during(pace.admit(large, 0));
    assert.ok(sent.admitted, `message ${i}`);
    sent.release();
  }
  const last = [await stage.time.during(pace.admit(large, 0)), await stage.time.during(pace.admit(large, 0))];
  assert.ok(last.some(({ admitted }) => !admitted));
});

test('nor does a message use them that found no lane because storage failed', async () => {
  const azurite = await startAzurite();
  const table = openStorage({ AzureWebJobsStorage: azurite.connectionString }).table(storageNames.pace);
  // From here on the rows of lanes cannot be read.
  table.pipeline.addPolicy({
    name: 'no-lanes',
    sendRequest: (request, next) =>
      request.url.includes('lanes') ? Promise.reject(new Error('No answer.')) : next(request),
  });
  const pace = openPace({
    table,
    limits: {
      messagesPerMinute: 0,
      recipientsPerDay: 1000,
      uploadBytesPer5Minutes: 0,
      externalRecipientsPerDay: 0,
      graphConcurrency: 4,
      smtpConcurrency: 0,
    },
    clock: { now: () => new Date() },
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    newId: () => 'one',
  });
  for (let attempt = 0; attempt < 3; attempt++) await assert.rejects(pace.admit(large, 0), /No answer/);
  const other = await pace.admit({ ...large, transport: 'smtp' }, 0);
  assert.ok(other.admitted);
  await azurite.stop();
});
