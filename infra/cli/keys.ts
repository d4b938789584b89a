/**
 * `postrider keys`: makes, lists and revokes API keys.
 */
import { randomBytes } from 'node:crypto';
import { InvalidArgumentError, type Command } from 'commander';
import { keyEntropyBytes, makeApiKey } from '../../shared/access/api-key.ts';
import { parseNetwork } from '../../shared/access/network.ts';
import { isSubmitterName, type Submitter } from '../../shared/access/submitter.ts';
import { parseMailbox } from '../../shared/message/address.ts';
import { openRegister, print, table } from './connection.ts';

interface CreateOptions {
  readonly sender: readonly string[];
  readonly network: readonly string[];
}

/** Adds the command; it inherits the program's way of ending. */
export function addKeysCommand(program: Command): void {
  const keys = program.command('keys').description('API keys');

  keys
    .command('create')
    .description(
      'makes a key for a submitter, and the submitter if there is none of that name; the key is shown once',
    )
    .argument(
      '<submitter>',
      'name of the application or device: lower case letters, digits, hyphens',
      submitterName,
    )
    .option('--sender <address>', 'address, or @domain, it may send as (repeatable)', collectSenders, [])
    .option(
      '--network <cidr>',
      'network whose requests are its own without a key (repeatable)',
      collectNetworks,
      [],
    )
    .action(async (name: string, { sender, network }: CreateOptions, command: Command) => {
      const register = openRegister(command);
      const known = (await register.submitters.list()).find((submitter) => submitter.name === name);
      const submitter: Submitter = {
        ...known,
        name,
        senders: [...new Set([...(known?.senders ?? []), ...sender])],
        networks: [...new Set([...(known?.networks ?? []), ...network])],
        disabled: known?.disabled ?? false,
      };
      if (submitter.senders.length === 0) {
        command.error('error: a submitter needs at least one --sender it may send as', { exitCode: 2 });
      }
      await register.submitters.put(submitter);
      const key = makeApiKey(randomBytes(keyEntropyBytes));
      await register.keys.put({ id: key.id, submitter: name, hash: key.hash, createdAt: new Date() });
      print(
        command,
        { key: key.text, id: key.id, submitter },
        `${key.text}\n\nKeep it now: it is not shown again. Submitter "${name}" ${describe(submitter)}.`,
      );
    });

  keys
    .command('list')
    .description('lists keys by their public id')
    .action(async (_: object, command: Command) => {
      const all = await openRegister(command).keys.list();
      const rows = all.map(({ id, submitter, operator, createdAt }) => ({
        id,
        holder: submitter ?? operator ?? '',
        created_at: createdAt.toISOString(),
      }));
      print(
        command,
        rows,
        rows.length === 0
          ? 'No keys.'
          : table([['ID', 'HOLDER', 'CREATED'], ...rows.map((row) => Object.values(row))]),
      );
    });

  keys
    .command('revoke')
    .description('revokes a key; every instance refuses it within half a minute')
    .argument('<id>', 'public id of the key: the part between the underscores')
    .action(async (id: string, _: object, command: Command) => {
      if (!(await openRegister(command).keys.remove(id))) {
        command.error(`error: there is no key with the id "${id}"; "postrider keys list" shows them`, {
          exitCode: 1,
        });
      }
      print(command, { id, revoked: true }, `Revoked ${id}.`);
    });
}

const describe = ({ senders }: Submitter): string => `may send as ${senders.join(', ')}`;

/** Reads the name of a submitter or an operator. */
export function submitterName(text: string): string {
  if (isSubmitterName(text)) return text;
  throw new InvalidArgumentError('Use 1 to 64 lower case letters, digits and hyphens.');
}

/** Reads `--sender`: an address, or `@domain` for all of a domain. */
function collectSenders(text: string, sofar: readonly string[]): readonly string[] {
  const parsed = parseMailbox(text.startsWith('@') ? `any${text}` : text);
  if (!parsed.ok) throw new InvalidArgumentError(`${parsed.reason} Give an address, or @domain.`);
  const { address } = parsed.mailbox;
  return [...sofar, text.startsWith('@') ? address.slice(3) : address];
}

function collectNetworks(text: string, sofar: readonly string[]): readonly string[] {
  const network = parseNetwork(text);
  if (!network)
    throw new InvalidArgumentError(
      'Give a network such as 10.1.0.0/16 or 2001:db8::/48, with no bits set behind the prefix.',
    );
  if (network.prefix === 0)
    throw new InvalidArgumentError('A network of the whole internet would make this an open relay.');
  return [...sofar, text];
}
