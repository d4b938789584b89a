/**
 * One certificate in Azure Key Vault, read with its private key by a managed identity. A door.
 *
 * A certificate of a vault is also a secret of the same name and version, and only there the private key stands
 * (https://learn.microsoft.com/azure/key-vault/certificates/about-certificates#composition-of-a-certificate). Reading it takes the
 * role "Key Vault Secrets User", which may list versions as well. `fetch` does what `@azure/keyvault-secrets` would, with no
 * dependency more.
 */
import type { Clock } from '../platform/clock.ts';
import { entry } from '../platform/entry.ts';
import { parseRetryAfter } from '../platform/retry-after.ts';
import { Secret } from '../platform/secret.ts';
import type { ManagedIdentity } from './managed-identity.ts';
import { explainNetworkError } from './network-errors.ts';
import { oneLine, type Finding } from './verdict.ts';

/**
 * https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret?view=rest-keyvault-secrets-2025-07-01, read
 * 2026-11-28. The first that turns PFX into PEM by itself (`outContentType`).
 */
export const apiVersion = '2025-07-01';

/** Content types of a certificate's secret: what its policy says, PFX unless somebody changed it. */
const pemType = 'application/x-pem-file';
const pfxType = 'application/x-pkcs12';

/** Most pages of versions that are read; the service does not say in which order they come. */
const pages = 10;

/** What the vault did not give, and why. */
export interface VaultRefusal {
  readonly ok: false;
  readonly finding: Finding;
  readonly status?: number;
  /** The vault's own code, such as `ForbiddenByRbac`. */
  readonly code?: string;
  readonly reply?: string;
}

/** A version of the certificate: PEM, with the private key in it. */
export interface VaultVersion {
  readonly ok: true;
  readonly version: string;
  readonly pem: Secret;
}

/** The certificate. Methods never reject. */
export interface KeyVault {
  /** @param version the newest when missing. */
  read(version?: string): Promise<VaultVersion | VaultRefusal>;
  /** Versions that are enabled, newest first. */
  versions(): Promise<{ readonly ok: true; readonly versions: readonly string[] } | VaultRefusal>;
}

/** @param parts.timeout milliseconds that one request may take. */
export function openKeyVault(parts: {
  readonly vaultUrl: string;
  readonly certificate: string;
  /** What the vault's tokens are for: `keyVaultResource` of the cloud. */
  readonly resource: string;
  readonly identity: ManagedIdentity;
  readonly clock: Clock;
  readonly timeout: number;
}): KeyVault {
  const { vaultUrl, certificate, resource, identity, clock, timeout } = parts;

  const get = async (path: string, query: Readonly<Record<string, string>> = {}): Promise<Answer> => {
    const token = await identity.token(resource);
    if (!token.ok) return { ok: false, finding: token.finding, reply: token.words };
    const url = new URL(`${vaultUrl}/secrets/${certificate}${path}`);
    url.search = new URLSearchParams({ 'api-version': apiVersion, ...query }).toString();
    try {
      const response = await fetch(url, {
        headers: { authorization: `Bearer ${token.accessToken}`, accept: 'application/json' },
        signal: AbortSignal.timeout(timeout),
        redirect: 'error',
      });
      const body = parse(await response.text());
      return response.ok ? { ok: true, body } : refusalOf(response, body, clock.now());
    } catch (cause) {
      const { reason } = explainNetworkError(cause, url.host);
      return { ok: false, finding: { verdict: 'transient', reason } };
    }
  };

  return {
    async read(version) {
      const path = version === undefined ? '' : `/${version}`;
      let answer = await get(path);
      // Asked for only where it is needed: what the vault makes of it for a certificate that is PEM is not documented.
      if (answer.ok && answer.body['contentType'] === pfxType) {
        answer = await get(path, { outContentType: pemType });
        if (!answer.ok && answer.status === 400) return { ...answer, finding: notConverted };
      }
      return answer.ok ? versionOf(answer.body) : answer;
    },
    async versions() {
      const items: VersionItem[] = [];
      let query: Readonly<Record<string, string>> | undefined = { maxresults: '25' };
      for (let page = 0; query && page < pages; page++) {
        const answer = await get('/versions', query);
        if (!answer.ok) return answer;
        const list: unknown = answer.body['value'];
        if (Array.isArray(list)) items.push(...list.map(itemOf));
        query = queryOf(answer.body['nextLink']);
      }
      const enabled = items.filter((item) => item.enabled).toSorted((a, b) => b.created - a.created);
      return { ok: true, versions: enabled.map(({ version }) => version) };
    },
  };
}

type Body = Readonly<Record<string, unknown>>;
type Answer = { readonly ok: true; readonly body: Body } | VaultRefusal;

const isObject = (value: unknown): value is Body => typeof value === 'object' && value !== null;

function parse(text: string): Body {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch {
    // A gateway's page: the status says enough.
  }
  return {};
}

/** `…/secrets/<name>/<version>`. */
const lastSegment = (id: unknown): string => (typeof id === 'string' ? (id.split('/').at(-1) ?? '') : '');

function versionOf(body: Body): VaultVersion | VaultRefusal {
  const { value, id } = body;
  if (typeof value === 'string') return { ok: true, version: lastSegment(id), pem: new Secret(value) };
  return {
    ok: false,
    finding: { verdict: 'transient', reason: 'Key Vault gave an answer without a value.' },
  };
}

interface VersionItem {
  readonly version: string;
  readonly enabled: boolean;
  /** Seconds since 1970. */
  readonly created: number;
}

function itemOf(item: unknown): VersionItem {
  const attributes = isObject(item) && isObject(item['attributes']) ? item['attributes'] : {};
  const created = Number(attributes['created']);
  return {
    version: lastSegment(isObject(item) ? item['id'] : undefined),
    enabled: attributes['enabled'] !== false,
    created: Number.isFinite(created) ? created : 0,
  };
}

/** Only the query of a next page is taken: the token must not go to whatever host the answer names. */
function queryOf(nextLink: unknown): Record<string, string> | undefined {
  if (typeof nextLink !== 'string' || !URL.canParse(nextLink)) return undefined;
  const { 'api-version': _, ...query } = Object.fromEntries(new URL(nextLink).searchParams);
  return query;
}

const notConverted: Finding = {
  verdict: 'configuration',
  reason:
    'Key Vault does not turn the certificate of POSTRIDER_KEY_VAULT_CERTIFICATE into PEM: set the content type of its policy to PEM, and make a new version.',
};

/** Inner codes of a 403 (https://learn.microsoft.com/azure/key-vault/general/rest-error-codes, read 2026-11-28). */
const forbidden: Readonly<Record<string, string>> = {
  ForbiddenByFirewall:
    'The firewall of the vault in POSTRIDER_KEY_VAULT_CERTIFICATE keeps this app out: let its network in, or use a private endpoint.',
  ForbiddenByConnection:
    'The vault in POSTRIDER_KEY_VAULT_CERTIFICATE takes no connections from here: let the network of this app in, or use a private endpoint.',
  SecretDisabled:
    'The certificate of POSTRIDER_KEY_VAULT_CERTIFICATE is disabled: enable its newest version, or make a new one.',
};
const missingRole =
  'The managed identity may not read the certificate: give it the role "Key Vault Secrets User" on the vault of POSTRIDER_KEY_VAULT_CERTIFICATE.';

function refusalOf(response: Response, body: Body, now: Date): VaultRefusal {
  const { status } = response;
  const error = isObject(body['error']) ? body['error'] : {};
  const inner = isObject(error['innererror']) ? error['innererror']['code'] : undefined;
  const code = [inner, error['code']].find((word) => typeof word === 'string');
  const seconds = parseRetryAfter(response.headers.get('retry-after'), now);
  return {
    ok: false,
    finding: { ...findingOf(status, code), ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }) },
    status,
    ...(code === undefined ? {} : { code }),
    ...(typeof error['message'] === 'string' ? { reply: oneLine(error['message']) } : {}),
  };
}

const configuration = (reason: string): Finding => ({ verdict: 'configuration', reason });

function findingOf(status: number, code = ''): Finding {
  switch (status) {
    case 401:
      return configuration(
        "Key Vault does not take the managed identity's token: the vault must be in the tenant of the identity, and in the cloud of POSTRIDER_CLOUD.",
      );
    case 403:
      return configuration(entry(forbidden, code) ?? missingRole);
    case 404:
      return configuration(
        'The vault has no certificate of the name in POSTRIDER_KEY_VAULT_CERTIFICATE: make it, or correct the name.',
      );
    case 429:
      return { verdict: 'transient', reason: 'Key Vault is asked too often.' };
    default:
      return { verdict: 'transient', reason: `Key Vault answered ${status}.` };
  }
}
