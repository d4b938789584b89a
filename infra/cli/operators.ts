/**
 * `postrider operators`: who administers the bridge over HTTP.
 */
import { randomBytes } from 'node:crypto';
import { Option, type Command } from 'commander';
import { keyEntropyBytes, makeApiKey } from '../../shared/access/api-key.ts';
import { operatorRoles, type Operator, type OperatorRole } from '../../shared/access/operator.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { openRegister, print } from './connection.ts';
import { submitterName } from './keys.ts';

/** Adds the command; it inherits the program's way of ending. */
export function addOperatorsCommand(program: Command): void {
  const operators = program.command('operators').description('who administers the bridge over HTTP');

  operators
    .command('create')
    .description('makes an operator, or changes the role of one, and a key, which is shown once')
    .argument('<name>', 'lower case letters, digits, hyphens', submitterName)
    .addOption(new Option('--role <role>', 'what it may do').choices(operatorRoles).default('operator'))
    .action(async (name: string, { role }: { role: OperatorRole }, command: Command) => {
      const register = openRegister(command);
      const now = systemClock.now();
      const known = await register.operators.get(name);
      const operator: Operator = { createdAt: now, disabled: false, ...known, name, role, changedAt: now };
      await register.operators.put(operator);
      const key = makeApiKey(randomBytes(keyEntropyBytes));
      await register.keys.put({ id: key.id, operator: name, hash: key.hash, createdAt: now });
      print(
        command,
        { key: key.text, id: key.id, operator },
        `${key.text}\n\nKeep it now: it is not shown again. "${name}" has the role ${role}.`,
      );
    });
}
