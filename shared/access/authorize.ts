/**
 * Who is asking: a key, or a source network. Decided before the body is read.
 */
import type ipaddr from 'ipaddr.js';
import { ok, refuse, type Result } from '../platform/problem.ts';
import { apiKeyId, matchesHash } from './api-key.ts';
import { contains } from './network.ts';
import type { AccessRegister } from './register.ts';
import { mayActAs, type Operator, type OperatorRole } from './operator.ts';
import type { StoredApiKey } from './stored-key.ts';
import type { Submitter } from './submitter.ts';

/** What a request shows of itself. */
export interface Credentials {
  /** Looks up a request header by its lower-case name. */
  readonly header: (name: string) => string | undefined;
  readonly clientAddress: ipaddr.IPv4 | ipaddr.IPv6 | undefined;
}

/** Whoever was recognised. */
export interface Caller {
  readonly submitter: Submitter;
  /** Id of the key that was shown; undefined when something else spoke for the caller. */
  readonly keyId?: string;
}

/** An operator who was recognised. */
export interface Administrator {
  readonly operator: Operator;
  /** Id of the key that was shown. */
  readonly keyId?: string;
}

/**
 * Recognises the caller.
 *
 * A key that is shown must be right: a wrong key from an authorised network is refused, because it is somebody's mistake that
 * they would want to hear of.
 */
export function authorize(register: AccessRegister, credentials: Credentials): Result<Caller> {
  const shown = shownKeys(credentials.header);
  const [key] = shown;
  if (shown.some((other) => other !== key)) {
    return refuse(
      'ambiguous-credentials',
      'Send one API key: either "Authorization: Bearer <key>" or "X-Api-Key: <key>".',
    );
  }
  const found = key === undefined ? byNetwork(register, credentials.clientAddress) : byKey(register, key);
  if (!found.ok || !found.value.submitter.disabled) return found;
  return refuse(
    'submitter-disabled',
    `The submitter "${found.value.submitter.name}" is disabled. Ask the administrator of this bridge.`,
  );
}

/** The keys that a request shows, in the order in which they count; two are a fault unless they are the same. */
export function shownKeys(header: Credentials['header']): string[] {
  const bearer = /^bearer +(\S+) *$/i.exec(header('authorization') ?? '')?.[1];
  const headers = ['x-api-key', 'api-key', 'x-postmark-server-token'].map((name) => header(name)?.trim());
  return [bearer, ...headers, basicKey(header('authorization'))].filter(
    (key): key is string => key !== undefined && key !== '',
  );
}

/** The password of Basic (RFC 7617), else its user: vendors' clients put the key into either. */
function basicKey(authorization = ''): string | undefined {
  const encoded = /^basic +([A-Za-z0-9+/=]+) *$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const [user = '', ...password] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return password.join(':').trim() || user.trim();
}

function byKey(register: AccessRegister, key: string): Result<Caller> {
  const stored = keyStored(register, key);
  if (!stored.ok) return stored;
  const { id, submitter: name } = stored.value;
  const submitter = name === undefined ? undefined : register.submitter(name);
  if (submitter) return ok({ submitter, keyId: id });
  return refuse(
    'submitter-only',
    'This is the key of an operator, which sends nothing. Use the key of a submitter.',
  );
}

/** The entry of a key that was shown. */
function keyStored(register: AccessRegister, key: string): Result<StoredApiKey> {
  const id = apiKeyId(key);
  if (id === undefined) {
    return refuse(
      'invalid-api-key',
      'This is not a Postrider API key: it must be sent whole, as it was shown when it was made ("pr_…").',
    );
  }
  const stored = register.key(id);
  if (stored && matchesHash(key, stored.hash)) return ok(stored);
  return refuse(
    'invalid-api-key',
    'This API key is unknown here or was revoked. Ask the administrator of this bridge for a new one.',
  );
}

/**
 * Recognises an operator, who shows a key of an operator.
 *
 * @param needed the least role that may do what is asked for.
 */
export function authorizeOperator(
  register: AccessRegister,
  credentials: Credentials,
  needed: OperatorRole,
): Result<Administrator> {
  const shown = shownKeys(credentials.header);
  const [key] = shown;
  if (shown.some((other) => other !== key)) return refuse('ambiguous-credentials', 'Send one API key.');
  if (key === undefined) {
    return refuse('missing-credentials', 'Send the key of an operator as "Authorization: Bearer <key>".');
  }
  const stored = keyStored(register, key);
  if (!stored.ok) return stored;
  const { id, operator: name } = stored.value;
  const operator = name === undefined ? undefined : register.operator(name);
  if (!operator || operator.disabled || !mayActAs(operator.role, needed)) {
    return refuse(
      'operator-only',
      `This is for operators with the role "${needed}" or a higher one. Use the key of such an operator.`,
    );
  }
  return ok({ operator, keyId: id });
}

function byNetwork(register: AccessRegister, address: Credentials['clientAddress']): Result<Caller> {
  const entry = address && register.networks.find(({ network }) => contains(network, address));
  const submitter = entry && register.submitter(entry.submitter);
  if (submitter) return ok({ submitter });
  return refuse(
    'missing-credentials',
    'Send an API key as "Authorization: Bearer <key>" or "X-Api-Key: <key>"; requests without a key are taken from authorised networks only.',
  );
}
