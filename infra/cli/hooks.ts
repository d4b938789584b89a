/**
 * `postrider hooks`: addresses for senders that cannot say who they are, and what would become of what they send.
 */
import type { Command } from 'commander';
import { heldBy } from '../../shared/sense/storm-control.ts';
import { openAdministration } from './administration.ts';
import { collect, entryName, secondsOrOff } from './arguments.ts';
import { addEntryCommands, asWire, cellOf, stateOf } from './entry-commands.ts';
import { addHookTestCommand } from './hook-test.ts';
import { jsonOption } from './json-option.ts';
import { describe, giveUp, print, printList, settled } from './print.ts';

interface SetOptions {
  readonly submitter?: string;
  readonly from?: string;
  readonly to?: readonly string[];
  readonly cc?: readonly string[];
  readonly replyTo?: readonly string[];
  readonly description?: string;
  readonly adapter?: string;
  readonly zone?: string;
  readonly template?: string;
  readonly allowGet?: boolean;
  readonly remindEvery?: number | 'off';
  readonly expectEvery?: number | 'off';
  readonly patch?: string;
}

/** Adds the command; it inherits the program's way of ending. */
export function addHooksCommand(program: Command): void {
  const hooks = program.command('hooks').description('addresses for tools and devices: /hooks/<name>');

  hooks
    .command('list')
    .description('lists hooks, whose they are and to whom they write')
    .action(async (_: object, command: Command) => {
      const all = (await openAdministration(command).shelves.hooks.list()).map(asWire);
      printList(
        command,
        all,
        ['NAME', 'STATE', 'SUBMITTER', 'ADAPTER', 'FROM', 'TO'],
        all.map((one) => [
          cellOf(one, 'name'),
          stateOf(one),
          cellOf(one, 'submitter'),
          cellOf(one, 'adapter', 'by shape'),
          cellOf(one, 'from'),
          cellOf(one, 'to'),
        ]),
        'No hooks.',
      );
    });

  hooks
    .command('set')
    .description('makes a hook, or changes one')
    .argument('<name>', 'lower case letters, digits, hyphens', entryName)
    .option('--submitter <name>', 'whose it is; needed for a new one')
    .option(
      '--from <mailbox>',
      'one of the submitter\'s senders, perhaps with a name: "Alerts <a@contoso.com>"',
    )
    .option('--to <mailbox>', 'recipient (repeatable)', collect)
    .option('--cc <mailbox>', 'recipient of a copy (repeatable)', collect)
    .option('--reply-to <mailbox>', 'where replies go (repeatable)', collect)
    .option('--description <text>', 'what it is for; or off')
    .option('--adapter <name>', 'the adapter that knows the bodies; or off: told by their shape')
    .option('--zone <zone>', 'time zone in which times are shown, such as Europe/Berlin; or off')
    .option('--template <name>', 'template in place of our own layout; or off')
    .option('--allow-get', 'let a GET send; whoever follows links would set it off')
    .option('--no-allow-get', 'take no GET')
    .option('--remind-every <time>', 'tell again what fires and is not resolved: 4h; or off', secondsOrOff)
    .option('--expect-every <time>', 'tell when no call came for so long: 1h; or off', secondsOrOff)
    .option('--patch <json>', 'everything else: a JSON merge patch of the entry, or @file')
    .addHelpText(
      'after',
      `
Examples:
  postrider hooks set grafana --submitter monitoring --from alerts@contoso.com --to ops@contoso.com --zone Europe/Berlin
  postrider hooks set grafana --patch '{"severity_routes": [{"at_least": "critical", "to": ["oncall@contoso.com"]}]}'
  postrider keys create monitoring --hook grafana`,
    )
    .action(async (name: string, options: SetOptions, command: Command) => {
      const patch = hookPatch(command, options);
      if (Object.keys(patch).length === 0)
        giveUp(command, 'error: say what to set, e.g. --to ops@contoso.com', 2);
      const { access, shelves, author } = openAdministration(command);
      const known = await access.hooks.get(name);
      const given = Object.entries(patch).filter(([, value]) => known !== undefined || value !== null);
      const body = Buffer.from(JSON.stringify(Object.fromEntries(given)));
      const { view } = settled(
        command,
        known
          ? await shelves.hooks.patch(author, name, body, {})
          : await shelves.hooks.put(author, name, body, { noneMatch: '*' }),
      );
      print(command, view, `/hooks/${name} is ${known ? 'changed' : 'made'}.\n\n${describe(view)}`);
    });

  addHookTestCommand(hooks);
  addEntryCommands(hooks, 'hooks', {
    noun: 'hook',
    disable: 'refuses all calls of a hook, on every instance within half a minute',
    remove: 'removes a hook; keys that were for it alone are good for nothing then',
    mind: heldAlerts,
  });
}

/** Alerts that a hook holds in a storm, and what becomes of them. */
async function heldAlerts(command: Command, name: string) {
  const { access, ledger } = openAdministration(command);
  const hook = await access.hooks.get(name);
  const held = hook ? await heldBy(ledger, hook) : { calls: 0, alerts: 0 };
  if (held.calls === 0) return { facts: {}, text: '' };
  const what = `${held.alerts} ${held.alerts === 1 ? 'alert' : 'alerts'}`;
  const text = ` It holds ${what} in a storm, which its recipients are told of when the storm's time is over, as long as its submitter may send.`;
  return { facts: { held }, text };
}

/** The options as a merge patch; `off` takes a value away. */
function hookPatch(command: Command, options: SetOptions): Record<string, unknown> {
  const fields = {
    submitter: options.submitter,
    from: options.from,
    to: options.to,
    cc: options.cc,
    reply_to: options.replyTo,
    description: options.description,
    adapter: options.adapter,
    zone: options.zone,
    template: options.template,
    allow_get: options.allowGet,
    remind_every: options.remindEvery,
    expect_every: options.expectEvery,
  };
  const given = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, value === 'off' ? null : value] as const);
  const patch = options.patch === undefined ? {} : jsonOption(command, options.patch);
  return { ...patch, ...Object.fromEntries(given) };
}
