/**
 * The faults beside kills: what goes wrong, and whether it leaves doubt about an outcome. `certain` ones never make Microsoft 365
 * take a mail without the bridge being able to know, so that neither a loss nor a copy may follow.
 */
import { QueueClient } from '@azure/storage-queue';
import { setTimeout as sleep } from 'node:timers/promises';
import { storageNames } from '../../shared/platform/storage.ts';
import type { Cell } from './cell.ts';
import type { FaultProxy } from './proxy.ts';
import type { Random } from './random.ts';
import type { Stage } from './stage.ts';

/** A kind of fault. */
export interface FaultKind {
  readonly name: string;
  readonly doubt: boolean;
  readonly transport?: 'graph' | 'smtp';
  /** Lets it happen once; resolves when its cause is over. */
  run(stage: Stage, random: Random): Promise<void>;
}

const certain = (name: string, run: FaultKind['run']): FaultKind => ({ name, doubt: false, run });
const doubtful = (name: string, run: FaultKind['run']): FaultKind => ({ name, doubt: true, run });
const graph = (kind: FaultKind): FaultKind => ({ ...kind, transport: 'graph' });
const smtp = (kind: FaultKind): FaultKind => ({ ...kind, transport: 'smtp' });

/** The ways to Microsoft 365 of one process or of all. */
const ways = ({ cells }: Stage): FaultProxy[] => cells.flatMap((cell) => [cell.graph, cell.smtp, cell.entra]);

/** Changes something for some seconds. */
async function meanwhile(random: Random, change: (on: boolean) => void): Promise<void> {
  change(true);
  await sleep(random.whole(1500, 3500));
  change(false);
}

/** An outage that passes with time, and not with the number of those who run into it. */
async function outage(
  { microsoft365 }: Stage,
  random: Random,
  at: 'graph' | 'entra',
  answer: { readonly status: number; readonly retryAfter?: string },
): Promise<void> {
  await microsoft365.program(at, { kind: 'status', times: 1000, ...answer });
  await sleep(random.whole(1500, 3500));
  await microsoft365.clear(at);
}

/** A process that has just started has no token and must ask for one. */
const oneStartsAgain = ({ cells }: Stage, random: Random): void => random.pick<Cell>(cells).terminate();

const queues = [storageNames.queue, storageNames.highQueue, storageNames.lowQueue] as const;

/** Puts a doorbell that is not base64: the host moves it to the poison queue, whose reader must bear it. */
export async function putSpoiltDoorbell({ storage }: Stage, random: Random): Promise<void> {
  await new QueueClient(storage, random.pick(queues)).sendMessage('no base64!').catch(() => undefined);
}

/** All kinds. */
export const faultKinds: readonly FaultKind[] = [
  certain('storage down and up again', (stage) => stage.restartStorage()),
  certain('storage slow', (stage, random) =>
    meanwhile(random, (on) => {
      const latency = on ? random.whole(50, 250) : 0;
      for (const proxy of stage.cells.flatMap((cell) => cell.storage)) proxy.latency = latency;
    }),
  ),
  certain('answers of storage lost', (stage, random) =>
    meanwhile(random, (on) => {
      stage.weather.lossOfAnswers = on ? 0.05 : 0;
    }),
  ),
  certain('storage connections cut', (stage, random) => {
    for (const proxy of random.pick<Cell>(stage.cells).storage) proxy.cut();
    return Promise.resolve();
  }),
  certain('queue deleted', async (stage, random) => {
    await new QueueClient(stage.storage, random.pick(queues)).deleteIfExists().catch(() => undefined);
  }),
  certain('doorbells doubled', (stage, random) =>
    meanwhile(random, (on) => {
      stage.weather.copies = on ? 0.8 : 0;
    }),
  ),
  certain('a doorbell that nobody can read', putSpoiltDoorbell),
  certain('token endpoint down', async (stage, random) => {
    oneStartsAgain(stage, random);
    // Without the header MSAL asks for no token for 60 s.
    const patience = random.chance(0.8) ? { retryAfter: '2' } : {};
    await outage(stage, random, 'entra', { status: 503, ...patience });
  }),
  certain('token endpoint slow', async (stage, random) => {
    await stage.microsoft365.program('entra', { kind: 'slow', ms: 2000, times: 2 });
    oneStartsAgain(stage, random);
  }),
  certain('deployment (SIGTERM)', (stage, random) => {
    oneStartsAgain(stage, random);
    return Promise.resolve();
  }),
  certain('slow network', (stage, random) =>
    meanwhile(random, (on) => {
      const latency = on ? random.whole(30, 200) : 0;
      for (const way of ways(stage)) way.latency = latency;
    }),
  ),
  certain('clock off by 2 s', (stage, random) => {
    random.pick<Cell>(stage.cells).setClock(random.pick([-2000, 2000]));
    return Promise.resolve();
  }),
  graph(
    certain('429 with Retry-After', (stage, random) => {
      const retryAfter = String(random.whole(1, 4));
      return outage(stage, random, 'graph', { status: 429, retryAfter });
    }),
  ),
  graph(
    certain('503 with Retry-After', (stage, random) => {
      const retryAfter = String(random.whole(1, 4));
      return outage(stage, random, 'graph', { status: 503, retryAfter });
    }),
  ),
  graph(
    certain('reset before Graph reads', (stage, random) =>
      stage.microsoft365.program('graph', { kind: 'reset-before', times: random.whole(1, 4) }),
    ),
  ),
  graph(
    doubtful('504 although accepted', (stage, random) =>
      stage.microsoft365.program('graph', {
        kind: 'accept-then-status',
        status: 504,
        times: random.whole(1, 4),
      }),
    ),
  ),
  graph(
    doubtful('reset although accepted', (stage, random) =>
      stage.microsoft365.program('graph', { kind: 'reset-after-accept', times: random.whole(1, 4) }),
    ),
  ),
  graph(
    doubtful('accepted, and then silence', (stage, random) =>
      stage.microsoft365.program('graph', { kind: 'hang', accepted: true, times: random.whole(1, 2) }),
    ),
  ),
  smtp(
    certain('SMTP says 421', (stage, random) =>
      stage.microsoft365.program('smtp', {
        kind: 'unavailable',
        at: random.pick(['banner', 'ehlo', 'mail', 'rcpt', 'data', 'dot'] as const),
        times: random.whole(1, 5),
      }),
    ),
  ),
  smtp(
    certain('SMTP is busy', (stage, random) =>
      stage.microsoft365.program('smtp', {
        kind: 'busy',
        at: random.pick(['mail', 'rcpt', 'data', 'dot'] as const),
        times: random.whole(1, 5),
      }),
    ),
  ),
  smtp(
    certain('dropped in DATA', (stage, random) =>
      stage.microsoft365.program('smtp', { kind: 'drop', at: 'body', times: random.whole(1, 4) }),
    ),
  ),
  smtp(
    certain('dropped after the dot, not accepted', (stage, random) =>
      stage.microsoft365.program('smtp', { kind: 'drop', at: 'dot', times: random.whole(1, 4) }),
    ),
  ),
  smtp(
    doubtful('dropped after the dot, accepted', (stage, random) =>
      stage.microsoft365.program('smtp', {
        kind: 'drop',
        at: 'dot',
        accepted: true,
        times: random.whole(1, 4),
      }),
    ),
  ),
  doubtful('connections cut', (stage) => {
    for (const way of ways(stage)) way.cut();
    return Promise.resolve();
  }),
  doubtful('connections reset', (stage) => {
    for (const way of ways(stage)) way.reset();
    return Promise.resolve();
  }),
  doubtful('connections half open', (stage) => {
    for (const way of ways(stage)) way.halfOpen();
    return Promise.resolve();
  }),
  doubtful('narrow network', (stage, random) =>
    meanwhile(random, (on) => {
      for (const way of ways(stage)) way.bandwidth = on ? 20_000 : 0;
    }),
  ),
  doubtful('a process frozen for 8 s', (stage, random) => random.pick<Cell>(stage.cells).freeze(8000)),
  doubtful('clock off by a minute', (stage, random) => {
    random.pick<Cell>(stage.cells).setClock(random.pick([-60_000, 60_000]));
    return Promise.resolve();
  }),
];
