/**
 * `postrider submitters`: shows the register, and switches a submitter off and on.
 */
import type { Command } from 'commander';
import { openRegister, print, table } from './connection.ts';

/** Adds the command; it inherits the program's way of ending. */
export function addSubmittersCommand(program: Command): void {
  const submitters = program.command('submitters').description('applications and devices that may send');

  submitters
    .command('list')
    .description('lists submitters, what they may send as and from where they may come without a key')
    .action(async (_: object, command: Command) => {
      const all = await openRegister(command).listSubmitters();
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
        const known = (await register.listSubmitters()).find((submitter) => submitter.name === name);
        if (!known) {
          command.error(`error: there is no submitter "${name}"; "postrider submitters list" shows them`, {
            exitCode: 1,
          });
        }
        await register.putSubmitter({ ...known, disabled });
        print(command, { name, disabled }, `${name} is ${disabled ? 'disabled' : 'enabled'}.`);
      });
  }
}
