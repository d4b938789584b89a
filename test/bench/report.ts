/** The table, and its place in docs/benchmarks.md. */
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { arch, cpus, loadavg, platform, totalmem } from 'node:os';
import { isMet, type Measurement } from './measurement.ts';
import { figure } from './statistics.ts';

/** Where and how a run was made. */
export interface Circumstances {
  /** ISO 8601. */
  readonly date: string;
  readonly node: string;
  readonly machine: string;
  readonly commit: string;
  readonly command: string;
  /** Load average over a minute, when the run began and when it ended. */
  readonly load: readonly [number, number];
}

/** Looks around. */
export function circumstances(command: string, loadBefore: number): Circumstances {
  const [cpu] = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  return {
    date: new Date().toISOString(),
    node: process.version,
    machine: `${cpus().length} × ${cpu?.model.trim() ?? 'unknown processor'}, ${memory} GiB, ${platform()} ${arch()}`,
    commit: commit(),
    command,
    load: [loadBefore, loadavg()[0] ?? 0],
  };
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], {
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
  } catch {
    return 'unknown';
  }
}

/** The run as JSON: the circumstances, and the measurements with `met`. */
export function json(measurements: readonly Measurement[], run: Circumstances): string {
  const judged = measurements.map((measurement) =>
    Object.assign({ met: isMet(measurement) ?? null }, measurement),
  );
  return JSON.stringify({ ...run, measurements: judged }, null, 2);
}

/** The run as Markdown. */
export function markdown(measurements: readonly Measurement[], run: Circumstances): string {
  const rows = measurements.map((measurement) => {
    const { part, name, ours, beside, unit, result, goal } = measurement;
    return [
      part,
      name,
      ours,
      beside,
      `${figure(result.median)} ${unit}${range(result)}`,
      goalText(goal, unit),
      metText(isMet(measurement)),
    ];
  });
  const head = ['', 'What', 'Postrider', 'Beside it', 'Result (range)', 'Goal', 'Met'];
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const [before, after] = run.load;
  return [
    `\`${run.command}\` on ${run.date.slice(0, 10)}, Node ${run.node}, ${run.machine}, commit ${run.commit}; load average ${figure(before)} before and ${figure(after)} after.`,
    '',
    ...table,
  ].join('\n');
}

const range = ({ median, min, max }: Measurement['result']): string =>
  min === median && max === median ? '' : ` (${figure(min)}–${figure(max)})`;

function goalText(goal: Measurement['goal'], unit: string): string {
  if (!goal) return '';
  return 'atLeast' in goal ? `≥ ${goal.atLeast} ${unit}` : `≤ ${goal.atMost} ${unit}`;
}

function metText(met: boolean | undefined): string {
  if (met === undefined) return '';
  return met ? 'yes' : '**no**';
}

const begin = '<!-- bench:begin, written by `npm run bench -- --write` -->';
const end = '<!-- bench:end -->';

/** Puts the table between the markers of a file. Throws when the markers are not there. */
export async function writeInto(file: URL, table: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file.pathname} has lost its markers ${begin} and ${end}.`);
  await writeFile(file, `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`);
}
