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

/** Asks for a new token. Never rejects for what Entra ID or the network did. */
export interface EntraApp {
  acquire(): Promise<Acquired>;
}

/** MSAL refuses by itself for a minute after a 429 or 5xx without Retry-After (msal-common 16.16.1, ThrottlingUtils). */
const localThrottle = 60;

/** @param timeout milliseconds that one request may take. */
export function createEntraApp(config: EntraConfig, scope: string, clock: Clock, timeout: number): EntraApp {
  const network = createEntraNetwork(clock, timeout);
  const identityNetwork = createEntraNetwork(clock, timeout);
  let application: Promise<ConfidentialClientApplication> | undefined;

  return {
    async acquire() {
      network.forget();
      identityNetwork.forget();
      try {
        application ??= createApplication(config, clock, network, identityNetwork).catch((error: unknown) => {
          application = undefined;
          throw error;
        });
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
        return explain(config, error, network, identityNetwork);
      }
    },
  };
}

async function createApplication(
  config: EntraConfig,
  clock: Clock,
  network: EntraNetwork,
  identityNetwork: EntraNetwork,
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
      ...credentialOf(
        config,
        clock,
        () =>
          new msal.ManagedIdentityApplication({
            managedIdentityIdParams: { userAssignedClientId: identityOf(config) },
            system: { networkClient: identityNetwork.client, disableInternalRetries: true },
          }),
      ),
    },
    system: { networkClient: network.client },
  };
  return new msal.ConfidentialClientApplication(configuration);
}

const identityOf = ({ credential }: EntraConfig): string =>
  credential.kind === 'federated' ? credential.identityClientId : '';

function credentialOf(
  config: EntraConfig,
  clock: Clock,
  createIdentity: () => ManagedIdentityApplication,
): Pick<Configuration['auth'], 'clientSecret' | 'clientCertificate' | 'clientAssertion'> {
  const { credential, endpoints } = config;
  if (credential.kind === 'secret') return { clientSecret: credential.secret };
  if (credential.kind === 'certificate') {
    const { thumbprintSha256, privateKey, chain } = readCertificate(credential.pem, clock.now());
    return { clientCertificate: { thumbprintSha256, privateKey, x5c: chain } };
  }
  const identity = createIdentity();
  const resource = endpoints.tokenExchangeAudience;
  return { clientAssertion: async () => (await identity.acquireToken({ resource })).accessToken };
}

/** MSAL's errors lose what matters; the recorded exchanges have it. */
function explain(
  config: EntraConfig,
  error: unknown,
  network: EntraNetwork,
  identityNetwork: EntraNetwork,
): Acquired {
  const exchange = network.last();
  const identity = identityNetwork.last();
  if (exchange) return refusal(findingOf(exchange), exchange);
  if (identity) return refusal(identityFindingOf(identity), identity);
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
    config.credential.kind === 'federated'
      ? 'The managed identity gave no token: is this machine one of Azure that has the identity of POSTRIDER_FEDERATED_IDENTITY_CLIENT_ID?'
      : 'The request for a token could not be made: check POSTRIDER_TENANT_ID, POSTRIDER_LOGIN_URL and the credential.';
  return refusal(
    { verdict: 'configuration', reason },
    undefined,
    error instanceof Error ? error.message : '',
  );
}

function findingOf(exchange: Exchange): Finding {
  if (exchange.kind === 'failure') {
    return { verdict: 'transient', reason: explainNetworkError(exchange.cause, exchange.host).reason };
  }
  const { status, retryAfterSeconds } = exchange;
  if (exchange.status === 200) {
    // Discovery answered, the token endpoint was not asked: MSAL did not like the document.
    const reason = `${exchange.host} is not an Entra ID authority for the tenant: check POSTRIDER_LOGIN_URL and POSTRIDER_TENANT_ID.`;
    return { verdict: 'configuration', reason };
  }
  const finding = classifyEntraError(exchange);
  const wait = retryAfterSeconds ?? (status === 429 || status >= 500 ? localThrottle : undefined);
  return wait === undefined ? finding : { ...finding, retryAfterSeconds: wait };
}

function identityFindingOf(exchange: Exchange): Finding {
  if (exchange.kind === 'failure') {
    const { reason } = explainNetworkError(exchange.cause, `The managed identity endpoint ${exchange.host}`);
    return { verdict: 'transient', reason };
  }
  // 404 and 410 are answers of an endpoint that is being updated
  // (https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token, error handling).
  if (exchange.status >= 500 || [404, 410, 429].includes(exchange.status)) {
    return { verdict: 'transient', reason: 'The managed identity endpoint is not available for the moment.' };
  }
  const reason =
    'The machine has no managed identity of this client ID: assign it, or correct POSTRIDER_FEDERATED_IDENTITY_CLIENT_ID.';
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
  return { ok: false, outcome };
}
