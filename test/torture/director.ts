/** Draws the faults of a run from its seed and lets them happen, spread over the load. */
import { setTimeout as sleep } from 'node:timers/promises';
import { crashPoints, type CrashPoint } from './crash-points.ts';
import { faultKinds, putSpoiltDoorbell, type FaultKind } from './faults.ts';
import type { Load } from './load.ts';
import type { TortureOptions } from './options.ts';
import type { Random } from './random.ts';
import type { Stage } from './stage.ts';
import type { Traps } from './traps.ts';

/** One thing to be done. */
type Job =
  | { readonly kind: 'trap'; readonly point: CrashPoint }
  | { readonly kind: 'kill' }
  | { readonly kind: 'fault'; readonly fault: FaultKind };

/** What was done, by name. */
export type Deeds = Map<string, number>;

/** How often a kill is one at random instead of at a named point. */
const randomKills = 0.2;

/** Milliseconds that a trap is waited for; it stays where it is after that. */
const trapPatience = 6000;

/** Writes a deed down. */
export const count = (deeds: Deeds, name: string): void => void deeds.set(name, (deeds.get(name) ?? 0) + 1);

/** The jobs of a run, in order: every point and every kind in turn, in a drawn order. */
export function plan(options: TortureOptions, random: Random): readonly Job[] {
  const { faults, transport: ways, lookup: granted } = options;
  const fits = ({ doubt, transport, lookup, drafts }: Partial<CrashPoint>): boolean =>
    (faults === 'all' || faults === 'kills' || doubt === (faults === 'doubtful')) &&
    (transport === undefined || ways.includes(transport)) &&
    (lookup === undefined || granted !== 'none') &&
    (drafts === undefined || granted === 'drafts');
  const points = endless(crashPoints.filter(fits), random);
  const kinds = endless(faultKinds.filter(fits), random);
  const kills = Array.from({ length: options.kills }, (): Job => {
    const atRandom = faults !== 'certain' && random.chance(randomKills);
    return atRandom ? { kind: 'kill' } : { kind: 'trap', point: points() };
  });
  const others = faults === 'kills' ? 0 : Math.ceil(options.kills / 2);
  return random.shuffle([
    ...kills,
    ...Array.from({ length: others }, (): Job => ({ kind: 'fault', fault: kinds() })),
  ]);
}

/** Does all jobs, one after another; the load is let in a piece at a time. Resolves when the last one is done. */
export async function direct(
  stage: Stage,
  load: Load,
  parts: {
    readonly options: TortureOptions;
    readonly jobs: readonly Job[];
    readonly traps: Traps;
    readonly random: Random;
    readonly deeds: Deeds;
    /** Gets a line for each blow. */
    readonly say: (line: string) => void;
  },
): Promise<void> {
  const { options, jobs, random, deeds } = parts;
  const share = options.messages / (jobs.length + 1);
  for (const [i, job] of jobs.entries()) {
    load.allow(Math.ceil(share * (i + 2)));
    const due = Math.floor(share * (i + 0.5));
    while (load.accepted.length < due) await Promise.race([sleep(20), load.done]);
    if (job.kind === 'kill') {
      await sleep(random.whole(0, 300));
      random.pick(stage.cells.filter(({ url }) => url !== undefined).concat(stage.cells)).kill();
      parts.say('blow: kill at random');
      count(deeds, 'kill at random');
    } else if (job.kind === 'fault') {
      parts.say(`blow: ${job.fault.name}`);
      await job.fault.run(stage, random);
      count(deeds, job.fault.name);
    } else await trap(stage, job.point, parts);
    // What the last kill has left behind is taken up before the next one: recovery is that of one death then.
    while (options.faults === 'kills' && stage.ledger.orphans > 0) await sleep(100);
  }
  load.allow(options.messages);
  await load.done;
}

async function trap(
  stage: Stage,
  point: CrashPoint,
  { traps, random }: { readonly traps: Traps; readonly random: Random },
): Promise<void> {
  traps.set(point);
  // What seldom comes by is called: a process that starts asks for a token, a spoilt doorbell goes to the poison queue.
  if (point.step === 'token') random.pick(stage.cells).terminate();
  if (point.step === 'poison-put') await putSpoiltDoorbell(stage, random);
  const phase = point.step === 'smtp-body' ? 'body' : 'dot';
  const silent = point.step === 'smtp-body' || point.step === 'smtp-accepted';
  if (silent)
    await stage.microsoft365.program('smtp', { kind: 'hang', at: phase, accepted: phase === 'dot' });
  const end = performance.now() + trapPatience;
  while (traps.waits(point) && performance.now() < end) {
    await sleep(20);
    // What happens inside TLS is not seen; the process that waits in vain is the one.
    const victim = silent ? stage.cells.find((cell) => cell.smtp.isWaiting(400)) : undefined;
    if (victim && traps.springs(point.step, point.phase, victim.alone)) victim.kill();
  }
}

/** Gives the items for ever, all of them once before any comes again. */
function endless<T>(items: readonly T[], random: Random): () => T {
  let left: T[] = [];
  return () => {
    if (left.length === 0) left = random.shuffle(items);
    const item = left.pop();
    if (item === undefined) throw new Error('No fault fits these options.');
    return item;
  };
}
