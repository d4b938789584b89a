/**
 * `postrider keys`: makes, lists, replaces and revokes API keys.
 */
import { Option, type Command } from 'commander';
import { keyScopes } from '../../shared/access/stored-key.ts';
import { lastUses } from '../../shared/operator/portfolio.ts';
import { openAdministration, type Administration } from './administration.ts';
import { collect, collectNetworks, collectSenders, endOrNever, entryName, seconds } from './arguments.ts';
import { asWire, cellOf, stateOf, withUse, type Wire } from './entry-commands.ts';
import { describe, giveUp, print, printList, settled } from './print.ts';

interface CreateOptions {
  readonly sender?: readonly string[];
  readonly name?: string;
  readonly scope?: readonly string[];
  readonly network?: readonly string[];
  readonly hook?: string;
  readonly expires?: Date | 'never';
}

/** Adds the command; it inherits the program's way of ending. */
export function addKeysCommand(program: Command): void {
  const keys = program.command('keys').description('API keys');

  keys
    .command('create')
    .description('makes a key for a submitter, and the submitter if there is none of that name; shown once')
    .argument('<submitter>', 'name of the application or device', entryName)
    .option(
      '--sender <address>',
      'address, or @domain, the submitter may send as (repeatable)',
      collectSenders,
    )
    .option('--name <text>', 'what people call it, e.g. where it is used')
    .option(
      '--scope <scope>',
      `what it may be used for: ${keyScopes.join(', ')} (repeatable); all when left out`,
      collect,
    )
    .option(
      '--network <cidr>',
      'where the key may come from (repeatable); anywhere when left out',
      collectNetworks,
    )
    .option('--hook <name>', 'good for this hook alone; such a key may stand in a URL', entryName)
    .option('--expires <when>', 'refused from then on: 90d, 2027-01-31, or never', endOrNever)
    .addHelpText(
      'after',
      `
Examples:
  postrider keys create backup-server --sender backup@contoso.com
  postrider keys create crm --name "staging" --scope submit --expires 90d --network 203.0.113.0/24
  postrider keys create monitoring --hook grafana`,
    )
    .action(async (name: string, options: CreateOptions, command: Command) => {
      const administration = openAdministration(command);
      await allowSenders(administration, command, name, options.sender ?? []);
      const { keyRing, author } = administration;
      const made = settled(command, await keyRing.make(author, 'submitter', name, wishOf(options)));
      const place =
        options.hook === undefined ? '' : ` Its URL ends with /hooks/${options.hook}/${made.key}.`;
      print(
        command,
        made,
        `${made.key}\n\nKeep it now: it is not shown again. It belongs to "${name}".${place}`,
      );
    });

  keys
    .command('list')
    .description('lists keys by their public id, with their end and when they were last used')
    .option('--submitter <name>', 'only those of a submitter')
    .option('--operator <name>', 'only those of an operator')
    .action(async (options: { submitter?: string; operator?: string }, command: Command) => {
      const all = (await keysWithUses(openAdministration(command))).filter(
        (key) =>
          (options.submitter === undefined || key['submitter'] === options.submitter) &&
          (options.operator === undefined || key['operator'] === options.operator),
      );
      printList(
        command,
        all,
        ['ID', 'HOLDER', 'NAME', 'STATE', 'FOR', 'CREATED', 'EXPIRES', 'LAST USED'],
        all.map((key) => [
          cellOf(key, 'id'),
          cellOf(key, 'submitter', cellOf(key, 'operator')),
          cellOf(key, 'name'),
          stateOf(key),
          purposeOf(key),
          cellOf(key, 'created_at'),
          cellOf(key, 'expires_at', 'never'),
          cellOf(key, 'last_used_at', 'never'),
        ]),
        'No keys.',
      );
    });

  keys
    .command('show')
    .description('shows a key with all that is known of it but itself')
    .argument('<id>', 'public id of the key: the part between the underscores')
    .action(async (id: string, _: object, command: Command) => {
      const key = (await keysWithUses(openAdministration(command))).find((one) => one['id'] === id);
      if (!key) missing(command, id);
      print(command, key, describe(key));
    });

  keys
    .command('rotate')
    .description('makes a key like another, shown once; the old one stays good for a while')
    .argument('<id>', 'public id of the old key')
    .option('--overlap <time>', 'how long the old key stays good: 0s, 12h, 30d', seconds, 7 * 86_400)
    .addHelpText('after', '\nExample:\n  postrider keys rotate 4q0rz8xw --overlap 7d')
    .action(async (id: string, { overlap }: { overlap: number }, command: Command) => {
      const { access, keyRing, author } = openAdministration(command);
      if (!(await access.keys.get(id))) missing(command, id);
      const made = settled(command, await keyRing.rotate(author, id, overlap));
      const ends = (await access.keys.get(id))?.expiresAt?.toISOString() ?? 'now';
      print(
        command,
        { ...made, replaces: id, replaced_until: ends },
        `${made.key}\n\nKeep it now: it is not shown again. The old key ${id} stays good until ${ends}.`,
      );
    });

  keys
    .command('expire')
    .description('gives a key an end, another end, or none')
    .argument('<id>', 'public id of the key')
    .requiredOption('--at <when>', '12h, 90d, 2027-01-31, or never', endOrNever)
    .addHelpText('after', '\nExample:\n  postrider keys expire 4q0rz8xw --at 30d')
    .action(async (id: string, { at }: { at: Date | 'never' }, command: Command) => {
      const { access, keyRing, author } = openAdministration(command);
      if (!(await access.keys.get(id))) missing(command, id);
      const key = settled(command, await keyRing.expire(author, id, at === 'never' ? undefined : at));
      print(
        command,
        key,
        at instanceof Date ? `${id} expires ${at.toISOString()}.` : `${id} does not expire.`,
      );
    });

  keys
    .command('revoke')
    .description('revokes a key; every instance refuses it within half a minute')
    .argument('<id>', 'public id of the key')
    .action(async (id: string, _: object, command: Command) => {
      const { access, keyRing, author } = openAdministration(command);
      if (!(await access.keys.get(id))) missing(command, id);
      settled(command, await keyRing.revoke(author, id));
      print(command, { id, revoked: true }, `Revoked ${id}.`);
    });
}

/** The choice of an operator's role, where a key is made with the operator. */
export const roleOption = (roles: readonly string[]): Option =>
  new Option('--role <role>', 'what it may do').choices(roles);

/** A wish for the key ring, as a body. */
export const wishOf = (options: Omit<CreateOptions, 'sender'>): Buffer =>
  Buffer.from(
    JSON.stringify({
      name: options.name,
      scopes: options.scope,
      networks: options.network,
      hook: options.hook,
      expires_at: options.expires === 'never' ? undefined : options.expires,
    }),
  );

/** Makes the submitter, or lets it send as more than it could. */
async function allowSenders(
  { access, shelves, author }: Administration,
  command: Command,
  name: string,
  senders: readonly string[],
): Promise<void> {
  const known = await access.submitters.get(name);
  const wanted = [...new Set([...(known?.senders ?? []), ...senders])];
  if (!known && wanted.length === 0) {
    command.error('error: a new submitter needs at least one --sender it may send as', { exitCode: 2 });
  }
  if (known?.senders.length === wanted.length) return;
  const body = Buffer.from(JSON.stringify({ senders: wanted }));
  settled(
    command,
    known
      ? await shelves.submitters.patch(author, name, body, {})
      : await shelves.submitters.put(author, name, body, { noneMatch: '*' }),
  );
}

async function keysWithUses({ keyRing, uses }: Administration): Promise<Wire[]> {
  const used = lastUses(await uses());
  return (await keyRing.list()).map((view) => {
    const key = asWire(view);
    const at = used.key(cellOf(key, 'id'));
    return withUse(key, at);
  });
}

function purposeOf(key: Wire): string {
  if (typeof key['hook'] === 'string') return `hook ${key['hook']}`;
  if (key['operator'] !== undefined) return 'administration';
  return Array.isArray(key['scopes']) ? key['scopes'].join(', ') : keyScopes.join(', ');
}

function missing(command: Command, id: string): never {
  return giveUp(command, `error: there is no key with the id "${id}"; "postrider keys list" shows them`, 1);
}
