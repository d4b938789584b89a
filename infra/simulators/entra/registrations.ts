/** What an administrator would have set up in the pretend tenant: applications and managed identities, as data. */

interface ClientSecret {
  readonly value: string;
  /** ISO 8601. Left out: never expires. */
  readonly expires?: string;
}

/** Trust in somebody else's tokens: https://learn.microsoft.com/entra/workload-id/workload-identity-federation */
interface FederatedCredential {
  /** Matched exactly, upper and lower case included. For a managed identity: its principal (object) id. */
  readonly subject: string;
  /** Default: the issuer of the registration's own tenant at this simulator, that of its managed identities. */
  readonly issuer?: string;
  /** Default `api://AzureADTokenExchange`. */
  readonly audience?: string;
}

/** An app registration together with its enterprise application. */
export interface Registration {
  readonly tenantId: string;
  /** Domain names by which the tenant can be addressed too. */
  readonly tenantDomains?: readonly string[];
  readonly clientId: string;
  readonly secrets?: readonly ClientSecret[];
  /** PEM, public part. */
  readonly certificates?: readonly string[];
  readonly federated?: readonly FederatedCredential[];
  /** Consented application permissions, such as `Mail.Send`. A token carries those of its resource. */
  readonly roles?: readonly string[];
  /** Switched off by an administrator. */
  readonly disabled?: boolean;
}

export interface ManagedIdentity {
  readonly tenantId: string;
  readonly clientId: string;
  /** The object id of its service principal: the `sub` and `oid` of its tokens. */
  readonly principalId: string;
  /** The one that is meant when a request names no `client_id`. */
  readonly systemAssigned?: boolean;
}

/**
 * Resources that exist in every tenant, by the spelling that a scope may use, with the `aud` of their tokens.
 * Source: https://learn.microsoft.com/graph/permissions-reference and, for SMTP,
 * https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
 * (read 2026-11).
 */
export const RESOURCES: ReadonlyMap<string, string> = new Map([
  ['https://graph.microsoft.com', 'https://graph.microsoft.com'],
  ['https://graph.microsoft.com/', 'https://graph.microsoft.com/'],
  ['00000003-0000-0000-c000-000000000000', '00000003-0000-0000-c000-000000000000'],
  ['https://outlook.office365.com', 'https://outlook.office365.com'],
  ['https://outlook.office.com', 'https://outlook.office.com'],
  ['https://storage.azure.com', 'https://storage.azure.com'],
  ['https://storage.azure.com/', 'https://storage.azure.com/'],
  ['https://vault.azure.net', 'https://vault.azure.net'],
  ['api://AzureADTokenExchange', 'api://AzureADTokenExchange'],
]);

const EXCHANGE = ['https://outlook.office365.com', 'https://outlook.office.com'];

/** Which resource an application permission belongs to. A role that is not listed counts as one of Graph. */
const RESOURCE_OF_ROLE: ReadonlyMap<string, readonly string[]> = new Map([
  ['SMTP.SendAsApp', EXCHANGE],
  ['IMAP.AccessAsApp', EXCHANGE],
  ['POP.AccessAsApp', EXCHANGE],
]);

const GRAPH = [
  'https://graph.microsoft.com',
  'https://graph.microsoft.com/',
  '00000003-0000-0000-c000-000000000000',
];

/** The registration's roles at one resource: what its token's `roles` claim says. */
export function rolesAt(registration: Registration, audience: string): readonly string[] {
  return (registration.roles ?? []).filter((role) =>
    (RESOURCE_OF_ROLE.get(role) ?? GRAPH).includes(audience),
  );
}

export class TenantDirectory {
  readonly #registrations: Registration[] = [];
  readonly #identities: ManagedIdentity[] = [];

  /** Adds a registration; one with the same tenant and client id is replaced (a rotated secret, a new role). */
  register(registration: Registration): void {
    const same = (other: Registration): boolean =>
      other.tenantId === registration.tenantId && other.clientId === registration.clientId;
    const index = this.#registrations.findIndex(same);
    if (index === -1) this.#registrations.push(registration);
    else this.#registrations[index] = registration;
  }

  addIdentity(identity: ManagedIdentity): void {
    this.#identities.push(identity);
  }

  /** The id of the tenant that a URL's first segment (an id or a domain, in any case) means. */
  tenant(segment: string): string | undefined {
    const wanted = segment.toLowerCase();
    const known = [...this.#registrations, ...this.#identities].find(
      (entry) =>
        entry.tenantId.toLowerCase() === wanted ||
        ('tenantDomains' in entry && entry.tenantDomains?.some((domain) => domain.toLowerCase() === wanted)),
    );
    return known?.tenantId;
  }

  application(tenantId: string, clientId: string): Registration | undefined {
    const wanted = clientId.toLowerCase();
    return this.#registrations.find(
      (entry) => entry.tenantId === tenantId && entry.clientId.toLowerCase() === wanted,
    );
  }

  /** Without a client id: the system-assigned identity. */
  identity(clientId: string | undefined): ManagedIdentity | undefined {
    return this.#identities.find((entry) =>
      clientId === undefined ? entry.systemAssigned === true : entry.clientId === clientId,
    );
  }
}
