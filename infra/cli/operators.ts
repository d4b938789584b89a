/**
 * `postrider operators`: who administers the bridge over HTTP.
 */
import type { Command } from 'commander';
import { operatorRoles, type OperatorRole } from '../../shared/access/operator.ts';
import { lastUses } from '../../shared/operator/portfolio.ts';
import { openAdministration } from './administration.ts';
import { collectNetworks, endOrNever, entryName } from './arguments.ts';
import { addEntryCommands, asWire, cellOf, stateOf, withUse, type Wire } from './entry-commands.ts';
import { roleOption, wishOf } from './keys.ts';
import { print, printList, settled } from './print.ts';

interface CreateOptions {
  readonly role?: OperatorRole;
  readonly description?: string;
  readonly network?: readonly string[];
  readonly expires?: Date | 'never';
  readonly key: boolean;
  readonly keyName?: string;
  readonly keyExpires?: Date | 'never';
}

/** Adds the command; it inherits the program's way of ending. */
export function addOperatorsCommand(program: Command): void {
  const operators = program.command('operators').description('who administers the bridge over HTTP');

  operators
    .command('create')
    .description('makes an operator, or changes one, and a key, which is shown once')
    .argument('<name>', 'lower case letters, digits, hyphens', entryName)
    .addOption(roleOption(operatorRoles))
    .option('--description <text>', 'who it is')
    .option('--network <cidr>', 'where it must come from (repeatable)', collectNetworks)
    .option('--expires <when>', 'refused from then on: 90d, 2027-01-31, or never', endOrNever)
    .option('--no-key', 'make no key, e.g. to change the role')
    .option('--key-name <text>', 'what people call the key')
    .option('--key-expires <when>', 'end of the key', endOrNever)
    .addHelpText(
      'after',
      `
Roles: viewer looks; operator decides on dead letters, suppressions and switches (the default); admin changes who may send.

Examples:
  postrider operators create desk --role operator --key-expires 180d
  postrider operators create desk --role viewer --no-key`,
    )
    .action(async (name: string, options: CreateOptions, command: Command) => {
      const { access, shelves, keyRing, author } = openAdministration(command);
      const known = await access.operators.get(name);
      const role = options.role ?? known?.role ?? 'operator';
      const { description, network: networks, expires } = options;
      // null takes an end away, which only an operator that is there can have.
      const expiresAt = expires === 'never' ? (known ? null : undefined) : expires;
      const body = Buffer.from(JSON.stringify({ role, description, networks, expires_at: expiresAt }));
      const { view } = settled(
        command,
        known
          ? await shelves.operators.patch(author, name, body, {})
          : await shelves.operators.put(author, name, body, { noneMatch: '*' }),
      );
      if (!options.key) {
        print(command, view, `"${name}" has the role ${role}.`);
        return;
      }
      const wish = wishOf({
        ...(options.keyName === undefined ? {} : { name: options.keyName }),
        expires: options.keyExpires ?? 'never',
      });
      const made = settled(command, await keyRing.make(author, 'operator', name, wish));
      print(
        command,
        { ...made, operator: view },
        `${made.key}\n\nKeep it now: it is not shown again. "${name}" has the role ${role}.`,
      );
    });

  operators
    .command('list')
    .description('lists operators, their roles and when they were last seen')
    .action(async (_: object, command: Command) => {
      const { shelves, uses } = openAdministration(command);
      const used = lastUses(await uses());
      const all = (await shelves.operators.list()).map((view): Wire => {
        const one = asWire(view);
        const at = used.holder(cellOf(one, 'name'));
        return withUse(one, at);
      });
      printList(
        command,
        all,
        ['NAME', 'ROLE', 'STATE', 'EXPIRES', 'LAST USED'],
        all.map((one) => [
          cellOf(one, 'name'),
          cellOf(one, 'role'),
          stateOf(one),
          cellOf(one, 'expires_at', 'never'),
          cellOf(one, 'last_used_at', 'never'),
        ]),
        'No operators.',
      );
    });

  addEntryCommands(operators, 'operators', {
    noun: 'operator',
    disable: 'refuses an operator, on every instance within half a minute',
    remove: 'removes an operator with its keys',
  });
}
