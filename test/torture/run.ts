/** `npm run torture`; see options.ts and docs/torture.md. */
import { readOptions } from './options.ts';
import { asJson, asText } from './report.ts';
import { torture } from './torture.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

try {
  const options = readOptions(process.argv.slice(2));
  if (typeof options === 'string') process.stdout.write(`${options}\n`);
  else {
    const told = await torture(options, say);
    process.stdout.write(`${options.json ? asJson(told) : asText(told)}\n`);
    process.exitCode = told.kept ? 0 : 1;
  }
} catch (error) {
  say(`torture: ${error instanceof Error ? error.message : String(error)}`);
  if (process.env['POSTRIDER_DEBUG']) console.error(error);
  process.exitCode = 1;
}
