/**
 * (j) A Graph that takes 150 ms for a mail and 4 requests at once, as the real one does, and three host processes that share these;
 * beside a naive handler that sends within the call.
 */
import { burst } from './load.ts';
import { smallMail } from './mail.ts';
import type { Measurement } from './measurement.ts';
import { fetchToken } from './microsoft365.ts';
import type { Stage } from './stage.ts';
import { figure, spread } from './statistics.ts';
import { workOff } from './work-off.ts';

/** The pretend Graph of this part. */
export const slowGraph = { concurrency: 4, latency: 150 };

/** Measures. */
export async function graphLimit(stage: Stage): Promise<Measurement[]> {
  const [rounds, mails, naiveMails] = stage.quick ? [1, 100, 200] : [2, 400, 500];
  const rates: number[] = [];
  const taken: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const settings = { POSTRIDER_TRANSPORTS: 'graph', POSTRIDER_GRAPH_CONCURRENCY: '4' };
    // Ends the run when a mail is missing or Graph has refused one.
    rates.push(await workOff(stage, settings, mails, 3));
    taken.push(naiveMails - (await naive(stage, naiveMails)));
    stage.say(
      `(j) round ${round} of ${rounds}: ${figure(rates.at(-1) ?? 0)}/s, naive ${taken.at(-1)} of ${naiveMails}`,
    );
  }
  const rate = figure(spread(rates).median);
  return [
    {
      part: 'j',
      name: `Graph at 150 ms with 4 at once, 3 host processes, ${mails} mails`,
      ours: `${mails} of ${mails} relayed, no 429, ${rate} mails/s of 26.7 that are possible`,
      beside: `naive handler, 16 calls at once: ${spread(taken).median} of ${naiveMails} sent, the others refused`,
      result: spread(rates),
      unit: '/s',
      goal: { atLeast: 24 },
    },
  ];
}

/** @returns how many of so many calls failed. */
async function naive(stage: Stage, amount: number): Promise<number> {
  const token = await fetchToken(stage.microsoft365.facts, 'https://graph.microsoft.com/.default');
  const app = await stage.start('direct', { settings: { BENCH_TOKEN: token } });
  try {
    const load = { body: smallMail(), amount, connections: 16, mayRefuse: true };
    return (await burst(app, load)).refused;
  } finally {
    await app.stop();
  }
}
