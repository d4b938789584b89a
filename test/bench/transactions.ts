/**
 * (e) Storage transactions of one small mail from accept to relayed, counted at an Azurite of this part's own.
 *
 * What is not a mail's is kept out in this way: tables and queues exist and the register is read before counting begins; the
 * timer that sweeps is switched off; the mails go one by one, each waited for until its queue message is deleted. Polls
 * (GetMessages) are therefore known by reasoning, one per mail that found it, and the rest found nothing: checked by
 * DeleteMessage, which must be one per mail. The register, read again every 30 s, is shown apart.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startAzurite, type Transactions } from '../../infra/local/azurite.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { burst } from './load.ts';
import { smallMail } from './mail.ts';
import type { Measurement } from './measurement.ts';
import { disabled, makeKey, type RunningApp, type Stage } from './stage.ts';
import { figure, spread } from './statistics.ts';

const mails = 20;

/** The host's polls (GetQueueMetadata asks for a queue that is not there, as the poison queue is) and the register. */
const apart = new Set(['queue GetMessages', 'queue GetQueueMetadata', 'table QueryEntities']);

/** Measures. */
export async function storageTransactions(stage: Stage): Promise<Measurement[]> {
  const azurite = await startAzurite();
  try {
    const apiKey = await makeKey(azurite.connectionString);
    const settings = {
      AzureWebJobsStorage: azurite.connectionString,
      POSTRIDER_TRANSPORTS: 'graph',
      ...disabled('sweep'),
    };
    const app = await stage.start('bridge', { settings });
    const deleted = () => azurite.transactions().queue['DeleteMessage'] ?? 0;
    const send = (keyed: boolean) => sendOne(stage, app, apiKey, keyed, deleted);
    try {
      await send(true);
      const measurements: Measurement[] = [];
      for (const keyed of [true, false]) {
        azurite.resetTransactions();
        for (let i = 0; i < mails; i++) await send(keyed);
        measurements.push(line(azurite.transactions(), keyed));
      }
      return measurements;
    } finally {
      await app.stop();
    }
  } finally {
    await azurite.stop();
  }
}

/** Sends one mail and waits until nothing of it is under way. */
async function sendOne(
  stage: Stage,
  app: RunningApp,
  apiKey: string,
  keyed: boolean,
  deleted: () => number,
): Promise<void> {
  const before = deleted();
  const { accepted } = await stage.microsoft365.counts();
  const headers = { authorization: `Bearer ${apiKey}` };
  await burst(app, { body: smallMail(), headers, keyed, amount: 1, connections: 1 });
  await stage.microsoft365.reached(accepted + 1);
  for (let tries = 0; deleted() === before; tries++) {
    if (tries > 1000) throw new Error(`The entry of a relayed mail stays in ${storageNames.queue}.`);
    await sleep(5);
  }
}

function line(counted: Transactions, keyed: boolean): Measurement {
  const operations = Object.entries(counted).flatMap(([service, counts]) =>
    Object.entries(counts).map(([name, count]) => ({ name: `${service} ${name}`, count })),
  );
  const of = (name: string): number => operations.find((operation) => operation.name === name)?.count ?? 0;
  if (of('queue DeleteMessage') !== mails) {
    throw new Error(`${mails} mails were sent and ${of('queue DeleteMessage')} queue messages deleted.`);
  }
  const own = operations.filter(({ name }) => !apart.has(name));
  const total = own.reduce((sum, { count }) => sum + count, mails) / mails;
  const words = own.map(({ name, count }) => `${figure(count / mails)} ${name}`);
  const polls = of('queue GetMessages') + of('queue GetQueueMetadata') - mails;
  return {
    part: 'e',
    name: `one small mail, accept to relayed, ${keyed ? 'with' : 'without'} an Idempotency-Key`,
    ours: `${words.join(', ')}, 1 queue GetMessages`,
    beside: `not counted: ${polls} polls that found nothing and ${of('table QueryEntities')} readings of the register for ${mails} mails`,
    result: spread([total]),
    unit: 'requests',
    goal: { atMost: 7 },
  };
}
