/**
 * The public keys with which Entra ID signs tokens, by tenant. A door.
 *
 * Entra ID changes its keys every few weeks and whenever it has to, so a key that is not known is asked for; at most once a minute, since
 * whoever sends a made-up key id would else have us ask for each. Keys that were good stay good while the authority is down.
 * (https://learn.microsoft.com/entra/identity-platform/signing-key-rollover, read 2026-11.)
 */
import type { JSONWebKeySet, JWK } from 'jose';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';

/** The keys of tenants. */
export interface EntraKeys {
  /**
   * The keys of a tenant, from memory when they hold the one that is asked for. The same object until they change. Never rejects.
   *
   * @param kid of the key that is needed.
   * @returns undefined when there are none, and none can be had now.
   */
  of(tenantId: string, kid: string): Promise<JSONWebKeySet | undefined>;
}

/** How long keys serve before they are read again, in milliseconds: half of what Microsoft asks for at least. */
const maxAge = 12 * 3_600_000;

/** Milliseconds between two requests for the keys of a tenant; the second while there are no keys at all. */
const coolDown = { known: 60_000, none: 5000 };

/** Milliseconds that the authority has for its answer: senders give up after 4 s. */
const timeout = 3000;

/** A set of Entra ID has some six keys. */
const mostKeys = 50;

interface Known {
  readonly keys?: JSONWebKeySet;
  readonly readAt: number;
  readonly askedAt: number;
}

/** @param loginUrl the authority, an origin. */
export function openEntraKeys(loginUrl: string, clock: Clock, log: Log): EntraKeys {
  const tenants = new Map<string, Known>();
  const asking = new Map<string, Promise<void>>();

  const ask = async (tenantId: string): Promise<void> => {
    const askedAt = clock.now().getTime();
    const known = tenants.get(tenantId);
    tenants.set(tenantId, { readAt: 0, ...known, askedAt });
    try {
      const keys = await fetchKeys(`${loginUrl}/${tenantId}/discovery/v2.0/keys`);
      tenants.set(tenantId, { keys, readAt: askedAt, askedAt });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log('warn', 'access.entra-keys-unavailable', { reason: reason.slice(0, 200) });
    }
  };

  const begin = (tenantId: string): Promise<void> => {
    const running = ask(tenantId).finally(() => asking.delete(tenantId));
    asking.set(tenantId, running);
    return running;
  };

  return {
    async of(tenantId, kid) {
      const now = clock.now().getTime();
      const known = tenants.get(tenantId);
      const isKnown = known?.keys?.keys.some((key) => key.kid === kid) ?? false;
      if (isKnown && Math.abs(now - (known?.readAt ?? 0)) < maxAge) return known?.keys;
      const pause = known?.keys ? coolDown.known : coolDown.none;
      const may = known === undefined || Math.abs(now - known.askedAt) >= pause;
      await (asking.get(tenantId) ?? (may ? begin(tenantId) : undefined));
      return tenants.get(tenantId)?.keys;
    },
  };
}

/** Reads a JSON Web Key Set (RFC 7517) and keeps the RSA keys that sign. @throws Error when there are none. */
async function fetchKeys(url: string): Promise<JSONWebKeySet> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeout), redirect: 'error' });
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`the authority answered ${response.status}`);
  }
  const read = (await response.json()) as { keys?: unknown } | null;
  const keys = Array.isArray(read?.keys) ? read.keys.filter(isSigningKey).slice(0, mostKeys) : [];
  if (keys.length === 0) throw new Error('the authority answered without keys');
  return { keys };
}

function isSigningKey(key: unknown): key is JWK {
  if (typeof key !== 'object' || key === null) return false;
  const { kty, kid, use = 'sig', n, e } = key as JWK;
  return kty === 'RSA' && use === 'sig' && [kid, n, e].every((text) => typeof text === 'string');
}
