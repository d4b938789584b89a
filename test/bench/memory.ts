/**
 * (d) Peak memory: how far the resident memory of the host process rises above idle while one mail, or four at once, with an
 * attachment of 25 MB is posted and sent by SMTP; beside a naive handler on the same host. Each in a fresh process, since a
 * process does not give memory back.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { largeMail, smallMail } from './mail.ts';
import type { Measurement } from './measurement.ts';
import { fetchToken } from './microsoft365.ts';
import { post } from './post.ts';
import type { RunningApp, Stage } from './stage.ts';
import { figure, spread } from './statistics.ts';
import { residentMemory, resetPeak } from './usage.ts';

/** Bytes. */
interface Memory {
  readonly idle: number;
  /** Highest while requests were unanswered, as sampled. */
  readonly accepting: number;
  /** Highest of all, from the kernel. */
  readonly peak: number;
}

const MB = 1_000_000;

/** Measures. Needs Linux; returns nothing elsewhere. */
export async function peakMemory(stage: Stage): Promise<Measurement[]> {
  if (!residentMemory(process.pid)) {
    stage.say('(d) needs /proc and is left out on this system.');
    return [];
  }
  const rounds = stage.quick ? 1 : 3;
  const body = largeMail();
  const scope = 'https://outlook.office365.com/.default';
  const token = await fetchToken(stage.microsoft365.facts, scope);
  const measurements: Measurement[] = [];
  for (const [atOnce, goal] of [
    [1, 150],
    [4, 350],
  ] as const) {
    const measured: Record<'bridge' | 'naive', Memory[]> = { bridge: [], naive: [] };
    for (let round = 1; round <= rounds; round++) {
      for (const app of ['bridge', 'naive'] as const) {
        const memory = await rise(stage, app, token, body, atOnce);
        measured[app].push(memory);
        stage.say(`(d) ${atOnce} at once, round ${round} of ${rounds}, ${app}: ${describe(memory)}`);
      }
    }
    const over = spread(measured.bridge.map(({ idle, peak }) => (peak - idle) / MB));
    measurements.push({
      part: 'd',
      name: `25 MB attachment, ${atOnce === 1 ? 'one' : 'four at once'}: memory over idle`,
      ours: summary(measured.bridge),
      beside: `naive handler: ${summary(measured.naive)}`,
      result: over,
      unit: 'MB',
      goal: { atMost: goal },
    });
  }
  return measurements;
}

/** One fresh process: a small mail first, so that everything is loaded; then idle; then the large ones. */
async function rise(
  stage: Stage,
  name: 'bridge' | 'naive',
  token: string,
  body: Buffer,
  atOnce: number,
): Promise<Memory> {
  const app = await stage.start(name, { settings: { POSTRIDER_TRANSPORTS: 'smtp', BENCH_TOKEN: token } });
  let accepted = (await stage.microsoft365.counts()).accepted;
  await submit(app, stage.apiKey, Buffer.from(smallMail()));
  await stage.microsoft365.reached((accepted += 1));
  await sleep(1500);
  const idle = resident(app).now;
  resetPeak(app.pid);
  let accepting = 0;
  let answered = false;
  const sampler = setInterval(() => {
    if (!answered) accepting = Math.max(accepting, resident(app).now);
  }, 5);
  try {
    await Promise.all(Array.from({ length: atOnce }, () => submit(app, stage.apiKey, body)));
    answered = true;
    await stage.microsoft365.reached(accepted + atOnce);
    // The result is written down after the server has taken the mail.
    await sleep(300);
    return { idle, accepting, peak: resident(app).peak };
  } finally {
    clearInterval(sampler);
    await app.stop();
  }
}

function resident(app: RunningApp): { now: number; peak: number } {
  const memory = residentMemory(app.pid);
  if (!memory) throw new Error(`The process under measurement is gone. ${app.complaints()}`);
  return memory;
}

async function submit(app: RunningApp, apiKey: string, body: Buffer): Promise<void> {
  const { status, text } = await post(app.url, apiKey, body);
  if (status !== 202) throw new Error(`The app answered ${status}: ${text} ${app.complaints()}`);
}

const summary = (all: readonly Memory[]): string => {
  const median = (read: (memory: Memory) => number) => figure(spread(all.map(read)).median / MB);
  return `+${median(({ idle, peak }) => peak - idle)} MB (idle ${median(({ idle }) => idle)}, peak ${median(({ peak }) => peak)})`;
};

const describe = ({ idle, accepting, peak }: Memory): string =>
  `idle ${figure(idle / MB)}, while accepting ${figure(accepting / MB)}, peak ${figure(peak / MB)} MB`;
