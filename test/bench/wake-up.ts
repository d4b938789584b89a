/**
 * (f) Wake-up latency: from the beginning of the request until Graph has accepted the mail, at two mails a second, so that the
 * host's poll of the queue makes most of it; beside two naive functions on the same host with the same host.json, fed in turn.
 */
import type { Measurement } from './measurement.ts';
import { fetchToken } from './microsoft365.ts';
import { latencies, postProbes } from './probes.ts';
import type { Stage } from './stage.ts';
import { figure, percentile, spread } from './statistics.ts';

/** Measures. */
export async function wakeUp(stage: Stage): Promise<Measurement[]> {
  const { apiKey, microsoft365 } = stage;
  const amount = stage.quick ? 16 : 110;
  const token = await fetchToken(microsoft365.facts, 'https://graph.microsoft.com/.default');
  const bridge = await stage.start('bridge', { settings: { POSTRIDER_TRANSPORTS: 'graph' } });
  const naive = await stage.start('queued', { settings: { BENCH_TOKEN: token } });
  try {
    const apps = [bridge, naive].map((app) => ({ app, apiKey }));
    // The first mails load what is loaded late.
    const [warm = new Map<string, number>(), bare = new Map<string, number>()] = await postProbes(apps, 3, 2);
    await Promise.all([latencies(stage, warm, 0), latencies(stage, bare, 0)]);
    stage.say(`(f) ${amount} mails to each, two a second`);
    const { accepted } = await microsoft365.counts();
    const probes = await postProbes(apps, amount, 2);
    const [ours = [], beside = []] = await Promise.all(probes.map((one) => latencies(stage, one, accepted)));
    return [
      {
        part: 'f',
        name: `accept to relayed at 2 mails a second, p99 of ${amount}`,
        ours: describe(ours),
        beside: `naive queue trigger: ${describe(beside)}`,
        result: spread([percentile(ours, 99)]),
        unit: 'ms',
        goal: { atMost: 1200 },
      },
    ];
  } finally {
    await Promise.allSettled([bridge.stop(), naive.stop()]);
  }
}

const describe = (times: readonly number[]): string =>
  `p50/p99 ${figure(percentile(times, 50))}/${figure(percentile(times, 99))} ms`;
