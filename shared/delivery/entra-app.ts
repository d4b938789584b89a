/**
 * One MSAL application for one scope: asks Entra ID once and says what came of it. A door; loads MSAL on first use.
 *
 * MSAL's own cache is bypassed, because it throws a refresh's failure although it holds a token that is still valid, and does
 * not coalesce; entra.ts does both better. What MSAL is used for is the protocol: authority, assertions, back-off.
 */
import type {
  ConfidentialClientApplication,
  Configuration,
  ManagedIdentityApplication,
} from '@azure/msal-node';
import type { Clock } from '../platform/clock.ts';
import { clouds } from '../platform/clouds.ts';
import { ConfigurationError, type Config } from '../platform/config.ts';
import { readCertificate } from './credential.ts';
import { classifyEntraError } from './entra-errors.ts';
import { createEntraNetwork, type EntraNetwork, type Exchange } from './entra-network.ts';
import { explainNetworkError } from './network-errors.ts';
import type { Outcome } from './outcome.ts';
import { oneLine, outcomeOf, type Finding } from './verdict.ts';

/** What of the configuration concerns tokens. */
export type EntraConfig = Pick<Config, 'tenantId' | 'clientId' | 'credential' | 'endpoints'>;

/** A token as it was got, or why there is none. */
export type Acquired =
  | { readonly ok: true; readonly accessToken: string; readonly expiresOn: Date; readonly refreshOn?: Date }
  | { readonly ok: false; readonly outcome: Extract<Outcome, { kind: 'deferred' }> };

/** What went wrong with the managed identity; MSAL wraps it beyond recognition on the way out. */
interface IdentityFailure {
  error: unknown;
}

/** Asks for a new token. Never rejects for what Entra ID or the network did. */
export interface EntraApp {
  acquire(): Promise<Acquired>;
}

/** MSAL refuses by itself for a minute after a 429 or 5xx without Retry-After (msal-common 16.16.1, ThrottlingUtils). */
const localThrottle = 60;

/** @param timeout milliseconds that one request may take. */
export function createEntraApp(config: EntraConfig, scope: string, clock: Clock, timeout: number): EntraApp {
  const network = createEntraNetwork(clock, timeout);
  const identity: IdentityFailure = { error: undefined };
  let application: Promise<ConfidentialClientApplication> | undefined;

  return {
    async acquire() {
      network.forget();
      identity.error = undefined;
      try {
        application ??= createApplication(config, clock, network, timeout, identity).catch(
          (error: unknown) => {
            application = undefined;
            throw error;
          },
        );
        const app = await application;
        const result = await app.acquireTokenByClientCredential({ scopes: [scope], skipCache: true });
        if (result?.accessToken && result.expiresOn) {
          const { accessToken, expiresOn, refreshOn } = result;
          return { ok: true, accessToken, expiresOn, ...(refreshOn ? { refreshOn } : {}) };
        }
        return refusal(
          { verdict: 'transient', reason: 'Entra ID gave an answer without a token.' },
          undefined,
        );
      } catch (error) {
        return explain(error, network, identity);
      }
    },
  };
}

async function createApplication(
  config: EntraConfig,
  clock: Clock,
  network: EntraNetwork,
  timeout: number,
  identity: IdentityFailure,
): Promise<ConfidentialClientApplication> {
  const msal = await import('@azure/msal-node');
  const { loginUrl } = config.endpoints;
  const { host } = new URL(loginUrl);
  // MSAL knows Microsoft's hosts and their endpoints by heart; of any other it must be told that it may be trusted.
  const known = Object.values(clouds).some((cloud) => new URL(cloud.loginUrl).host === host);
  const configuration: Configuration = {
    auth: {
      clientId: config.clientId,
      authority: `${loginUrl}/${config.tenantId}`,
      ...(known ? {} : { knownAuthorities: [host] }),
      ...credentialOf(config, clock, identity, (userAssignedClientId) => {
        const networkClient = createEntraNetwork(clock, timeout).client;
        return new msal.ManagedIdentityApplication({
          managedIdentityIdParams: { userAssignedClientId },
          system: { networkClient, disableInternalRetries: true },
        });
      }),
    },
    system: { networkClient: network.client },
  };
  return new msal.ConfidentialClientApplication(configuration);
}

function credentialOf(
  config: EntraConfig,
  clock: Clock,
  failure: IdentityFailure,
  createIdentity: (clientId: string) => ManagedIdentityApplication,
): Pick<Configuration['auth'], 'clientSecret' | 'clientCertificate' | 'clientAssertion'> {
  const { credential, endpoints } = config;
  if (credential.kind === 'secret') return { clientSecret: credential.secret.reveal() };
  if (credential.kind === 'certificate') {
    const { thumbprintSha256, privateKey, chain } = readCertificate(credential.pem.reveal(), clock.now());
    return { clientCertificate: { thumbprintSha256, privateKey, x5c: chain } };
  }
  const identity = createIdentity(credential.identityClientId);
  const resource = endpoints.tokenExchangeAudience;
  const clientAssertion = async (): Promise<string> => {
    try {
      return (await identity.acquireToken({ resource })).accessToken;
    } catch (error) {
      failure.error = error;
      throw error;
    }
  };
  return { clientAssertion };
}

/** MSAL's errors lose what matters; the recorded exchanges have it. */
function explain(error: unknown, network: EntraNetwork, identity: IdentityFailure): Acquired {
  const exchange = network.last();
  // The identity is asked between discovery and the token endpoint; where it failed, nothing was asked after it.
  if (identity.error !== undefined)
    return refusal(identityFindingOf(identity.error), undefined, wordsOf(identity.error));
  if (exchange) return refusal(findingOf(exchange), exchange);
  const name = error instanceof Error ? error.name : '';
  if (name === 'ServerError') {
    // No traffic and yet a server's error: MSAL repeats the last one until the time to wait is over.
    const reason = 'Entra ID failed a moment ago and is left alone for a minute.';
    return refusal({ verdict: 'transient', reason, retryAfterSeconds: localThrottle }, undefined);
  }
  if (error instanceof ConfigurationError) {
    return refusal({ verdict: 'configuration', reason: error.message }, undefined);
  }
  const reason =
    'The request for a token could not be made: check POSTRIDER_TENANT_ID, POSTRIDER_LOGIN_URL and the credential.';
  return refusal({ verdict: 'configuration', reason }, undefined, wordsOf(error));
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : '');

function findingOf(exchange: Exchange): Finding {
  if (exchange.kind === 'failure') {
    return { verdict: 'transient', reason: explainNetworkError(exchange.cause, exchange.host).reason };
  }
  const { status, retryAfterSeconds } = exchange;
  // Discovery answered and MSAL did not like the document, or something answered that does not speak like Entra ID.
  const stranger =
    exchange.error === undefined && exchange.number === undefined && status < 500 && status !== 429;
  if (stranger) {
    const reason = `${exchange.host} is not an Entra ID authority for the tenant: check POSTRIDER_LOGIN_URL and POSTRIDER_TENANT_ID.`;
    return { verdict: 'configuration', reason };
  }
  const finding = classifyEntraError(exchange);
  const wait = retryAfterSeconds ?? (status === 429 || status >= 500 ? localThrottle : undefined);
  return wait === undefined ? finding : { ...finding, retryAfterSeconds: wait };
}

function identityFindingOf(error: unknown): Finding {
  const status: unknown = error instanceof Error ? Reflect.get(error, 'status') : undefined;
  const code: unknown = error instanceof Error ? Reflect.get(error, 'errorCode') : undefined;
  // 404 and 410 are answers of an endpoint that is being updated
  // (https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token, error handling).
  const unwell = typeof status === 'number' && (status >= 500 || [404, 410, 429].includes(status));
  if (unwell || code === 'network_error') {
    return { verdict: 'transient', reason: 'The managed identity endpoint of this machine does not answer.' };
  }
  const reason =
    'This machine has no managed identity of that client ID: assign it, or correct POSTRIDER_FEDERATED_IDENTITY_CLIENT_ID.';
  return { verdict: 'configuration', reason };
}

function refusal(finding: Finding, exchange: Exchange | undefined, words = ''): Acquired {
  const answer = exchange?.kind === 'answer' ? exchange : undefined;
  const code = answer?.number === undefined ? answer?.error : `AADSTS${answer.number}`;
  const reply = oneLine(answer?.description ?? words);
  const outcome = outcomeOf(finding, {
    ...(answer ? { status: answer.status } : {}),
    ...(code === undefined ? {} : { code }),
    ...(reply ? { reply } : {}),
  });
  if (outcome.kind !== 'deferred') throw new TypeError('A token that was refused always defers.');
  return { ok: false, outcome: { ...outcome, unasked: true } };
}
