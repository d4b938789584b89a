/**
 * `postrider submitters export`: the application portfolio.
 */
import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { portfolioCsv, portfolioOf } from '../../shared/operator/portfolio.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { openAdministration } from './administration.ts';

/** Adds the command. */
export function addExportCommand(parent: Command): void {
  parent
    .command('export')
    .description(
      'writes the application portfolio: all that may send, with owners, rights, limits, keys (never secrets) and last uses',
    )
    .option('--csv', 'one line a submitter, for a spreadsheet; else JSON that "postrider apply" takes')
    .option('-o, --output <file>', 'file to write; standard output when left out')
    .addHelpText(
      'after',
      `
Examples:
  postrider submitters export > submitters.json
  postrider submitters export --csv -o portfolio.csv`,
    )
    .action(async (options: { csv?: boolean; output?: string }, command: Command) => {
      const { access, uses } = openAdministration(command);
      const [{ entries }, used] = await Promise.all([access.register(), uses()]);
      const source = { entries, uses: used, now: systemClock.now() };
      const text = options.csv ? portfolioCsv(source) : `${JSON.stringify(portfolioOf(source), null, 2)}\n`;
      if (options.output === undefined) process.stdout.write(text);
      else writeFileSync(options.output, text);
    });
}
