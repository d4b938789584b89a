/**
 * `npm run payloads -- <folder>`: reads every sample of a folder as a hook would, and says how many of the mails are as they should be.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readGeneric } from '../../shared/alerts/generic.ts';
import { readHook } from '../../shared/alerts/registry.ts';
import { scoreFolder, type Verdict } from './score.ts';

const usage = `Usage: npm run payloads -- [folder] [--generic] [--json]

Reads the samples of a folder (default ../shared/payloads) as a hook reads what tools send, and holds each mail against what the
folder's index.json expects of it. Prints a score per tool and every miss; exits with 1 when there is one.

  --generic   the generic reading alone: how senders fare that have no adapter
  --json      the verdicts as JSON
  --help      this text
`;

const score = (some: readonly Verdict[]) =>
  `${some.filter(({ misses }) => misses.length === 0).length}/${some.length}`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { generic: { type: 'boolean' }, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
});

if (values.help === true) process.stdout.write(usage);
else {
  const folder = positionals[0] ?? path.resolve(import.meta.dirname, '../../../shared/payloads');
  if (existsSync(path.join(folder, 'index.json'))) {
    const verdicts = await scoreFolder(folder, values.generic === true ? readGeneric : readHook);
    process.stdout.write(
      values.json === true ? `${JSON.stringify(verdicts, undefined, 2)}\n` : table(verdicts),
    );
    process.exitCode = verdicts.some(({ misses }) => misses.length > 0) ? 1 : 0;
  } else {
    process.stderr.write(`There is no index.json in ${folder}. Name a folder of samples.\n`);
    process.exitCode = 2;
  }
}

function table(verdicts: readonly Verdict[]): string {
  const byTool = Map.groupBy(verdicts, ({ tool }) => tool);
  const rows = [...byTool].map(([tool, some]) => {
    const sources = [...new Set(some.map(({ source }) => source))].join(', ');
    return `  ${tool.padEnd(20)} ${score(some).padStart(7)}  ${sources}`;
  });
  const misses = verdicts
    .filter((verdict) => verdict.misses.length > 0)
    .map(({ file, subject, misses: list }) =>
      [file, `  Subject: ${subject}`, ...list.map((miss) => `  - ${miss}`)].join('\n'),
    );
  return `${rows.join('\n')}\n\n${misses.length === 0 ? '' : `${misses.join('\n\n')}\n\n`}${score(verdicts)} samples as expected.\n`;
}
