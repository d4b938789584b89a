/**
 * `postrider submitters`: the register of what may send.
 */
import type { Command } from 'commander';
import { lastUses } from '../../shared/operator/portfolio.ts';
import { openAdministration } from './administration.ts';
import { addApplyCommand } from './apply.ts';
import { entryName } from './arguments.ts';
import { addEntryCommands, asWire, cellOf, stateOf, withUse, type Wire } from './entry-commands.ts';
import { addExportCommand } from './export.ts';
import { describe, print, printList, settled } from './print.ts';
import { patchOf, withSubmitterOptions, type SubmitterOptions } from './submitter-options.ts';

/** Adds the command; it inherits the program's way of ending. */
export function addSubmittersCommand(program: Command): void {
  const submitters = program.command('submitters').description('applications and devices that may send');

  submitters
    .command('list')
    .description('lists submitters: what they may send as, from where without a key, when last used')
    .action(async (_: object, command: Command) => {
      const { shelves, uses } = openAdministration(command);
      const used = lastUses(await uses());
      const all = (await shelves.submitters.list()).map((view): Wire => {
        const wire = asWire(view);
        const at = used.holder(cellOf(wire, 'name'));
        return withUse(wire, at);
      });
      printList(
        command,
        all,
        ['NAME', 'STATE', 'SENDERS', 'NETWORKS', 'OWNER', 'LAST USED'],
        all.map((one) => [
          cellOf(one, 'name'),
          stateOf(one),
          cellOf(one, 'senders'),
          cellOf(one, 'networks'),
          cellOf(one, 'owner'),
          cellOf(one, 'last_used_at'),
        ]),
        'No submitters.',
      );
    });

  withSubmitterOptions(
    submitters
      .command('add')
      .description('adds a submitter; give it a key afterwards with "postrider keys create"')
      .argument('<name>', 'lower case letters, digits, hyphens', entryName),
  )
    .addHelpText(
      'after',
      `
Example:
  postrider submitters add backup-server --sender backup@contoso.com --owner it@contoso.com --kind application`,
    )
    .action(async (name: string, options: SubmitterOptions, command: Command) => {
      const { shelves, author } = openAdministration(command);
      const body = Buffer.from(JSON.stringify(withoutNulls({ senders: [], ...patchOf(command, options) })));
      const { view } = settled(command, await shelves.submitters.put(author, name, body, { noneMatch: '*' }));
      print(command, view, `${name} is added.\n\n${describe(view)}`);
    });

  withSubmitterOptions(
    submitters
      .command('set')
      .description('changes what a submitter may do; every instance knows within half a minute')
      .argument('<name>', 'name of the submitter'),
  )
    .addHelpText(
      'after',
      `
Repeatable options replace the whole list. "off" takes a value away.

Examples:
  postrider submitters set meter --dedupe-window 10m --messages-per-day 500
  postrider submitters set staging --mode redirect --redirect-to qa@contoso.com
  postrider submitters set crm --patch '{"policy": {"recipients": ["@contoso.com"]}}'`,
    )
    .action(async (name: string, options: SubmitterOptions, command: Command) => {
      const patch = patchOf(command, options);
      if (Object.keys(patch).length === 0) {
        command.error('error: say what to set, e.g. --dedupe-window 10m', { exitCode: 2 });
      }
      const { shelves, author } = openAdministration(command);
      const body = Buffer.from(JSON.stringify(patch));
      const { view } = settled(command, await shelves.submitters.patch(author, name, body, {}));
      print(command, view, `${name} is changed.\n\n${describe(view)}`);
    });

  addEntryCommands(submitters, 'submitters', {
    noun: 'submitter',
    disable: 'refuses everything from a submitter, on every instance within half a minute',
    remove: 'removes a submitter with its keys, hooks and webhooks; messages on their way are still sent',
  });
  addApplyCommand(submitters);
  addExportCommand(submitters);
}

/** What "off" takes away is not there in an entry that is new. */
const withoutNulls = (wire: Wire): Wire =>
  Object.fromEntries(
    Object.entries(wire).flatMap(([name, value]): [string, unknown][] => {
      if (value === null) return [];
      const isObject = typeof value === 'object' && !Array.isArray(value);
      return [[name, isObject ? withoutNulls(value as Wire) : value]];
    }),
  );
