/** Single mails at a low and even rate, each known again by its subject where it arrives. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { smallMail } from './mail.ts';
import { post } from './post.ts';
import type { RunningApp, Stage } from './stage.ts';

/** Where probes are posted. */
export interface Target {
  readonly app: RunningApp;
  readonly apiKey: string;
}

/** Mails under way: subject → when the request began, in milliseconds since 1970. */
export type Probes = ReadonlyMap<string, number>;

/**
 * Posts `amount` mails to each target, `rate` a second to each. The gaps differ, so that they do not beat with the polls.
 *
 * @throws Error when one is not accepted.
 */
export async function postProbes(
  targets: readonly Target[],
  amount: number,
  rate: number,
): Promise<readonly Probes[]> {
  const started = targets.map(() => new Map<string, number>());
  const run = randomBytes(6).toString('hex');
  const gap = 1000 / (rate * targets.length);
  const begun = performance.now();
  const posts: Promise<void>[] = [];
  for (let i = 0; i < amount * targets.length; i++) {
    const at = begun + (i + ((i * 0.618_034) % 1)) * gap;
    await sleep(Math.max(0, at - performance.now()));
    const target = targets[i % targets.length];
    const subject = `Probe ${run}-${i}`;
    started[i % targets.length]?.set(subject, performance.timeOrigin + performance.now());
    if (target) posts.push(submit(target, subject));
  }
  await Promise.all(posts);
  return started;
}

/**
 * Milliseconds from the beginning of the request until Microsoft 365 had accepted the mail, once all have arrived.
 *
 * @param from how many mails had arrived before the first probe was posted.
 * @throws Error when one does not arrive within half a minute, or arrives twice.
 */
export async function latencies({ microsoft365 }: Stage, probes: Probes, from: number): Promise<number[]> {
  for (let tries = 0; tries < 120; tries++) {
    const arrivals = await microsoft365.arrivals(from);
    const found = arrivals.filter(([, subject]) => probes.has(subject));
    if (found.length > probes.size) throw new Error('A probe arrived twice.');
    if (found.length === probes.size) return found.map(([at, subject]) => at - (probes.get(subject) ?? 0));
    await sleep(250);
  }
  throw new Error('A probe did not arrive within 30 s.');
}

async function submit({ app, apiKey }: Target, subject: string): Promise<void> {
  const { status, text } = await post(app.url, apiKey, Buffer.from(smallMail(2048, subject)));
  if (status !== 202) throw new Error(`The app answered ${status}: ${text} ${app.complaints()}`);
}
