/**
 * Whether whoever may send can show who they are, and what of that runs out or lies about unused.
 */
import type { StoredApiKey } from '../../access/stored-key.ts';
import type { Submitter } from '../../access/submitter.ts';
import type { Config } from '../../platform/config.ts';
import type { Checked } from './check.ts';
import { found, type Finding } from './finding.ts';

const day = 86_400_000;

/** How long before its end something is told, in days. */
const soon = 30;

/** How long a key may lie unused, in days. */
const unused = 90;

/** Looks at submitters that are on, at all keys and at all that runs out. */
export function checkCredentials(checked: Checked): Finding[] {
  const { entries } = checked;
  const active = entries.submitters.filter(({ disabled }) => !disabled);
  return [
    ...active.flatMap((submitter) => checkWaysIn(submitter, checked)),
    ...active.flatMap((submitter) => checkOtherCredentials(submitter, checked)),
    ...checkShared(active, checked),
    ...entries.keys.flatMap((key) => checkKey(key, checked)),
    ...active.flatMap(({ name, expiresAt }) => checkEnd(`submitters/${name}`, expiresAt, checked.now)),
    ...entries.operators.flatMap(({ name, expiresAt }) =>
      checkEnd(`operators/${name}`, expiresAt, checked.now),
    ),
  ];
}

function checkWaysIn(submitter: Submitter, { entries, now }: Checked): Finding[] {
  const { name, networks, entra = [], signingKeys = [], certificates = [], authentication } = submitter;
  const byNetwork = authentication !== 'key-and-network' && networks.length > 0;
  const bySignature = entries.hooks.some(
    (hook) => hook.submitter === name && hook.signature !== undefined && !hook.disabled,
  );
  if (byNetwork || bySignature || entra.length + signingKeys.length + certificates.length > 0) return [];
  const keys = entries.keys.filter((key) => key.submitter === name);
  const where = `submitters/${name}`;
  const fix = `postrider keys create ${name}; or disable or remove it.`;
  if (keys.length === 0) {
    return [found('no-way-in', where, 'It has no key, no network and no other credential.', fix)];
  }
  return keys.every(({ expiresAt }) => expiresAt && expiresAt <= now)
    ? [found('only-expired-keys', where, 'All its keys have run out, and it has nothing else.', fix)]
    : [];
}

function checkOtherCredentials(submitter: Submitter, { config }: Checked): Finding[] {
  if (!config) return [];
  const { name, entra = [], signingKeys = [], certificates = [] } = submitter;
  const where = `submitters/${name}`;
  const findings = signingKeys.flatMap(({ id, scheme, secret }) =>
    secretFaults(config, where, `What "${id}" signs`, { secret, coded: scheme === 'acs' }),
  );
  if (entra.length > 0 && config.entraAudience.length === 0) {
    findings.push(
      found(
        'tokens-not-taken',
        where,
        'It names applications of Entra ID, and POSTRIDER_ENTRA_AUDIENCE is not set: no token is taken.',
        'Set POSTRIDER_ENTRA_AUDIENCE, or take entra out.',
      ),
    );
  }
  if (certificates.length > 0 && !config.clientCertificates) {
    findings.push(
      found(
        'certificates-not-taken',
        where,
        'It names client certificates, and POSTRIDER_CLIENT_CERTIFICATES is off: none is looked at.',
        'Set POSTRIDER_CLIENT_CERTIFICATES to app-service, or take certificates out.',
      ),
    );
  }
  return findings;
}

/** Bytes that a secret has at least: nobody guesses 128 bits. */
const leastBytes = 16;

/**
 * A secret whose setting is not there, or can be guessed.
 *
 * @param coded whether its scheme reads it as Base64.
 */
export function secretFaults(
  { secrets }: Pick<Config, 'secrets'>,
  where: string,
  what: string,
  { secret: name, coded }: { readonly secret: string; readonly coded: boolean },
): Finding[] {
  const text = secrets.get(name)?.reveal();
  if (text === undefined) {
    return [
      found(
        'secret-missing',
        where,
        `${what} cannot be checked: there is no secret "${name}".`,
        `Set POSTRIDER_SECRET_${name}, best as a reference to Key Vault.`,
      ),
    ];
  }
  const bytes = Buffer.from(text.replace(/^whsec_/, ''), coded ? 'base64' : 'utf8').length;
  if (bytes >= leastBytes) return [];
  const form = coded ? ' in Base64' : '';
  return [
    found(
      'secret-weak',
      where,
      `${what} can be forged by whoever guesses the secret "${name}", which has ${bytes} bytes${form}.`,
      `Set POSTRIDER_SECRET_${name} to ${leastBytes} random bytes or more${form}, and give them to the sender.`,
    ),
  ];
}

/** Credentials that two submitters name: the first that is found would be taken for both. */
function checkShared(active: readonly Submitter[], { config }: Checked): Finding[] {
  const own = config?.tenantId ?? '';
  const holders = new Map<string, string>();
  return active.flatMap(({ name, entra = [], certificates = [], signingKeys = [] }) => {
    /** What is shown, for people; and what else must be the same. */
    const shown = [
      ...entra.map(({ appId, tenantId = own, role = '' }) => [`application ${appId}`, tenantId, role]),
      ...certificates.map((digest) => [`certificate ${digest}`]),
      ...signingKeys.map(({ id, scheme, secret }) =>
        scheme === 'acs' ? [`secret "${secret}"`] : [`access key "${id}"`],
      ),
    ].map((parts) => ({ what: parts[0] ?? '', mark: parts.join(' ').toLowerCase() }));
    const taken = shown.find(({ mark }) => holders.has(mark));
    for (const { mark } of shown) if (!holders.has(mark)) holders.set(mark, name);
    if (!taken) return [];
    const other = holders.get(taken.mark);
    const message = `Its ${taken.what} speaks for "${other}" as well: nobody can tell which of the two sends.`;
    const fix = 'Give each submitter a credential of its own.';
    return [found('same-credential', `submitters/${name}`, message, fix)];
  });
}

function checkKey(key: StoredApiKey, { entries, used, now }: Checked): Finding[] {
  const { id, submitter, operator, hook, createdAt, expiresAt } = key;
  const where = `keys/${id}`;
  const holder =
    submitter === undefined
      ? entries.operators.find(({ name }) => name === operator)
      : entries.submitters.find(({ name }) => name === submitter);
  const revoke = `postrider keys revoke ${id}.`;
  if (!holder) {
    const message = `Its holder "${submitter ?? operator ?? ''}" is not there; it opens nothing.`;
    return [found('key-without-holder', where, message, revoke)];
  }
  if (hook !== undefined && !entries.hooks.some(({ name }) => name === hook)) {
    return [found('key-without-hook', where, `It is for the hook "${hook}", which is not there.`, revoke)];
  }
  const lately = used.key(id) ?? createdAt;
  const dead = expiresAt !== undefined && expiresAt <= now;
  const days = Math.floor((now.getTime() - lately.getTime()) / day);
  const idle =
    days >= unused && !dead
      ? [
          found(
            'key-unused',
            where,
            `The key of "${holder.name}" has not been used for ${days} days.`,
            `If nobody needs it: ${revoke}`,
          ),
        ]
      : [];
  return [...checkEnd(where, expiresAt, now, holder.name), ...idle];
}

function checkEnd(where: string, end: Date | undefined, now: Date, holder?: string): Finding[] {
  if (!end) return [];
  const date = end.toISOString().slice(0, 10);
  const [kind = '', id = ''] = where.split('/');
  const whose = holder === undefined ? 'It' : `The key of "${holder}"`;
  const renew =
    kind === 'keys'
      ? `postrider keys rotate ${id}, or keys expire`
      : `postrider ${kind} set or create with --expires`;
  if (end <= now) {
    const fix = `If it is still needed: ${renew}. Else remove it.`;
    return [found('expired', where, `${whose} ran out on ${date}.`, fix)];
  }
  const days = Math.ceil((end.getTime() - now.getTime()) / day);
  if (days > soon) return [];
  return [
    found('expires-soon', where, `${whose} runs out on ${date}, in ${days} days.`, `In time: ${renew}.`),
  ];
}
