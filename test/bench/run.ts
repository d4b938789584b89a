/**
 * `npm run bench`: measures Postrider beside simpler things in the same run, on the same local services, and prints ratios.
 *
 * Ends with 0 whether or not the goals are met: machines differ, and a goal is a target and no test. Ends with 1 when something
 * broke; a mail that was refused or lost while a rate was measured counts as that.
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { acceptPath } from './accept.ts';
import { authorisation, wrongKeys } from './guard.ts';
import { hookPath } from './hook.ts';
import { deepBacklog } from './backlog.ts';
import { busyTransactions } from './busy.ts';
import { coldStart } from './cold-start.ts';
import { deliveryTurn } from './delivery-turn.ts';
import { fastPath } from './fast-path.ts';
import { fairness, sluggishGraph } from './flood.ts';
import { graphLimit, slowGraph } from './graph-limit.ts';
import { parts, type Measurement, type Part } from './measurement.ts';
import { peakMemory } from './memory.ts';
import { paceUnderLoad } from './pace.ts';
import { hostProcesses } from './processes.ts';
import { circumstances, json, markdown, writeInto } from './report.ts';
import { sendPath } from './send.ts';
import { setStage, type Stage, type StageOptions } from './stage.ts';
import { storageTransactions } from './transactions.ts';
import { wakeUp } from './wake-up.ts';

const help = `npm run bench -- [options]

  --only a,b,c       only these parts:
                       a  accept path, requests a second beside a bare queue put
                       b  send path, mails a second beside nodemailer and fetch
                       c  cold start beside an app that does nothing
                       d  peak memory with attachments of 25 MB beside a naive handler
                       e  storage transactions of one mail
                       f  wake-up latency at two mails a second beside a naive queue trigger
                       g  sending within the accepting call beside accepting and sending
                       h  storage transactions of a mail among many, and what a million cost
                       i  throughput with 1, 2 and 4 host processes
                       j  Graph at 150 ms with 4 at once, 3 processes, beside a naive handler
                       k  a backlog of 100,000 beside one of 1,000: memory, rates
                       l  one submitter floods, another one's latency
                       m  the pace with 4 processes, two minutes (not with --quick)
                       n  what authorisation costs: the accept path with and without it
                       o  a flood of wrong keys, a good submitter's latency
                       p  a hook with an alert beside POST /emails
  --quick            few and short rounds: for a look, not for the record
  --json             JSON instead of Markdown on standard output
  --write            put the table into docs/benchmarks.md as well
  --help             this text

Everything runs on 127.0.0.1. A whole run takes about twelve minutes; leave the machine alone meanwhile.
With POSTRIDER_BENCH_PROFILE=folder every bridge process leaves a CPU profile there.`;

interface Work {
  readonly measure: (stage: Stage) => Promise<Measurement[]>;
  readonly stage?: Omit<StageOptions, 'quick'>;
}

const simulator = { storage: 'simulator' } as const;

const work: Readonly<Record<Part, readonly Work[]>> = {
  a: [{ measure: acceptPath }],
  b: [{ measure: sendPath }, { measure: deliveryTurn }],
  c: [{ measure: coldStart }],
  d: [{ measure: peakMemory }],
  e: [{ measure: storageTransactions }],
  f: [{ measure: wakeUp }],
  g: [{ measure: fastPath }],
  h: [{ measure: busyTransactions }],
  i: [{ measure: hostProcesses, stage: simulator }],
  j: [{ measure: graphLimit, stage: { ...simulator, graph: slowGraph } }],
  k: [{ measure: deepBacklog, stage: simulator }],
  l: [{ measure: fairness, stage: { ...simulator, graph: sluggishGraph } }],
  m: [{ measure: paceUnderLoad }],
  n: [{ measure: authorisation }],
  o: [{ measure: wrongKeys }],
  p: [{ measure: hookPath }],
};

try {
  const options = readOptions();
  const [load = 0] = loadavg();
  const measurements = await measure(options.only, options.quick);
  const run = circumstances(options.command, load);
  const table = markdown(measurements, run);
  process.stdout.write(`${options.json ? json(measurements, run) : table}\n`);
  if (options.write) await writeInto(new URL('../../docs/benchmarks.md', import.meta.url), table);
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
  if (process.env['POSTRIDER_DEBUG']) console.error(error);
  process.exitCode = 1;
}

async function measure(only: readonly Part[], quick: boolean): Promise<Measurement[]> {
  const measurements: Measurement[] = [];
  for (const one of only.flatMap((part) => work[part])) {
    const stage = await setStage({ quick, ...one.stage });
    try {
      measurements.push(...(await one.measure(stage)));
    } catch (error) {
      await stage.stop().catch(() => undefined);
      throw error;
    }
    await stage.stop();
  }
  return measurements;
}

function readOptions() {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    options: {
      only: { type: 'string', default: parts.join(',') },
      quick: flag,
      json: flag,
      write: flag,
      help: flag,
    },
  });
  if (values.help) {
    process.stdout.write(`${help}\n`);
    process.exit(0);
  }
  const wanted = values.only.split(',').map((text) => text.trim());
  const unknown = wanted.find((text) => !parts.some((part) => part === text));
  if (unknown !== undefined) throw new Error(`--only ${unknown} is none of ${parts.join(', ')}.`);
  const given = process.argv.slice(2).filter((text) => text !== '--write' && text !== '--json');
  return {
    ...values,
    only: parts.filter((part) => wanted.includes(part)),
    command: ['npm run bench', ...(given.length > 0 ? ['--', ...given] : [])].join(' '),
  };
}
