/**
 * App-only access tokens: one token in flight per scope, the last good one served until it expires. A door.
 *
 * The usual call is a look into a Map. A token is renewed in the background from the time Entra ID suggests (`refresh_in`) or
 * five minutes before its end, so that no message waits for Entra ID while a token is valid, and none is lost while Entra ID
 * is down.
 */
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Config } from '../platform/config.ts';
import { createEntraApp, type Acquired, type EntraApp } from './entra-app.ts';
import { createRotatingApp } from './rotating-app.ts';
import type { TokenResult, TokenSource } from './transport.ts';
import { openCertificates } from './open-certificates.ts';
import type { VaultCertificates } from './vault-certificates.ts';

/** What tokens are got with. */
export interface TokenSourceParts {
  readonly config: Pick<Config, 'tenantId' | 'clientId' | 'credential' | 'endpoints'>;
  readonly clock: Clock;
  readonly log?: Log;
  /** Milliseconds one request to Entra ID may take; 10,000 unless told. */
  readonly requestTimeout?: number;
  /** The certificate in the vault, where others look at it too. */
  readonly certificates?: VaultCertificates;
}

/** Renewal starts this many milliseconds before the end, unless Entra ID names a time. MSAL uses the same. */
const renewBefore = 300_000;

/** After a failed renewal in the background, the next one waits this many milliseconds. */
const renewPause = 30_000;

/**
 * A resource that refuses every token would otherwise make each message ask for another: within this many milliseconds after
 * a demanded renewal the token is handed out as it is.
 */
const demandPause = 60_000;

/** A refused credential is not shown to Entra ID again for this many milliseconds; enough refusals lock an app out. */
const refusedPause = 30_000;

/** What is known of a scope. */
interface Scope {
  readonly app: EntraApp;
  good?: Extract<TokenResult, { ok: true }>;
  /** When to look for a successor of `good`. */
  renewAt: number;
  /** When a renewal was last demanded. */
  demandedAt: number;
  flight?: Promise<TokenResult>;
  refused?: { readonly result: TokenResult; readonly until: number };
}

/** Creates the source. Nothing is loaded or asked before the first call. */
export function createTokenSource(parts: TokenSourceParts): TokenSource {
  const { clock, log, requestTimeout = 10_000 } = parts;
  const scopes = new Map<string, Scope>();
  const createApp = appsOf(parts, requestTimeout);

  const fly = async (name: string, scope: Scope): Promise<TokenResult> => {
    const acquired = await scope.app.acquire();
    const now = clock.now().getTime();
    if (!acquired.ok) return keepRefusal(scope, acquired, now);
    const { accessToken, expiresOn } = acquired;
    scope.good = { ok: true, accessToken, expiresOn };
    scope.renewAt = renewalTime(acquired, now);
    delete scope.refused;
    log?.('debug', 'entra.token', { code: name, seconds: Math.round((expiresOn.getTime() - now) / 1000) });
    return scope.good;
  };

  const keepRefusal = (
    scope: Scope,
    acquired: Extract<Acquired, { ok: false }>,
    now: number,
  ): TokenResult => {
    const { outcome } = acquired;
    const { code } = outcome.trace;
    scope.renewAt = now + renewPause;
    if (outcome.fault === 'configuration') scope.refused = { result: acquired, until: now + refusedPause };
    log?.('warn', 'entra.no-token', { reason: outcome.reason, ...(code === undefined ? {} : { code }) });
    return acquired;
  };

  /** Joins the flight of this scope, or starts it. */
  const renewed = (name: string, scope: Scope): Promise<TokenResult> => {
    scope.flight ??= fly(name, scope).finally(() => {
      delete scope.flight;
    });
    return scope.flight;
  };

  return {
    async token(name, renew = false) {
      let scope = scopes.get(name);
      if (!scope) {
        scope = {
          app: createApp(name),
          renewAt: 0,
          demandedAt: -Infinity,
        };
        scopes.set(name, scope);
      }
      const now = clock.now().getTime();
      const good = scope.good && scope.good.expiresOn.getTime() > now ? scope.good : undefined;
      if (good && !renew) {
        // The failure of a renewal nobody waits for is logged and costs nothing yet.
        if (now >= scope.renewAt) void renewed(name, scope).catch(() => undefined);
        return good;
      }
      if (renew) {
        if (scope.flight) return scope.flight;
        if (good && now - scope.demandedAt < demandPause) return good;
        scope.demandedAt = now;
      }
      if (scope.refused && now < scope.refused.until) return scope.refused.result;
      return renewed(name, scope);
    },
  };
}

/** Makes the app of a scope. All of them show the same certificate. */
function appsOf(
  { config, clock, log, certificates }: TokenSourceParts,
  timeout: number,
): (scope: string) => EntraApp {
  const { credential } = config;
  if (credential.kind !== 'key-vault') {
    return (scope) => createEntraApp({ ...config, credential }, scope, clock, timeout);
  }
  const shared = certificates ?? openCertificates({ credential, config, clock, log, timeout });
  return (scope) => createRotatingApp({ config, scope, certificates: shared, clock, log, timeout });
}

function renewalTime({ expiresOn, refreshOn }: Extract<Acquired, { ok: true }>, now: number): number {
  if (refreshOn) return refreshOn.getTime();
  // A token that lives for less than ten minutes is renewed in the middle of its life.
  const life = expiresOn.getTime() - now;
  return expiresOn.getTime() - Math.min(renewBefore, life / 2);
}
