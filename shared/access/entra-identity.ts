/**
 * Which submitter an application of Entra ID speaks for. The token has been verified by then (entra-token.ts).
 */
import { ok, refuse, type Result } from '../platform/problem.ts';
import type { AccessRegister } from './register.ts';
import type { Submitter } from './submitter.ts';

/** What a verified token says. Managed identities are applications too, with an application ID of their own. */
export interface EntraIdentity {
  /** Application (client) ID, lower case. */
  readonly appId: string;
  /** Directory (tenant) ID, lower case. */
  readonly tenantId: string;
  /** Whether the tenant is the bridge's own. */
  readonly isOwnTenant: boolean;
  /** App roles that the application was granted at this bridge. */
  readonly roles: readonly string[];
}

/** The submitter that an application speaks for. */
export function byIdentity(
  register: AccessRegister,
  identity: EntraIdentity | undefined,
): Result<{ readonly submitter: Submitter }> {
  if (!identity) return refuse('invalid-token', 'This bridge takes no tokens of Entra ID. Send an API key.');
  const { appId, tenantId, isOwnTenant, roles } = identity;
  const known = register.entries.submitters.flatMap((submitter) =>
    (submitter.entra ?? [])
      .filter((caller) => caller.appId.toLowerCase() === appId)
      .filter((caller) =>
        caller.tenantId === undefined ? isOwnTenant : caller.tenantId.toLowerCase() === tenantId,
      )
      .map(({ role }) => ({ submitter, role })),
  );
  const granted = known.find(({ role }) => role === undefined || roles.includes(role));
  if (granted) return ok({ submitter: granted.submitter });
  const [first] = known;
  return refuse(
    'application-not-registered',
    first?.role === undefined
      ? `The application ${appId} is registered with no submitter. Ask the administrator of this bridge to add it.`
      : `The application ${appId} needs the app role "${first.role}" at this bridge. Ask the administrator to grant it, and get a new token.`,
  );
}
