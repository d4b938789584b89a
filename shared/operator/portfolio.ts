/**
 * The application portfolio: everything that may send, as an auditor wants to see it. As JSON it is a declaration that can be applied
 * again, with what nobody declares (keys, times, last uses) beside it; as CSV one line a submitter. Never a secret. Pure.
 */
import type { LastUse } from '../access/last-use.ts';
import type { Entries } from '../access/register.ts';
import type { StoredApiKey } from '../access/stored-key.ts';
import type { Submitter } from '../access/submitter.ts';
import { wireOf } from './declaration/read.ts';

/** Looks up when something was last used. */
export interface LastUsesByName {
  holder(name: string): Date | undefined;
  key(id: string): Date | undefined;
}

/** Sorts the uses. A holder was last used when anything of it was. */
export function lastUses(uses: readonly LastUse[]): LastUsesByName {
  const [holders, keys] = [new Map<string, Date>(), new Map<string, Date>()];
  for (const { holder, keyId, at } of uses) {
    setLatest(holders, holder, at);
    if (keyId !== undefined) setLatest(keys, keyId, at);
  }
  return { holder: (name) => holders.get(name), key: (id) => keys.get(id) };
}

function setLatest(times: Map<string, Date>, name: string, at: Date): void {
  const known = times.get(name);
  if (!known || known < at) times.set(name, at);
}

/** What the register and the book of uses hold. */
export interface PortfolioSource {
  readonly entries: Pick<
    Entries,
    'submitters' | 'operators' | 'templates' | 'hooks' | 'suppressions' | 'keys'
  >;
  readonly uses: readonly LastUse[];
  readonly now: Date;
}

/** The portfolio as a declaration. */
export function portfolioOf({ entries, uses, now }: PortfolioSource): Record<string, unknown> {
  const used = lastUses(uses);
  const standing = (holder: 'submitter' | 'operator') => {
    const all: readonly { readonly name: string; readonly createdAt?: Date; readonly changedAt?: Date }[] =
      holder === 'submitter' ? entries.submitters : entries.operators;
    return all.map(({ name, createdAt, changedAt }) => ({
      name,
      created_at: createdAt?.toISOString(),
      changed_at: changedAt?.toISOString(),
      last_used_at: used.holder(name)?.toISOString(),
      keys: entries.keys
        .filter((key) => key[holder] === name)
        .map((key) => ({
          id: key.id,
          name: key.name,
          hook: key.hook,
          scopes: key.scopes,
          networks: key.networks,
          created_at: key.createdAt.toISOString(),
          expires_at: key.expiresAt?.toISOString(),
          last_used_at: used.key(key.id)?.toISOString(),
        })),
    }));
  };
  return {
    submitters: entries.submitters.map(wireOf),
    operators: entries.operators.map(wireOf),
    templates: entries.templates.map(wireOf),
    hooks: entries.hooks.map(wireOf),
    suppressions: entries.suppressions.map(wireOf),
    portfolio: {
      made_at: now.toISOString(),
      submitters: standing('submitter'),
      operators: standing('operator'),
    },
  };
}

type Row = { readonly submitter: Submitter; readonly keys: readonly StoredApiKey[] };

/** The columns of the CSV. */
const columns: Readonly<Record<string, (row: Row, used: LastUsesByName, now: Date) => string>> = {
  name: ({ submitter }) => submitter.name,
  state: ({ submitter: { disabled, expiresAt, mode } }, _, now) => {
    if (disabled) return 'disabled';
    return expiresAt && expiresAt <= now ? 'expired' : (mode ?? 'live');
  },
  kind: ({ submitter }) => submitter.kind ?? '',
  owner: ({ submitter }) => submitter.owner ?? '',
  description: ({ submitter }) => submitter.description ?? '',
  senders: ({ submitter }) => submitter.senders.join(' '),
  recipients: ({ submitter: { policy } }) => [policy?.recipients ?? 'any'].flat().join(' '),
  networks: ({ submitter }) => submitter.networks.join(' '),
  authentication: ({ submitter }) => submitter.authentication ?? 'key-or-network',
  other_credentials: ({ submitter: { entra = [], signingKeys = [], certificates = [] } }) =>
    [
      ...entra.map(({ appId }) => `entra:${appId}`),
      ...signingKeys.map(({ scheme, id }) => `${scheme}:${id}`),
      ...certificates.map((hash) => `certificate:${hash}`),
    ].join(' '),
  limits: ({ submitter }) =>
    Object.entries((wireOf(submitter)['limits'] as object | undefined) ?? {})
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  redirect_to: ({ submitter }) => submitter.redirectTo ?? '',
  expires_at: ({ submitter }) => submitter.expiresAt?.toISOString() ?? '',
  created_at: ({ submitter }) => submitter.createdAt?.toISOString() ?? '',
  changed_at: ({ submitter }) => submitter.changedAt?.toISOString() ?? '',
  last_used_at: ({ submitter }, used) => used.holder(submitter.name)?.toISOString() ?? '',
  keys: ({ keys }, used) =>
    keys
      .map(({ id, name, expiresAt }) =>
        [
          name === undefined ? id : `${id} (${name})`,
          ...(expiresAt ? [`expires ${expiresAt.toISOString()}`] : []),
          `last used ${used.key(id)?.toISOString() ?? 'never'}`,
        ].join(', '),
      )
      .join('; '),
};

/** The portfolio as CSV (RFC 4180): a header, then one line a submitter. */
export function portfolioCsv({ entries, uses, now }: PortfolioSource): string {
  const used = lastUses(uses);
  const lines = entries.submitters.map((submitter) => {
    const keys = entries.keys.filter((key) => key.submitter === submitter.name);
    return Object.values(columns).map((column) => column({ submitter, keys }, used, now));
  });
  return [Object.keys(columns), ...lines].map((cells) => `${cells.map(cell).join(',')}\r\n`).join('');
}

/** A spreadsheet would run what begins like a formula: an apostrophe makes it a text. `@contoso.com` gets one, too. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
