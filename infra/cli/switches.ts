/**
 * `postrider switches`: stops the bridge at once, for all or for one sender.
 */
import type { Command } from 'commander';
import { openAdministration } from './administration.ts';
import { asWire, cellOf } from './entry-commands.ts';
import { print, printList, settled } from './print.ts';

interface Target {
  readonly all?: boolean;
  readonly sender?: string;
}

/** Adds the command; it inherits the program's way of ending. */
export function addSwitchesCommand(program: Command): void {
  const switches = program
    .command('switches')
    .description('kill switches: while one is thrown nothing is accepted, and what was accepted waits');

  switches
    .command('list')
    .description('lists the switches that are thrown')
    .action(async (_: object, command: Command) => {
      const all = (await openAdministration(command).shelves.switches.list()).map(asWire);
      printList(
        command,
        all,
        ['SCOPE', 'SINCE', 'BY', 'REASON'],
        all.map((one) => ['scope', 'thrown_at', 'by', 'reason'].map((field) => cellOf(one, field))),
        'No switch is thrown.',
      );
    });

  targeted(switches.command('throw'))
    .description('stops everything, or everything of one sender, on every instance within half a minute')
    .requiredOption('--reason <text>', 'why, for people')
    .addHelpText(
      'after',
      '\nExample:\n  postrider switches throw --sender alerts@contoso.com --reason "loop with helpdesk"',
    )
    .action(async (options: Target & { reason: string }, command: Command) => {
      const scope = scopeOf(command, options);
      const { shelves, author } = openAdministration(command);
      const body = Buffer.from(JSON.stringify({ reason: options.reason }));
      const { view } = settled(command, await shelves.switches.put(author, scope, body, {}));
      print(command, view, `Stopped: ${scope}. Every instance knows within half a minute.`);
    });

  targeted(switches.command('reset'))
    .description('lets it go on')
    .addHelpText('after', '\nExample:\n  postrider switches reset --all')
    .action(async (options: Target, command: Command) => {
      const scope = scopeOf(command, options);
      const { shelves, author } = openAdministration(command);
      settled(command, await shelves.switches.remove(author, scope, {}));
      print(command, { scope, reset: true }, `Goes on: ${scope}. Every instance knows within half a minute.`);
    });
}

const targeted = (command: Command): Command =>
  command.option('--all', 'everything').option('--sender <address>', 'everything of one sender');

function scopeOf(command: Command, { all, sender }: Target): string {
  if (all && sender === undefined) return 'all';
  if (!all && sender !== undefined && sender !== 'all') return sender;
  return command.error('error: say either --all or --sender <address>', { exitCode: 2 });
}
