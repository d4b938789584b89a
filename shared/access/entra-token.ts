/**
 * Access tokens of Entra ID that applications show instead of a key: whether one is good here, and which application it speaks for.
 *
 * The token must be for this bridge (`aud`), of a tenant that we know of (`iss`, `tid`), signed by that tenant's authority with RS256,
 * and gained by an application with credentials of its own, in the way of client credentials. A managed identity is such an
 * application. Tokens for users are refused: a person who may call this API has not been told that it sends mail.
 *
 * Claims: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference; what to check:
 * https://learn.microsoft.com/entra/identity-platform/claims-validation (both read 2026-11).
 */
import type { createLocalJWKSet, decodeJwt, decodeProtectedHeader, JSONWebKeySet, JWTPayload } from 'jose';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import { ok, refuse, type Result } from '../platform/problem.ts';
import type { TokenJudge } from './doorkeeper.ts';
import type { EntraIdentity } from './entra-identity.ts';
import type { EntraKeys } from './entra-keys.ts';
import type { AccessRegister } from './register.ts';

/** Seconds that clocks may differ by. */
const leeway = 60;

/** Longest token that is looked at, in characters; with many roles one has some four thousand. */
const longest = 16_384;

/** What the judge has to know. */
export interface TokenSettings extends Pick<Config, 'tenantId' | 'entraAudience'> {
  readonly endpoints: Pick<Config['endpoints'], 'tokenIssuers'>;
}

/** Appoints the judge. */
export function createTokenJudge(settings: TokenSettings, keys: EntraKeys, clock: Clock): TokenJudge {
  const own = settings.tenantId.toLowerCase();
  const resolvers = new WeakMap<JSONWebKeySet, ReturnType<typeof createLocalJWKSet>>();

  return async (shown, register) => {
    const token = shown.reveal();
    const jose = await import('jose');
    const named = token.length > longest ? undefined : readNames(jose, token);
    if (!named) return wrong('This is not an access token of Entra ID.');
    const { tenantId, kid } = named;
    if (tenantId !== own && !foreignTenants(register).has(tenantId)) {
      return wrong('The token is of a tenant that this bridge does not know.');
    }
    const set = await keys.of(tenantId, kid);
    if (!set) {
      return refuse(
        'entra-unavailable',
        'The token cannot be checked now, since the keys of Entra ID cannot be had. Repeat the request.',
        { retryAfterSeconds: 5 },
      );
    }
    const resolve = resolvers.get(set) ?? jose.createLocalJWKSet(set);
    resolvers.set(set, resolve);
    try {
      const { payload } = await jose.jwtVerify(token, resolve, {
        algorithms: ['RS256'],
        issuer: settings.endpoints.tokenIssuers.map((issuer) => issuer.replace('{tenant}', tenantId)),
        audience: [...settings.entraAudience],
        requiredClaims: ['exp', 'nbf', 'iat', 'tid'],
        clockTolerance: leeway,
        currentDate: clock.now(),
      });
      return identityOf(payload, own);
    } catch (error) {
      return wrong(sentenceFor(error as { code?: string; claim?: string }));
    }
  };
}

/** What a token says of itself before it is believed: which keys to look at. */
function readNames(
  jose: {
    readonly decodeJwt: typeof decodeJwt;
    readonly decodeProtectedHeader: typeof decodeProtectedHeader;
  },
  token: string,
): { readonly tenantId: string; readonly kid: string } | undefined {
  try {
    const { alg, kid } = jose.decodeProtectedHeader(token);
    const { tid } = jose.decodeJwt(token);
    // Nothing but RS256 is asked for any key: neither `none` nor HS256, for which a public key would be the secret.
    if (alg !== 'RS256' || typeof kid !== 'string' || typeof tid !== 'string') return undefined;
    return isGuid(tid) ? { tenantId: tid.toLowerCase(), kid } : undefined;
  } catch {
    return undefined;
  }
}

/** Tenants besides our own whose applications speak for submitters. */
const foreignTenants = ({ entries }: AccessRegister): ReadonlySet<string> =>
  new Set(
    entries.submitters.flatMap(({ entra = [] }) =>
      entra.flatMap(({ tenantId }) => (tenantId === undefined ? [] : [tenantId.toLowerCase()])),
    ),
  );

/** The application, from the claims of a token whose signature, issuer, audience and times were right. */
function identityOf(claims: JWTPayload, own: string): Result<EntraIdentity> {
  const { azp, appid, tid, oid, sub, idtyp, scp, roles } = claims;
  // `idtyp` is an optional claim; without it an application is told by itself being the subject.
  const isApplication = idtyp === undefined ? typeof oid === 'string' && oid === sub : idtyp === 'app';
  if (scp !== undefined || !isApplication) {
    return wrong(
      'The token speaks for a user. Get one with the application’s own credentials (client credentials).',
    );
  }
  // Tokens of version 1.0 have `appid`, those of 2.0 `azp`.
  const appId = azp ?? appid;
  if (!isGuid(appId) || (appid !== undefined && appid !== appId)) {
    return wrong('The token names no application.');
  }
  const tenantId = String(tid).toLowerCase();
  return ok({
    appId: appId.toLowerCase(),
    tenantId,
    isOwnTenant: tenantId === own,
    roles: Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [],
  });
}

const isGuid = (value: unknown): value is string =>
  typeof value === 'string' && /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value);

/** Why jose refused; its codes are stable, its sentences are not. */
function sentenceFor({ code, claim }: { readonly code?: string; readonly claim?: string }): string {
  if (code === 'ERR_JWT_EXPIRED') return 'The token has expired. Get a new one.';
  if (claim === 'nbf' || claim === 'iat') return 'The token is not valid yet. Check the clock of the sender.';
  if (claim === 'aud') return 'The token is for another API. Ask Entra ID for one of this bridge.';
  if (claim === 'iss') return 'The token was issued by another authority.';
  return 'The signature of the token is not right.';
}

const wrong = (detail: string) => refuse('invalid-token', detail);
