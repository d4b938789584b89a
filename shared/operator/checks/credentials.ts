/**
 * Whether whoever may send can show who they are, and what of that runs out or lies about unused.
 */
import type { StoredApiKey } from '../../access/stored-key.ts';
import type { Submitter } from '../../access/submitter.ts';
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
  const findings = signingKeys
    .filter(({ secret }) => !config.secrets.has(secret))
    .map(({ id, secret }) => missingSecret(where, `What "${id}" signs`, secret));
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

/** A secret whose setting is not there. */
export const missingSecret = (where: string, what: string, secret: string): Finding =>
  found(
    'secret-missing',
    where,
    `${what} cannot be checked: there is no secret "${secret}".`,
    `Set POSTRIDER_SECRET_${secret}, best as a reference to Key Vault.`,
  );

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
