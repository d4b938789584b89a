/**
 * (a) The accept path: `POST /emails` beside a bare handler on the same host that puts the same body into a queue.
 *
 * Nothing is delivered meanwhile, and the queues are emptied after every burst: Azurite slows down as they deepen.
 */
import { QueueClient } from '@azure/storage-queue';
import { storageNames } from '../../shared/platform/storage.ts';
import { burst, type Burst } from './load.ts';
import { smallMail } from './mail.ts';
import { ratio, type Measurement } from './measurement.ts';
import { disabled, type Stage } from './stage.ts';
import { figure, spread } from './statistics.ts';

const connections = 16;

/** Measures. */
export async function acceptPath(stage: Stage): Promise<Measurement[]> {
  const [rounds, amount] = stage.quick ? [5, 300] : [21, 500];
  const settings = disabled('deliver', 'deliver-high', 'deliver-low', 'sweep', 'housekeeping');
  const bridge = await stage.start('bridge', { settings });
  const bare = await stage.start('enqueue', { settings });
  // A flood goes into the low queue.
  const queues = [storageNames.queue, storageNames.lowQueue, 'bench-bare'].map(
    (name) => new QueueClient(stage.storage, name),
  );
  const headers = { authorization: `Bearer ${stage.apiKey}` };
  const body = smallMail();
  const sides = { bare: [bare, false], plain: [bridge, false], keyed: [bridge, true] } as const;
  const measured: Record<keyof typeof sides, Burst[]> = { bare: [], plain: [], keyed: [] };
  try {
    // Round 0 warms up.
    for (let round = 0; round <= rounds; round++) {
      for (const side of ['bare', 'plain', 'keyed'] as const) {
        const [app, keyed] = sides[side];
        const result = await burst(app, { body, headers, keyed, amount, connections });
        if (round > 0) measured[side].push(result);
        for (const queue of queues) await queue.clearMessages().catch(() => undefined);
      }
      stage.say(`(a) round ${round} of ${rounds}: ${describe(measured)}`);
    }
  } finally {
    await Promise.allSettled([bridge.stop(), bare.stop()]);
  }
  const rates = (side: keyof typeof sides) => ({
    values: measured[side].map(({ rate }) => rate),
    note: latency(measured[side]),
  });
  const beside = { name: 'bare queue put', ...rates('bare') };
  const cpu = (side: keyof typeof sides) => measured[side].map((one) => one.cpu);
  const name = `POST /emails, 2 KB, ${connections} at once`;
  return [
    ratio('a', `${name}, each with its own Idempotency-Key`, '/s', rates('keyed'), beside, { atLeast: 0.6 }),
    ratio('a', `${name}, without one`, '/s', rates('plain'), beside),
    ratio(
      'a',
      'the same with key, processor time',
      'ms',
      { values: cpu('keyed') },
      { name: 'bare queue put', values: cpu('bare') },
    ),
  ];
}

const latency = (bursts: readonly Burst[]): string =>
  `p50/p99 ${figure(spread(bursts.map(({ p50 }) => p50)).median)}/${figure(spread(bursts.map(({ p99 }) => p99)).median)} ms`;

function describe(measured: Record<string, readonly Burst[]>): string {
  return Object.entries(measured)
    .map(([side, bursts]) => `${side} ${figure(bursts.at(-1)?.rate ?? Number.NaN)}/s`)
    .join(', ');
}
