/**
 * (b), for information: whole delivery turns on the local host. A backlog is accepted while delivery is switched off; then a
 * fresh process works it off: queue → row → claim → send → row → queue. Timed at the receiving end, from the first mail to the
 * last, so that the start is not in it.
 */
import { burst } from './load.ts';
import { smallMail } from './mail.ts';
import type { Measurement } from './measurement.ts';
import { disabled, type Stage } from './stage.ts';
import { figure, spread } from './statistics.ts';

/** Measures. */
export async function deliveryTurn(stage: Stage): Promise<Measurement[]> {
  const [rounds, backlog] = stage.quick ? [1, 200] : [3, 500];
  const measured: Record<'smtp' | 'graph', number[]> = { smtp: [], graph: [] };
  for (let round = 0; round < rounds; round++) {
    for (const transport of ['smtp', 'graph'] as const) {
      measured[transport].push(await workOff(stage, transport, backlog));
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

async function workOff(stage: Stage, transport: string, backlog: number): Promise<number> {
  const settings = { POSTRIDER_TRANSPORTS: transport };
  const acceptor = await stage.start('bridge', {
    settings: { ...settings, ...disabled('deliver', 'sweep') },
  });
  const headers = { authorization: `Bearer ${stage.apiKey}` };
  await burst(acceptor, { body: smallMail(), headers, amount: backlog, connections: 8 });
  await acceptor.stop();
  const { accepted, throttled } = await stage.microsoft365.counts();
  const sender = await stage.start('bridge', { settings: { ...settings, ...disabled('sweep') } });
  const first = await stage.microsoft365.reached(accepted + 1);
  const last = await stage.microsoft365.reached(accepted + backlog);
  await sender.stop();
  const { accepted: all, throttled: refused } = await stage.microsoft365.counts();
  if (refused !== throttled)
    throw new Error(`${refused - throttled} requests were refused for being too many.`);
  if (all !== accepted + backlog)
    throw new Error(`${backlog} mails were accepted and ${all - accepted} arrived.`);
  return ((backlog - 1) / (last - first)) * 1000;
}
