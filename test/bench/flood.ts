/**
 * (l) Fairness: one submitter posts ten thousand mails as fast as it can, and another one's few mails go their way beside it, all
 * from one mailbox, through one process and the four lanes to Graph.
 */
import { burst } from './load.ts';
import { smallMail } from './mail.ts';
import type { Measurement } from './measurement.ts';
import { latencies, postProbes } from './probes.ts';
import { makeKey, type Stage } from './stage.ts';
import { figure, percentile, spread } from './statistics.ts';
import { startSenders } from './work-off.ts';

/** The pretend Graph of this part: so slow that the flood lasts as long as the measurement. */
export const sluggishGraph = { concurrency: 4, latency: 8 };

/** Few enough for the poll of the queue to make most of the latency, alone as beside the flood. */
const perSecond = 2;

/** Measures. */
export async function fairness(stage: Stage): Promise<Measurement[]> {
  const [flood, probes] = stage.quick ? [2000, 10] : [10_000, 80];
  const other = await makeKey(stage.storage, 'flood');
  const [app] = await startSenders(stage, {
    POSTRIDER_TRANSPORTS: 'graph',
    POSTRIDER_GRAPH_CONCURRENCY: '4',
  });
  if (!app) throw new Error('No bridge was started.');
  try {
    const target = { app, apiKey: stage.apiKey };
    const measure = async (): Promise<number[]> => {
      const { accepted } = await stage.microsoft365.counts();
      const [posted] = await postProbes([target], probes, perSecond);
      return posted ? await latencies(stage, posted, accepted) : [];
    };
    const headers = { authorization: `Bearer ${other}` };
    await burst(app, { body: smallMail(), headers, amount: 100, connections: 8 });
    await stage.microsoft365.reached(100);
    stage.say(`(l) ${probes} mails alone, then beside ${flood}`);
    const alone = await measure();
    const before = await stage.microsoft365.counts();
    const flooding = burst(app, { body: smallMail(), headers, amount: flood, connections: 8 });
    const beside = await measure();
    // Whether the flood lasted as long as the measurement.
    const { accepted } = await stage.microsoft365.counts();
    const left = flood + probes - (accepted - before.accepted);
    await flooding;
    await stage.microsoft365.reached(before.accepted + flood + probes, 180);
    return [
      {
        part: 'l',
        name: `p99 accept to relayed of ${probes} mails, ${perSecond} a second, while another submitter floods ${flood.toLocaleString('en')}`,
        ours: `${describe(beside)}; ${left.toLocaleString('en')} of the flood were left at the end`,
        beside: `alone: ${describe(alone)}`,
        result: spread([percentile(beside, 99) / percentile(alone, 99)]),
        unit: '×',
        goal: { atMost: 2 },
      },
    ];
  } finally {
    await app.stop();
  }
}

const describe = (times: readonly number[]): string =>
  `p50/p99 ${figure(percentile(times, 50))}/${figure(percentile(times, 99))} ms`;
