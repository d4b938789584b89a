/**
 * (b), for information: whole delivery turns on the local host, worked off from a backlog. Timed at the receiving end, so that the
 * start is not in it.
 */
import type { Measurement } from './measurement.ts';
import type { Stage } from './stage.ts';
import { figure, spread } from './statistics.ts';
import { workOff } from './work-off.ts';

/** Measures. */
export async function deliveryTurn(stage: Stage): Promise<Measurement[]> {
  const [rounds, backlog] = stage.quick ? [1, 200] : [3, 500];
  const measured: Record<'smtp' | 'graph', number[]> = { smtp: [], graph: [] };
  for (let round = 0; round < rounds; round++) {
    for (const transport of ['smtp', 'graph'] as const) {
      measured[transport].push(await workOff(stage, { POSTRIDER_TRANSPORTS: transport }, backlog));
    }
    const last = Object.entries(measured).map(([name, rates]) => `${name} ${figure(rates.at(-1) ?? 0)}/s`);
    stage.say(`(b) delivery turns, round ${round + 1} of ${rounds}: ${last.join(', ')}`);
  }
  return Object.entries(measured).map(([transport, rates]) => ({
    part: 'b',
    name: `whole delivery turn by ${transport}, backlog of ${backlog}, host.json as it is`,
    ours: `${figure(spread(rates).median)} mails/s`,
    beside: '',
    result: spread(rates),
    unit: '/s',
  }));
}
