/**
 * A pretend Azure Key Vault over HTTPS, as far as a certificate's secret is concerned: newest version, a version by name, the list
 * of versions, and who may read them. It knows the wire and nothing of its clients.
 *
 * Protocol: https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret (2025-07-01; read 2026-11).
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { answerJson, resetter } from './answer.ts';
import type { Authority } from './authority.ts';
import type { TokenVerdict } from './entra/tokens.ts';
import type { FaultScript } from './faults.ts';
import { errorBody, misbehave, type KeyVaultFault, type KeyVaultRequest } from './key-vault/faults.ts';
import { listen } from './listening.ts';

const PEM = 'application/x-pem-file';
const PFX = 'application/x-pkcs12';

export interface KeyVaultOptions {
  readonly authority: Authority;
  readonly faults: FaultScript<KeyVaultFault>;
  /** Verifies an access token for the audience of Key Vault. */
  readonly verifyToken: (token: string) => Promise<TokenVerdict>;
  /** Object ids of those that have the role "Key Vault Secrets User". */
  readonly readers?: readonly string[];
  /** 0 (the default) takes a free port. */
  readonly port?: number;
}

export interface KeyVaultSimulator {
  /** `https://localhost:<port>`, without a slash at the end. */
  readonly url: string;
  /** Object ids of those that may read; it may be changed. */
  readonly readers: Set<string>;
  /** Whether PFX is turned into PEM; a vault of before 2025-07-01 does not. */
  readonly settings: { converts: boolean };
  /**
   * Makes a version of a certificate, which is the newest from then on.
   *
   * @param pem certificate and private key.
   * @param contentType of its policy; PEM when left out. With PFX the plain answer holds bytes that are no PEM.
   * @returns the version.
   */
  put(name: string, pem: string, contentType?: typeof PEM | typeof PFX): string;
  /** Disables a version. */
  disable(version: string): void;
  /** What was asked, oldest first: version, `versions`, or an empty string for the newest; conversions behind a plus sign. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

interface Version {
  readonly name: string;
  readonly version: string;
  readonly pem: string;
  readonly contentType: typeof PEM | typeof PFX;
  readonly created: number;
  enabled: boolean;
}

/** @throws the system's error (`EADDRINUSE`, `EACCES`) when the port cannot be had. */
export async function startKeyVault(options: KeyVaultOptions): Promise<KeyVaultSimulator> {
  const { authority, faults, verifyToken } = options;
  const versions: Version[] = [];
  const readers = new Set(options.readers);
  const settings = { converts: true };
  const asked: string[] = [];
  let origin = '';

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', origin);
    const [, kind, name = '', rest = ''] = url.pathname.split('/');
    const refuse = (status: number, inner?: string, message?: string): void => {
      answerJson(response, status, errorBody(status, inner, message));
    };
    if (request.method !== 'GET' || kind !== 'secrets') return refuse(404);
    const convert = url.searchParams.get('outContentType');
    asked.push(convert === null ? rest : `${rest}+${convert}`);
    const what: KeyVaultRequest = rest === '' ? 'newest' : rest === 'versions' ? 'versions' : 'version';
    if (misbehave(what, request, response, faults, reset)) return;
    if (url.searchParams.get('api-version') !== '2025-07-01') return refuse(400, undefined, 'api-version');

    const token = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    const verdict = token === undefined ? undefined : await verifyToken(token);
    if (!verdict?.ok) {
      const challenge = 'Bearer authorization="https://login.invalid", resource="https://vault.azure.net"';
      response.setHeader('WWW-Authenticate', challenge);
      return refuse(401, undefined, 'AKV10000: Request is missing a Bearer or PoP token.');
    }
    if (!readers.has(String(verdict.claims['oid']))) {
      return refuse(403, 'ForbiddenByRbac', 'Caller is not authorized to perform action on resource.');
    }
    const all = versions.filter((one) => one.name === name);
    if (all.length === 0) return refuse(404, undefined, `A secret with (name/id) ${name} was not found.`);
    if (what === 'versions') return listVersions(all, url, response);
    const found = what === 'newest' ? all.at(-1) : all.find((one) => one.version === rest);
    if (!found) return refuse(404, undefined, `A secret with (name/id) ${name}/${rest} was not found.`);
    if (!found.enabled) {
      return refuse(403, 'SecretDisabled', 'Operation get is not allowed on a disabled secret.');
    }
    if (convert !== null && (convert !== PEM || !settings.converts)) {
      return refuse(400, undefined, 'outContentType is not supported.');
    }
    const contentType = convert === null ? found.contentType : PEM;
    const value = contentType === PEM ? found.pem : Buffer.from(`PFX ${found.version}`).toString('base64');
    answerJson(response, 200, { value, contentType, ...itemOf(found) });
  };

  const itemOf = ({ name, version, enabled, created }: Version): Record<string, unknown> => ({
    id: `${origin}/secrets/${name}/${version}`,
    managed: true,
    attributes: { enabled, created, updated: created, recoveryLevel: 'Recoverable' },
  });

  /** Pages in an order of no meaning, as the service's is. */
  const listVersions = (all: readonly Version[], url: URL, response: ServerResponse): void => {
    const size = Number(url.searchParams.get('maxresults') ?? '25');
    const skip = Number(url.searchParams.get('$skiptoken') ?? '0');
    const sorted = all.toSorted((a, b) => a.version.localeCompare(b.version));
    const next = new URLSearchParams({ 'api-version': '2025-07-01', $skiptoken: String(skip + size) });
    answerJson(response, 200, {
      value: sorted.slice(skip, skip + size).map(itemOf),
      nextLink: skip + size < sorted.length ? `${origin}${url.pathname}?${next.toString()}` : null,
    });
  };

  const server = createServer(await authority.issue(['localhost', '127.0.0.1']), (request, response) => {
    serve(request, response).catch((cause: unknown) =>
      response.destroy(cause instanceof Error ? cause : undefined),
    );
  });
  const reset = resetter(server);
  const door = await listen(server, options.port ?? 0);
  origin = `https://localhost:${door.port}`;
  return {
    url: origin,
    readers,
    settings,
    asked,
    put(name, pem, contentType = PEM) {
      const version = randomBytes(16).toString('hex');
      versions.push({ name, version, pem, contentType, created: versions.length, enabled: true });
      return version;
    },
    disable(version) {
      for (const one of versions) if (one.version === version) one.enabled = false;
    },
    stop: () => door.stop(),
  };
}
