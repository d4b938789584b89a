/** (i) Throughput with 1, 2 and 4 host processes on one storage account, worked off from a backlog, with a Graph without limits. */
import type { Measurement } from './measurement.ts';
import type { Stage } from './stage.ts';
import { figure, ratios, spread } from './statistics.ts';
import { workOff } from './work-off.ts';

const counts = [1, 2, 4] as const;

/** Measures. */
export async function hostProcesses(stage: Stage): Promise<Measurement[]> {
  const [rounds, backlog] = stage.quick ? [1, 1000] : [3, 2000];
  const measured: Record<(typeof counts)[number], number[]> = { 1: [], 2: [], 4: [] };
  for (let round = 1; round <= rounds; round++) {
    for (const processes of counts)
      measured[processes].push(await workOff(stage, { POSTRIDER_TRANSPORTS: 'graph' }, backlog, processes));
    const last = counts.map((processes) => `${processes}: ${figure(measured[processes].at(-1) ?? 0)}/s`);
    stage.say(`(i) round ${round} of ${rounds}: ${last.join(', ')}`);
  }
  return counts.map((processes) => ({
    part: 'i',
    name: `backlog of ${backlog.toLocaleString('en')}, host processes: ${processes}`,
    ours: `${figure(spread(measured[processes]).median)} mails/s`,
    beside: processes === 1 ? '' : `one process: ${figure(spread(measured[1]).median)} mails/s`,
    result: ratios(measured[processes], measured[1]),
    unit: '×',
  }));
}
