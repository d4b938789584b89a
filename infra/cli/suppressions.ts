/**
 * `postrider suppressions`: recipients that nobody may write to.
 */
import type { Command } from 'commander';
import { openAdministration } from './administration.ts';
import { endOrNever, fileBytes } from './arguments.ts';
import { asWire, cellOf, stateOf } from './entry-commands.ts';
import { giveUp, print, printList, settled } from './print.ts';

interface AddOptions {
  readonly reason: string;
  readonly expires?: Date | 'never';
}

/** Adds the command; it inherits the program's way of ending. */
export function addSuppressionsCommand(program: Command): void {
  const suppressions = program
    .command('suppressions')
    .description('recipients that nobody may write to: they bounced, complained, or asked for it');

  suppressions
    .command('list')
    .description('lists them, with the reason')
    .action(async (_: object, command: Command) => {
      const all = (await openAdministration(command).shelves.suppressions.list()).map(asWire);
      printList(
        command,
        all,
        ['ADDRESS', 'STATE', 'SINCE', 'EXPIRES', 'REASON'],
        all.map((one) => [
          cellOf(one, 'address'),
          stateOf(one),
          cellOf(one, 'created_at'),
          cellOf(one, 'expires_at', 'never'),
          cellOf(one, 'reason'),
        ]),
        'None.',
      );
    });

  suppressions
    .command('add')
    .description('suppresses an address')
    .argument('<address>', 'the recipient')
    .requiredOption('--reason <text>', 'why, for people')
    .option('--expires <when>', 'until then: 30d, 2027-01-31, or never', endOrNever)
    .addHelpText('after', '\nExample:\n  postrider suppressions add ann@example.com --reason "hard bounce"')
    .action(async (address: string, options: AddOptions, command: Command) => {
      const { view } = settled(command, await put(command, address, options));
      print(command, view, `${address} is suppressed.`);
    });

  suppressions
    .command('remove')
    .description('lets an address be written to again')
    .argument('<address>', 'the recipient')
    .action(async (address: string, _: object, command: Command) => {
      const { shelves, author } = openAdministration(command);
      settled(command, await shelves.suppressions.remove(author, address, {}));
      print(command, { address, removed: true }, `${address} is not suppressed any more.`);
    });

  suppressions
    .command('import')
    .description('suppresses many: one address a line, what follows a comma or a tab is the reason')
    .argument('<file>', 'text or CSV file, or -', fileBytes)
    .option('--reason <text>', 'the reason where a line has none', 'imported')
    .option('--expires <when>', 'until then: 30d, 2027-01-31, or never', endOrNever)
    .addHelpText('after', '\nExample:\n  postrider suppressions import bounces.csv --expires 180d')
    .action(async (file: Buffer, options: AddOptions, command: Command) => {
      const faults: string[] = [];
      let imported = 0;
      for (const [i, line] of file
        .toString('utf8')
        .replace(/^\ufeff/, '')
        .split(/\r?\n/)
        .entries()) {
        const [, address = '', reason = ''] = /^\s*"?([^",\t]*)"?\s*(?:[,\t]\s*"?([^"]*))?/.exec(line) ?? [];
        // The head of a table, an empty line, a remark.
        if (address.trim() === '' || /^#|^(?:e-?mail|address|recipient)\b(?!.*@)/i.test(address)) continue;
        const added = await put(command, address.trim(), {
          ...options,
          reason: reason.trim() || options.reason,
        });
        if (added.ok) imported++;
        else faults.push(`line ${i + 1}: ${added.problem.detail}`);
      }
      if (faults.length > 0) process.exitCode = 1;
      print(
        command,
        { object: 'import', imported, faults },
        [...faults, `${imported} imported, ${faults.length} not.`].join('\n'),
      );
    });
}

async function put(command: Command, address: string, { reason, expires }: AddOptions) {
  if (reason.trim() === '') giveUp(command, 'error: give a reason', 2);
  const { shelves, author } = openAdministration(command);
  const body = { reason: reason.slice(0, 500), ...(expires instanceof Date ? { expires_at: expires } : {}) };
  return await shelves.suppressions.put(author, address, Buffer.from(JSON.stringify(body)), {});
}
