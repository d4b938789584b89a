/**
 * (e) Storage transactions of one small mail from accept to relayed, counted at an Azurite of this part's own.
 *
 * What is not a mail's is kept out in this way: tables and queues exist and the register is read before counting begins; the
 * timers are switched off; the mails go one by one, each waited for until its queue message is deleted. Polls (GetMessages) are
 * therefore known by reasoning, one per mail that found it, and the rest found nothing: checked by DeleteMessage, which must be
 * one per mail. What the pace costs is shown apart: it is shared by many mails where there are many.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startAzurite, type Azurite } from '../../infra/local/azurite.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { countRequests, sum, turnsEnded, type Count } from './count.ts';
import { burst } from './load.ts';
import { smallMail } from './mail.ts';
import type { Measurement } from './measurement.ts';
import { dollarsForMillion } from './price.ts';
import { makeKey, type RunningApp, type Stage } from './stage.ts';
import { figure, spread } from './statistics.ts';
import { startSenders } from './work-off.ts';

const mails = 20;

/** Measures. */
export async function storageTransactions(stage: Stage): Promise<Measurement[]> {
  return await counting(stage, {}, async ({ azurite, app, apiKey }) => {
    const measurements: Measurement[] = [];
    for (const keyed of [true, false]) {
      azurite.resetTransactions();
      for (let i = 0; i < mails; i++) await sendOne(stage, azurite, app, apiKey, keyed);
      if (turnsEnded(azurite) !== mails)
        throw new Error(`${mails} mails were sent and ${turnsEnded(azurite)} queue messages deleted.`);
      const name = `one small mail, accept to relayed, ${keyed ? 'with' : 'without'} an Idempotency-Key`;
      // One poll found it; those that found nothing are nobody's.
      measurements.push(line('e', name, countRequests(azurite, mails), 1, 7));
    }
    return measurements;
  });
}

/** A bridge on an Azurite whose requests are counted. */
export interface Counting {
  readonly azurite: Azurite;
  readonly app: RunningApp;
  readonly apiKey: string;
}

/** Starts both, sends one mail so that everything exists, and stops them after `work`. */
export async function counting<T>(
  stage: Stage,
  settings: Readonly<Record<string, string>>,
  work: (counting: Counting) => Promise<T>,
): Promise<T> {
  const azurite = await startAzurite();
  try {
    const apiKey = await makeKey(azurite.connectionString);
    const [app] = await startSenders(stage, {
      AzureWebJobsStorage: azurite.connectionString,
      POSTRIDER_TRANSPORTS: 'graph',
      ...settings,
    });
    if (!app) throw new Error('No bridge was started.');
    try {
      await sendOne(stage, azurite, app, apiKey, true);
      return await work({ azurite, app, apiKey });
    } finally {
      await app.stop();
    }
  } finally {
    await azurite.stop();
  }
}

/** Waits until so many turns have ended since the last reset. */
export async function untilEnded(azurite: Azurite, turns: number): Promise<void> {
  for (let tries = 0; turnsEnded(azurite) < turns; tries++) {
    if (tries > 10_000) throw new Error(`The entry of a relayed mail stays in ${storageNames.queue}.`);
    await sleep(5);
  }
}

/** Sends one mail and waits until nothing of it is under way. */
async function sendOne(
  stage: Stage,
  azurite: Azurite,
  app: RunningApp,
  apiKey: string,
  keyed: boolean,
): Promise<void> {
  const before = turnsEnded(azurite);
  const { accepted } = await stage.microsoft365.counts();
  const headers = { authorization: `Bearer ${apiKey}` };
  await burst(app, { body: smallMail(), headers, keyed, amount: 1, connections: 1 });
  await stage.microsoft365.reached(accepted + 1);
  await untilEnded(azurite, before + 1);
}

/**
 * A line of the table.
 *
 * @param polls GetMessages for each mail.
 */
export function line(
  part: 'e' | 'h',
  name: string,
  count: Count,
  polls: number,
  atMost: number,
): Measurement {
  const words = [...count.operations, ['queue GetMessages', polls] as const].map(
    ([operation, number]) => `${figure(number)} ${operation}`,
  );
  const dollars = dollarsForMillion({
    table: sum(count, 'table') + count.pace,
    queue: sum(count, 'queue') + polls,
  });
  return {
    part,
    name,
    ours: words.join(', '),
    beside: `not counted: ${figure(count.pace)} for the pace; with it, a million mails cost $${dollars.toFixed(2)}`,
    result: spread([sum(count) + polls]),
    unit: 'requests',
    goal: { atMost },
  };
}
