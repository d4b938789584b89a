/**
 * (c) Cold start: from the moment a process is started to its first 202, and to the first mail that the pretend Microsoft 365
 * takes from it, beside a bundled app with one handler that does nothing, on the same host.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../infra/local/sandbox/ports.ts';
import type { App } from './apps.ts';
import { smallMail } from './mail.ts';
import { post } from './post.ts';
import { ratio, type Measurement } from './measurement.ts';
import type { Stage } from './stage.ts';
import { figure } from './statistics.ts';
import { mainThreadTime } from './usage.ts';

/** Milliseconds, since the process was started. */
interface Start {
  readonly accepted: number;
  /** Processor time of the main thread until then; NaN where it cannot be read. */
  readonly cpu: number;
  /** NaN for the app that sends nothing. */
  readonly relayed: number;
}

const variants = ['nothing', 'graph', 'smtp'] as const;

/** Measures. */
export async function coldStart(stage: Stage): Promise<Measurement[]> {
  const rounds = stage.quick ? 3 : 11;
  const measured: Record<(typeof variants)[number], Start[]> = { nothing: [], graph: [], smtp: [] };
  // Round 0 brings files into the page cache and makes tables and queues.
  for (let round = 0; round <= rounds; round++) {
    for (const variant of variants) {
      const start =
        variant === 'nothing' ? await startOnce(stage, 'nothing') : await startOnce(stage, 'bridge', variant);
      if (round > 0) measured[variant].push(start);
    }
    const last = variants.map((variant) => {
      const { accepted = Number.NaN, relayed = Number.NaN } = measured[variant].at(-1) ?? {};
      return `${variant} ${figure(accepted)} and ${figure(relayed)} ms`;
    });
    stage.say(`(c) round ${round} of ${rounds}: ${last.join(', ')}`);
  }
  const nothing = { name: 'an app that does nothing', values: measured.nothing.map((one) => one.accepted) };
  const relayed = (variant: 'graph' | 'smtp') => ({ values: measured[variant].map((one) => one.relayed) });
  const accepted = { values: measured.graph.map((one) => one.accepted) };
  return [
    ratio('c', 'fresh process to first 202', 'ms', accepted, nothing, { atMost: 1.5 }),
    ratio(
      'c',
      'the same, processor time of the main thread',
      'ms',
      { values: measured.graph.map(({ cpu }) => cpu) },
      { name: nothing.name, values: measured.nothing.map(({ cpu }) => cpu) },
    ),
    ratio('c', 'fresh process to first mail relayed by Graph', 'ms', relayed('graph'), nothing, {
      atMost: 3,
    }),
    ratio('c', 'fresh process to first mail relayed by SMTP', 'ms', relayed('smtp'), nothing, { atMost: 3 }),
  ];
}

async function startOnce(stage: Stage, app: App, transport?: 'graph' | 'smtp'): Promise<Start> {
  const port = await freePort(0);
  const before = await stage.microsoft365.counts();
  const settings = transport ? { POSTRIDER_TRANSPORTS: transport } : {};
  const epoch = performance.timeOrigin + performance.now();
  const child = stage.spawn(app, { port, settings });
  const accepted = await firstAnswer(port, stage.apiKey, () => child.process.exitCode === null);
  const cpu = mainThreadTime(child.pid) ?? Number.NaN;
  const relayed = transport ? await stage.microsoft365.reached(before.accepted + 1) : Number.NaN;
  // Draining also writes the result down and empties the queue for the next start.
  await child.ready;
  await child.stop();
  return { accepted: accepted - epoch, cpu, relayed: relayed - epoch };
}

/** Posts until somebody answers, and gives the time of the answer in milliseconds since 1970. */
async function firstAnswer(port: number, apiKey: string, isAlive: () => boolean): Promise<number> {
  const body = Buffer.from(smallMail());
  while (isAlive()) {
    try {
      const { status } = await post(`http://127.0.0.1:${port}`, apiKey, body);
      if (status !== 202) throw new Error(`The first request was answered with ${status}.`);
      return performance.timeOrigin + performance.now();
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED')) throw error;
      await sleep(1);
    }
  }
  throw new Error('The process died before it answered.');
}
