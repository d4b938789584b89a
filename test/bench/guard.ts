/**
 * (n) What authorisation costs: the accept path beside the same bundle without its doorkeeper.
 * (o) Brute force: five thousand requests with wrong keys, and how long a good submitter waits beside them.
 *
 * Nothing is delivered meanwhile.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { QueueClient } from '@azure/storage-queue';
import { keyEntropyBytes, makeApiKey } from '../../shared/access/api-key.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { burst, type Burst } from './load.ts';
import { smallMail } from './mail.ts';
import { ratio, type Measurement } from './measurement.ts';
import { disabled, type RunningApp, type Stage } from './stage.ts';
import { figure, percentile, spread } from './statistics.ts';
import { startAcceptor } from './work-off.ts';

const connections = 16;

/** Measures (n). */
export async function authorisation(stage: Stage): Promise<Measurement[]> {
  const [rounds, amount] = stage.quick ? [5, 300] : [21, 500];
  const settings = disabled('deliver', 'deliver-high', 'deliver-low', 'sweep', 'housekeeping');
  const sides = {
    guarded: await stage.start('bridge', { settings }),
    unguarded: await stage.start('unguarded', { settings }),
  };
  const headers = { authorization: `Bearer ${stage.apiKey}` };
  const measured: Record<keyof typeof sides, Burst[]> = { guarded: [], unguarded: [] };
  try {
    // Round 0 warms up.
    for (let round = 0; round <= rounds; round++) {
      for (const side of ['guarded', 'unguarded'] as const) {
        const result = await burst(sides[side], { body: smallMail(), headers, amount, connections });
        if (round > 0) measured[side].push(result);
        await emptyQueues(stage);
      }
      stage.say(`(n) round ${round} of ${rounds}`);
    }
  } finally {
    await Promise.allSettled(Object.values(sides).map((app) => app.stop()));
  }
  const name = 'POST /emails, 2 KB, 16 at once, with authorisation';
  return [
    ratio(
      'n',
      name,
      '/s',
      { values: measured.guarded.map(({ rate }) => rate) },
      beside(measured.unguarded.map(({ rate }) => rate)),
      { atLeast: 0.9 },
    ),
    ratio(
      'n',
      `${name}, processor time`,
      'ms',
      { values: measured.guarded.map(({ cpu }) => cpu) },
      beside(measured.unguarded.map(({ cpu }) => cpu)),
    ),
  ];
}

const beside = (values: number[]) => ({ name: 'without', values });

/** Measures (o). */
export async function wrongKeys(stage: Stage): Promise<Measurement[]> {
  const [attempts, probes] = stage.quick ? [2000, 100] : [5000, 400];
  const app = await startAcceptor(stage);
  try {
    const good = { authorization: `Bearer ${stage.apiKey}` };
    await burst(app, { body: smallMail(), headers: good, amount: 200, connections: 4 });
    await emptyQueues(stage);
    const alone = await probe(app, good, probes);
    await emptyQueues(stage);
    // A key in the right form that nobody has: the dearest kind to refuse.
    const headers = { authorization: `Bearer ${makeApiKey(randomBytes(keyEntropyBytes)).text}` };
    const flooding = burst(app, {
      body: smallMail(),
      headers,
      amount: attempts,
      connections: 8,
      mayRefuse: true,
    });
    let over = false;
    const probing = probe(app, good, probes, () => over);
    const flood = await flooding;
    over = true;
    const times = await probing;
    if (flood.refused !== attempts) throw new Error(`${attempts - flood.refused} wrong keys were let in.`);
    return [
      {
        part: 'o',
        name: `p99 of POST /emails while ${attempts.toLocaleString('en')} requests with a wrong key come as fast as they are refused`,
        ours: `${describe(times)} (${times.length} beside ${figure(flood.rate)} wrong keys/s)`,
        beside: `alone: ${describe(alone)}`,
        result: spread([percentile(times, 99) / percentile(alone, 99)]),
        unit: '×',
        goal: { atMost: 2 },
      },
    ];
  } finally {
    await app.stop();
  }
}

const describe = (all: readonly number[]): string =>
  `p50/p99 ${figure(percentile(all, 50))}/${figure(percentile(all, 99))} ms`;

/** Times of requests one after another, in milliseconds, with a pause between; until there are so many, or `over` says so. */
async function probe(
  app: RunningApp,
  headers: Record<string, string>,
  count: number,
  over: () => boolean = () => false,
): Promise<number[]> {
  const times: number[] = [];
  while (times.length < count && !over()) {
    const { p50 } = await burst(app, { body: smallMail(), headers, amount: 1, connections: 1 });
    times.push(p50);
    await sleep(3);
  }
  return times;
}

async function emptyQueues(stage: Stage): Promise<void> {
  for (const name of [storageNames.queue, storageNames.lowQueue]) {
    await new QueueClient(stage.storage, name).clearMessages().catch(() => undefined);
  }
}
