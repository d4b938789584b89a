/**
 * Who is asking: a key, or a source network. Decided before the body is read.
 */
import type ipaddr from 'ipaddr.js';
import { ok, refuse, type Result } from '../platform/problem.ts';
import { apiKeyId, matchesHash } from './api-key.ts';
import { contains } from './network.ts';
import type { AccessRegister } from './register.ts';
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
  /** Id of the key that was shown; undefined when the network spoke for the caller. */
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
  const id = apiKeyId(key);
  if (id === undefined) {
    return refuse(
      'invalid-api-key',
      'This is not a Postrider API key: it must be sent whole, as it was shown when it was made ("pr_…").',
    );
  }
  const stored = register.key(id);
  const submitter =
    stored && matchesHash(key, stored.hash) ? register.submitter(stored.submitter) : undefined;
  if (!submitter) {
    return refuse(
      'invalid-api-key',
      'This API key is unknown here or was revoked. Ask the administrator of this bridge for a new one.',
    );
  }
  return ok({ submitter, keyId: id });
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
