/**
 * `postrider submitters`: shows the register, switches a submitter off and on, and sets what it may do and what counts as a repetition.
 */
import { InvalidArgumentError, type Command } from 'commander';
import type { AccessStore } from '../../shared/access/store.ts';
import type { Submitter } from '../../shared/access/submitter.ts';
import { openRegister, print, table } from './connection.ts';

/** Adds the command; it inherits the program's way of ending. */
export function addSubmittersCommand(program: Command): void {
  const submitters = program.command('submitters').description('applications and devices that may send');

  submitters
    .command('list')
    .description('lists submitters, what they may send as and from where they may come without a key')
    .action(async (_: object, command: Command) => {
      const all = await openRegister(command).submitters.list();
      const rows = all.map(({ name, senders, networks, disabled }) => [
        name,
        disabled ? 'disabled' : 'active',
        senders.join(', '),
        networks.join(', ') || '-',
      ]);
      print(
        command,
        all,
        rows.length === 0 ? 'No submitters.' : table([['NAME', 'STATE', 'SENDERS', 'NETWORKS'], ...rows]),
      );
    });

  for (const [verb, disabled] of [
    ['disable', true],
    ['enable', false],
  ] as const) {
    submitters
      .command(verb)
      .description(
        disabled
          ? 'refuses everything from a submitter, on every instance within half a minute'
          : 'lets it send again',
      )
      .argument('<name>', 'name of the submitter')
      .action(async (name: string, _: object, command: Command) => {
        const register = openRegister(command);
        const known = await submitterNamed(register, name, command);
        await register.submitters.put({ ...known, disabled });
        print(command, { name, disabled }, `${name} is ${disabled ? 'disabled' : 'enabled'}.`);
      });
  }
  submitters
    .command('set')
    .description(
      'changes what a submitter may do and how it is treated; every instance knows within half a minute',
    )
    .argument('<name>', 'name of the submitter')
    .option(
      '--dedupe-window <time>',
      'the same body, sent again within this time without any key, is a repetition: 1s to 1d, e.g. 10m; or off',
      readWindow,
    )
    .action(async (name: string, options: Settings, command: Command) => {
      if (Object.keys(options).length === 0) {
        command.error('error: say what to set, e.g. --dedupe-window 10m', { exitCode: 2 });
      }
      const register = openRegister(command);
      const { dedupeWindow: _, ...rest } = { ...(await submitterNamed(register, name, command)) };
      const changed: Submitter = { ...rest, ...(options.dedupeWindow ? options : {}) };
      await register.submitters.put(changed);
      print(command, changed, describe(name, options));
    });
}

/** What can be set. */
interface Settings {
  /** Seconds; 0 for off. */
  readonly dedupeWindow?: number;
}

function describe(name: string, { dedupeWindow }: Settings): string {
  if (dedupeWindow === undefined) return '';
  return dedupeWindow === 0
    ? `Every request of ${name} without a key is a message of its own.`
    : `The same body from ${name} is one message in ${dedupeWindow} seconds.`;
}

/** Reads `--dedupe-window` into seconds. */
function readWindow(text: string): number {
  if (text === 'off') return 0;
  const [, number, unit = ''] = /^(\d{1,5})([smhd])$/.exec(text) ?? [];
  const seconds = Number(number) * ({ s: 1, m: 60, h: 3600, d: 86_400 }[unit] ?? Number.NaN);
  if (seconds >= 1 && seconds <= 86_400) return seconds;
  throw new InvalidArgumentError('Give a whole number followed by s, m, h or d, from 1s to 1d; or "off".');
}

async function submitterNamed(register: AccessStore, name: string, command: Command): Promise<Submitter> {
  const known = (await register.submitters.list()).find((submitter) => submitter.name === name);
  return (
    known ??
    command.error(`error: there is no submitter "${name}"; "postrider submitters list" shows them`, {
      exitCode: 1,
    })
  );
}
