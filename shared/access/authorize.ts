/**
 * Who is asking: a key, a token, a certificate, or a source network. Decided before the body is read.
 *
 * A credential that is shown must be right: a wrong one from an authorised network is refused, because it is somebody's mistake that
 * they would want to hear of.
 */
import type ipaddr from 'ipaddr.js';
import { ok, refuse, type Result } from '../platform/problem.ts';
import type { Secret } from '../platform/secret.ts';
import { apiKeyId, matchesHash } from './api-key.ts';
import type { Showing } from './carriers.ts';
import { byIdentity, type EntraIdentity } from './entra-identity.ts';
import { contains, liesIn } from './network.ts';
import { mayActAs, type Operator, type OperatorRole } from './operator.ts';
import type { AccessRegister } from './register.ts';
import type { KeyScope, StoredApiKey } from './stored-key.ts';
import type { Submitter } from './submitter.ts';

/** What a request shows of itself. */
export interface Credentials {
  readonly shown: Showing;
  readonly clientAddress: ipaddr.IPv4 | ipaddr.IPv6 | undefined;
  /** What the token says, where one is shown and its signature was right. */
  readonly identity?: EntraIdentity | undefined;
  /** SHA-256 of the client certificate, hexadecimal, lower case; only where the front end can be believed. */
  readonly certificate?: string | undefined;
}

/** Whoever was recognised. */
export interface Caller {
  readonly submitter: Submitter;
  /** Id of the key that was shown; undefined when something else spoke for the caller. */
  readonly keyId?: string;
  /** What the sender calls itself, for the log. */
  readonly device?: string;
}

/** An operator who was recognised. */
export interface Administrator {
  readonly operator: Operator;
  /** Id of the key that was shown. */
  readonly keyId?: string;
}

/** Somebody who was recognised, and by which key. */
export interface Recognised {
  readonly submitter: Submitter;
  readonly key?: StoredApiKey;
  readonly device?: string;
}

/**
 * Recognises the caller.
 *
 * @param needed what is to be done: keys may be limited to some of it.
 */
export function authorize(
  register: AccessRegister,
  credentials: Credentials,
  needed: KeyScope,
  now: Date,
): Result<Caller> {
  if (standsInUrl(credentials.shown)) return inUrl();
  const found = recognise(register, credentials, now);
  if (!found.ok) return found;
  const { key } = found.value;
  if (key?.hook !== undefined) {
    return refuse(
      'hook-key-only',
      `This key is for the hook "${key.hook}" and good for nothing else. Use a key of the submitter here.`,
    );
  }
  const granted = checkScope(key, needed);
  if (!granted.ok) return granted;
  return ok(callerOf(found.value));
}

/** The caller as others are to know it. */
export const callerOf = ({ submitter, key, device }: Recognised): Caller => ({
  submitter,
  ...(key ? { keyId: key.id } : {}),
  ...(device === undefined ? {} : { device }),
});

/** Whoever a credential or a network speaks for, before it is asked what for. */
export function recognise(register: AccessRegister, credentials: Credentials, now: Date): Result<Recognised> {
  const found = shownBy(register, credentials, now);
  if (!found.ok) return found;
  const admitted = admit(found.value.submitter, credentials.clientAddress, now);
  return admitted.ok ? found : admitted;
}

function shownBy(
  register: AccessRegister,
  { shown, clientAddress, identity, certificate }: Credentials,
  now: Date,
): Result<Recognised> {
  switch (shown.kind) {
    case 'ambiguous':
      return ambiguous();
    case 'in-url':
      return inUrl();
    case 'key': {
      const key = keyStored(register, shown.text, clientAddress, now);
      if (!key.ok) return key;
      const { submitter: name } = key.value;
      const submitter = name === undefined ? undefined : register.submitter(name);
      const { device } = shown;
      if (submitter) return ok({ submitter, key: key.value, ...(device === undefined ? {} : { device }) });
      return refuse(
        'submitter-only',
        'This is the key of an operator, which sends nothing. Use the key of a submitter.',
      );
    }
    case 'token':
      return byIdentity(register, identity);
    case 'nothing':
      return certificate === undefined
        ? byNetwork(register, clientAddress)
        : byCertificate(register, certificate);
  }
}

/**
 * Whether a submitter that was recognised may come in at all, whatever spoke for it: not disabled, not run out, and from one of its
 * networks where it asks for both.
 */
export function admit(
  { name, disabled, expiresAt, authentication, networks }: Submitter,
  address: Credentials['clientAddress'],
  now: Date,
): Result<void> {
  if (disabled) {
    return refuse(
      'submitter-disabled',
      `The submitter "${name}" is disabled. Ask the administrator of this bridge.`,
    );
  }
  if (expiresAt && expiresAt <= now) {
    return refuse(
      'submitter-expired',
      `The registration of the submitter "${name}" ran out at ${expiresAt.toISOString()}. Ask the administrator of this bridge to extend it.`,
    );
  }
  if (authentication === 'key-and-network' && !liesIn(address, networks)) {
    return refuse(
      'network-not-allowed',
      `The submitter "${name}" must send from one of its networks, and show a credential. This request came from elsewhere.`,
    );
  }
  return ok(undefined);
}

/** Whether a key may be used for something. What is no key is not limited. */
export function checkScope(key: StoredApiKey | undefined, needed: KeyScope): Result<void> {
  const scopes = key?.scopes ?? [];
  if (scopes.length === 0 || scopes.includes(needed)) return ok(undefined);
  return refuse(
    'scope-not-granted',
    `This needs a key with the scope "${needed}"; this one has ${scopes.map((scope) => `"${scope}"`).join(', ')}.`,
  );
}

/** Compared with where there is no such key, so that an unknown id takes as long as a known one. */
const dummyHash = '0'.repeat(64);

/** The entry of a key that was shown, if it may be used from there and now. */
function keyStored(
  register: AccessRegister,
  text: Secret,
  address: Credentials['clientAddress'],
  now: Date,
): Result<StoredApiKey> {
  const id = apiKeyId(text);
  if (id === undefined) {
    return refuse(
      'invalid-api-key',
      'This is not a Postrider API key: it must be sent whole, as it was shown when it was made ("pr_…").',
    );
  }
  const stored = register.key(id);
  const matches = matchesHash(text, stored?.hash ?? dummyHash);
  if (!stored || !matches) {
    return refuse(
      'invalid-api-key',
      'This API key is unknown here or was revoked. Ask the administrator of this bridge for a new one.',
    );
  }
  const { expiresAt, networks = [] } = stored;
  if (expiresAt && expiresAt <= now) {
    return refuse(
      'api-key-expired',
      `This API key expired at ${expiresAt.toISOString()}. Ask the administrator of this bridge for a new one.`,
    );
  }
  if (networks.length > 0 && !liesIn(address, networks)) {
    return refuse(
      'network-not-allowed',
      'This API key is bound to networks, and this request came from elsewhere.',
    );
  }
  return ok(stored);
}

/**
 * Recognises an operator, who shows a key of an operator.
 *
 * @param needed the least role that may do what is asked for.
 */
export function authorizeOperator(
  register: AccessRegister,
  { shown, clientAddress }: Credentials,
  needed: OperatorRole,
  now: Date,
): Result<Administrator> {
  if (shown.kind === 'ambiguous') return ambiguous();
  if (shown.kind === 'in-url' || standsInUrl(shown)) return inUrl();
  if (shown.kind !== 'key') {
    return refuse('missing-credentials', 'Send the key of an operator as "Authorization: Bearer <key>".');
  }
  const stored = keyStored(register, shown.text, clientAddress, now);
  if (!stored.ok) return stored;
  const { id, operator: name } = stored.value;
  const operator = name === undefined ? undefined : register.operator(name);
  const ended = operator?.expiresAt !== undefined && operator.expiresAt <= now;
  if (!operator || operator.disabled || ended || !mayActAs(operator.role, needed)) {
    return refuse(
      'operator-only',
      `This is for operators with the role "${needed}" or a higher one. Use the key of such an operator.`,
    );
  }
  const { networks = [] } = operator;
  if (networks.length > 0 && !liesIn(clientAddress, networks)) {
    return refuse(
      'network-not-allowed',
      'This operator is bound to networks, and this request came from elsewhere.',
    );
  }
  return ok({ operator, keyId: id });
}

function byNetwork(register: AccessRegister, address: Credentials['clientAddress']): Result<Recognised> {
  const entry = address && register.networks.find(({ network }) => contains(network, address));
  const submitter = entry && register.submitter(entry.submitter);
  if (submitter) return ok({ submitter });
  return refuse(
    'missing-credentials',
    'Send an API key as "Authorization: Bearer <key>" or "X-Api-Key: <key>"; requests without a key are taken from authorised networks only.',
  );
}

function byCertificate(register: AccessRegister, thumbprint: string): Result<Recognised> {
  const submitter = register.entries.submitters.find(({ certificates = [] }) =>
    certificates.includes(thumbprint),
  );
  if (submitter) return ok({ submitter });
  return refuse(
    'invalid-certificate',
    'No submitter is registered with this client certificate. Ask the administrator of this bridge, or send an API key.',
  );
}

export const ambiguous = () =>
  refuse(
    'ambiguous-credentials',
    'Send one credential: either "Authorization: Bearer <key>" or "X-Api-Key: <key>".',
  );

/**
 * Whether a key stands where it counts at hooks alone. Which address is a hook's was read from the path; the host routes by its own
 * reading of it, and `/emails/x\..\..\hooks\ops` is one thing to the one and another to the other.
 */
const standsInUrl = (shown: Showing): boolean =>
  shown.kind === 'key' && (shown.carrier === 'path' || shown.carrier === 'query');

export const inUrl = () =>
  refuse(
    'key-in-url',
    'A key in a URL ends up in logs and histories on its way, so it is taken at hooks only. Send it as "Authorization: Bearer <key>", and have this one replaced.',
  );
