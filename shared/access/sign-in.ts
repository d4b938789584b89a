/**
 * Operators who signed in with Entra ID through App Service authentication, told by the header that its front end sets. It strips
 * such headers from what comes in, but only while it is on; whoever calls this has made sure of that.
 * (https://learn.microsoft.com/azure/app-service/configure-authentication-user-identities)
 */
import { ok, refuse, type Result } from '../platform/problem.ts';
import type { Administrator } from './authorize.ts';
import { readCarriers, type CarrierFacts } from './carriers.ts';
import { mayActAs, operatorRoles, type OperatorRole } from './operator.ts';

const principalHeader = 'x-ms-client-principal';

/** A request, as far as it matters here. */
export interface SignedRequest extends CarrierFacts {
  readonly method: string;
}

/** Whether somebody who is signed in asks, and shows no other credential. */
export const isSignedIn = (facts: SignedRequest): boolean =>
  facts.header(principalHeader) !== undefined && readCarriers(facts, true).kind === 'nothing';

/** Longest header that is read: a principal with a hundred groups has some 10,000 characters. */
const longest = 16_384;

/** Names of claims, short and as the front end writes them without a mapping. */
const claimNames = {
  tenant: ['tid', 'http://schemas.microsoft.com/identity/claims/tenantid'],
  id: ['oid', 'http://schemas.microsoft.com/identity/claims/objectidentifier'],
  role: ['roles', 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role'],
} as const;

/** App roles by name. */
const roles: ReadonlyMap<string, OperatorRole> = new Map(
  operatorRoles.map((role) => [`Postrider.${role.charAt(0).toUpperCase()}${role.slice(1)}`, role]),
);

/**
 * Recognises the operator.
 *
 * @param tenantId GUID of the bridge's own tenant; nobody else's people are let in.
 * @param needed the least role that may do what is asked for.
 */
export function authorizeSignedIn(
  request: SignedRequest,
  tenantId: string,
  needed: OperatorRole,
): Result<Administrator> {
  const principal = readPrincipal(request.header(principalHeader) ?? '');
  if (!principal) return notSignedIn('It cannot be read, or is not one of Entra ID.');
  if (principal.tenant.toLowerCase() !== tenantId.toLowerCase()) {
    return notSignedIn('It is of another tenant than POSTRIDER_TENANT_ID, which must be the GUID here.');
  }
  const role = operatorRoles.findLast((one) => principal.roles.some((name) => roles.get(name) === one));
  if (!role || !mayActAs(role, needed)) {
    return refuse(
      'operator-only',
      `This is for operators with the app role "${[...roles.keys()][operatorRoles.indexOf(needed)]}" or a higher one.`,
    );
  }
  const forged = findForgery(request);
  if (forged !== undefined) return refuse('cross-site-request', forged);
  return ok({ operator: { name: `entra-${principal.id}`, role, disabled: false } });
}

interface Principal {
  readonly tenant: string;
  readonly id: string;
  readonly roles: readonly string[];
}

/** Reads the header. @returns undefined unless everything is there once, and well-formed. */
function readPrincipal(text: string): Principal | undefined {
  if (text.length > longest || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
  const { auth_typ: type, claims } = (document ?? {}) as { auth_typ?: unknown; claims?: unknown };
  if (type !== 'aad' || !Array.isArray(claims)) return undefined;
  const values = (names: readonly string[]): string[] =>
    claims.flatMap((claim: unknown) => {
      const { typ, val } = (claim ?? {}) as { typ?: unknown; val?: unknown };
      return typeof typ === 'string' && typeof val === 'string' && names.includes(typ) ? [val] : [];
    });
  const [tenant, ...tenants] = values(claimNames.tenant);
  const [id, ...ids] = values(claimNames.id);
  if (tenant === undefined || id === undefined || tenants.length > 0 || ids.length > 0) return undefined;
  if (!/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(id)) return undefined;
  return { tenant, id: id.toLowerCase(), roles: values(claimNames.role) };
}

/**
 * What a page of somebody else could make a signed-in browser send: a change without a word of ours about where it comes from.
 * (OWASP Cross-Site Request Forgery Prevention Cheat Sheet: Fetch Metadata, then Origin)
 */
function findForgery({ method, header }: SignedRequest): string | undefined {
  if (method === 'GET' || method === 'HEAD') return undefined;
  const site = header('sec-fetch-site');
  const origin = header('origin');
  const own = [header('disguised-host'), header('host')].filter((host) => host !== undefined);
  const isOurs =
    site === undefined ? origin !== undefined && own.includes(hostOf(origin)) : site === 'same-origin';
  if (!isOurs)
    return 'A change with a browser must come from a page of this bridge (Sec-Fetch-Site or Origin).';
  const type = header('content-type') ?? '';
  if (method !== 'DELETE' && !/^application\/(?:merge-patch\+)?json\s*(?:;|$)/i.test(type)) {
    return 'A change with a browser must be sent as "Content-Type: application/json".';
  }
  return undefined;
}

function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : '';
}

const notSignedIn = (why: string) =>
  refuse('invalid-sign-in', `The sign-in is not one of an operator of this bridge. ${why}`);
