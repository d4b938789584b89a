/**
 * Backlogs: accepted while delivery is switched off, then worked off by fresh processes: queue → row → claim → send → row → queue.
 */
import { burst } from './load.ts';
import { smallMail } from './mail.ts';
import { disabled, type RunningApp, type Stage } from './stage.ts';

type Settings = Readonly<Record<string, string>>;

/** Delivery, by the names of its functions. */
const delivery = ['deliver', 'deliver-high', 'deliver-low'];

/** The timers that look at rows. */
const timers = ['sweep', 'housekeeping'];

/** A bridge that accepts and does not send. */
export const startAcceptor = (stage: Stage, settings: Settings = {}): Promise<RunningApp> =>
  stage.start('bridge', { settings: { ...settings, ...disabled(...delivery, ...timers) } });

/** Bridges that accept and send, without the timers. */
export const startSenders = (stage: Stage, settings: Settings, processes = 1): Promise<RunningApp[]> =>
  Promise.all(
    Array.from({ length: processes }, () =>
      stage.start('bridge', { settings: { ...settings, ...disabled(...timers) } }),
    ),
  );

/** Accepts a backlog. */
export async function fill(stage: Stage, settings: Settings, backlog: number): Promise<void> {
  const acceptor = await startAcceptor(stage, settings);
  const headers = { authorization: `Bearer ${stage.apiKey}` };
  await burst(acceptor, { body: smallMail(), headers, amount: backlog, connections: 8 });
  await acceptor.stop();
}

/**
 * Accepts a backlog and has it worked off.
 *
 * @returns mails a second at the receiving end, the first tenth left out: processes do not begin at the same time.
 * @throws Error when a mail was lost, doubled or refused.
 */
export async function workOff(
  stage: Stage,
  settings: Settings,
  backlog: number,
  processes = 1,
): Promise<number> {
  await fill(stage, settings, backlog);
  const before = await stage.microsoft365.counts();
  const senders = await startSenders(stage, settings, processes);
  const head = Math.ceil(backlog / 10);
  const first = await stage.microsoft365.reached(before.accepted + head);
  const last = await stage.microsoft365.reached(before.accepted + backlog);
  await Promise.all(senders.map((sender) => sender.stop()));
  await checkArrivals(stage, before, backlog);
  return ((backlog - head) / (last - first)) * 1000;
}

/** @throws Error unless exactly so many mails have arrived since `before`, and no request was refused for being too many. */
export async function checkArrivals(
  { microsoft365 }: Stage,
  before: { readonly accepted: number; readonly throttled: number },
  expected: number,
): Promise<void> {
  const { accepted, throttled } = await microsoft365.counts();
  if (throttled !== before.throttled)
    throw new Error(`${throttled - before.throttled} requests were refused for being too many.`);
  if (accepted !== before.accepted + expected)
    throw new Error(`${expected} mails were accepted and ${accepted - before.accepted} arrived.`);
}
