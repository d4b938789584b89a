/** One run: stage, load, faults, quiet, account. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isKept, judge, readRows, type Row } from './account.ts';
import { crashPoints } from './crash-points.ts';
import { count, direct, plan, type Deeds } from './director.ts';
import { startLoad, type Load } from './load.ts';
import type { TortureOptions } from './options.ts';
import { seeded } from './random.ts';
import { recoveryOf, sortDeeds, type Told } from './report.ts';
import { senders, setStage, type Stage } from './stage.ts';
import { endStates } from './storage-wire.ts';
import { openTraps } from './traps.ts';

/** Runs. @param say gets a line for a person now and then. */
export async function torture(options: TortureOptions, say: (line: string) => void): Promise<Told> {
  const began = performance.now();
  const note = (line: string): void => say(`${new Date().toISOString().slice(14, 23)} ${line}`);
  const random = seeded(options.seed);
  const deeds: Deeds = new Map();
  const jobs = plan(options, random.fork());
  const traps = openTraps(({ name }) => {
    count(deeds, name);
    note(`blow: kill at ${name}`);
  }, options.faults === 'certain');
  say(`seed ${options.seed}: ${options.messages} messages, ${jobs.length} blows; starting …`);
  const stage = await setStage(options, { random: random.fork(), traps });
  try {
    const { cells, ledger, apiKey, microsoft365 } = stage;
    const load = startLoad({
      cells,
      ledger,
      apiKey,
      senders,
      messages: options.messages,
      drafts: options.lookup === 'drafts',
      random: random.fork(),
    });
    const progress = setInterval(() => note(standing(load, stage, deeds)), 5000);
    const chance = random.fork();
    const sweeper =
      options.sweepEvery > 0
        ? setInterval(() => sweepByHand(chance.pick(cells).url), options.sweepEvery * 1000)
        : undefined;
    let rows: ReadonlyMap<string, Row>;
    try {
      await direct(stage, load, { options, jobs, traps, random: random.fork(), deeds, say: note });
      traps.clear();
      await microsoft365.clear();
      rows = await quiet(stage, load, options.patience);
    } finally {
      clearInterval(progress);
      clearInterval(sweeper);
    }
    const graph = await microsoft365.counts();
    const strict =
      options.faults === 'certain' || (options.lookup !== 'none' && options.transport === 'graph');
    const account = judge(load.accepted, rows, microsoft365.copies, strict);
    for (const { id, subject, what } of [...account.lost, ...account.forbidden, ...account.wrong]) {
      say(`${subject} (${id}): ${what}\n  ${ledger.trail(id).join('\n  ')}`);
    }
    const recovery = recoveryOf(ledger.recoveries);
    if (recovery) say(`the worst recovery:\n  ${ledger.trail(recovery.why.message).join('\n  ')}`);
    const sorted = sortDeeds(
      deeds,
      crashPoints.map(({ name }) => name),
    );
    const set = jobs.flatMap((job) => (job.kind === 'trap' ? [job.point.name] : []));
    return {
      options,
      account,
      kept: isKept(account),
      ...sorted,
      notReached: [...new Set(set)].filter((name) => !deeds.has(name)),
      repeats: load.repeats,
      recovery,
      graph,
      falls: stage.falls,
      stood: Math.round(stage.stopwatch.stood / 1000),
      seconds: Math.round((performance.now() - began) / 1000),
    };
  } finally {
    await stage.stop();
  }
}

function sweepByHand(url: string | undefined): void {
  // The process may go while it is asked.
  if (url !== undefined) fetch(`${url}/admin/functions/sweep`, { method: 'POST' }).catch(() => undefined);
}

/** Waits until every accepted message has come to its end, or nothing has moved for so many seconds; gives the rows. */
async function quiet(stage: Stage, { accepted }: Load, patience: number): Promise<ReadonlyMap<string, Row>> {
  for (;;) {
    const { still } = stage.ledger;
    // The ledger is cheap to ask and may be behind; storage decides.
    if (stage.ledger.open === 0 || still > 5000) {
      const rows = await readRows(stage.storage);
      const ended = accepted.every(({ id }) => endStates.has(rows.get(id)?.state ?? ''));
      if (ended || still > patience * 1000) return rows;
      await sleep(4000);
    }
    await sleep(200);
  }
}

function standing({ accepted }: Load, { ledger, microsoft365 }: Stage, deeds: Deeds): string {
  const done = [...deeds.values()].reduce((sum, n) => sum + n, 0);
  return `accepted ${accepted.length}, arrived ${microsoft365.copies.size}, under way ${ledger.open}, blows ${done}`;
}
