/**
 * `npm run bench`: measures Postrider beside simpler things in the same run, on the same local services, and prints ratios.
 *
 * Ends with 0 whether or not the goals are met: machines differ, and a goal is a target and no test. Ends with 1 when something
 * broke; a mail that was refused or lost while a rate was measured counts as that.
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { acceptPath } from './accept.ts';
import { coldStart } from './cold-start.ts';
import { deliveryTurn } from './delivery-turn.ts';
import { parts, type Measurement, type Part } from './measurement.ts';
import { peakMemory } from './memory.ts';
import { circumstances, json, markdown, writeInto } from './report.ts';
import { sendPath } from './send.ts';
import { setStage, type Stage } from './stage.ts';
import { storageTransactions } from './transactions.ts';

const help = `npm run bench -- [options]

  --only a,b,c,d,e   only these parts:
                       a  accept path, requests a second beside a bare queue put
                       b  send path, mails a second beside nodemailer and fetch
                       c  cold start beside an app that does nothing
                       d  peak memory with attachments of 25 MB beside a naive handler
                       e  storage transactions of one mail
  --quick            few and short rounds: for a look, not for the record
  --json             JSON instead of Markdown on standard output
  --write            put the table into docs/benchmarks.md as well
  --help             this text

Everything runs on 127.0.0.1. A whole run takes about five minutes; leave the machine alone meanwhile.
With POSTRIDER_BENCH_PROFILE=folder every bridge process leaves a CPU profile there.`;

const work: Readonly<Record<Part, readonly ((stage: Stage) => Promise<Measurement[]>)[]>> = {
  a: [acceptPath],
  b: [sendPath, deliveryTurn],
  c: [coldStart],
  d: [peakMemory],
  e: [storageTransactions],
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
    const stage = await setStage(quick);
    try {
      measurements.push(...(await one(stage)));
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
