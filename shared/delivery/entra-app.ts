/**
 * One MSAL application for one scope: asks Entra ID once and says what came of it. A door; loads MSAL on first use.
 *
 * MSAL's own cache is bypassed, because it throws a refresh's failure although it holds a token that is still valid, and does
 * not coalesce; entra.ts does both better. What MSAL is used for is the protocol: authority, assertions, back-off.
 */
import type { ConfidentialClientApplication, Configuration } from '@azure/msal-node';
import type { Clock } from '../platform/clock.ts';
import { clouds } from '../platform/clouds.ts';
import { ConfigurationError, type ClientCredential, type Config } from '../platform/config.ts';
import type { Secret } from '../platform/secret.ts';
import { readCertificate, type CertificateSetting } from './credential.ts';
import { classifyEntraError } from './entra-errors.ts';
import { createEntraNetwork, type EntraNetwork, type Exchange } from './entra-network.ts';
import { openManagedIdentity, type IdentityRefusal } from './managed-identity.ts';
import { explainNetworkError } from './network-errors.ts';
import type { Outcome } from './outcome.ts';
import { oneLine, outcomeOf, type Finding } from './verdict.ts';

/** What of the configuration concerns tokens. A certificate in a vault has been read by then; see rotating-app.ts. */
export type EntraConfig = Pick<Config, 'tenantId' | 'clientId' | 'endpoints'> & {
  readonly credential: AppCredential;
};

type AppCredential =
  | Exclude<ClientCredential, { kind: 'certificate' | 'key-vault' }>
  | { readonly kind: 'certificate'; readonly pem: Secret; readonly setting?: CertificateSetting };

/** A token as it was got, or why there is none. */
export type Acquired =
  | { readonly ok: true; readonly accessToken: string; readonly expiresOn: Date; readonly refreshOn?: Date }
  | {
      readonly ok: false;
      readonly outcome: Extract<Outcome, { kind: 'deferred' }>;
      /** It was the credential that was refused, so that another one may do. */
      readonly credentialRefused?: true;
    };

/** What went wrong with the managed identity; MSAL wraps it beyond recognition on the way out. */
interface IdentityFailure {
  refusal: IdentityRefusal | undefined;
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
  const identity: IdentityFailure = { refusal: undefined };
  let application: Promise<ConfidentialClientApplication> | undefined;

  return {
    async acquire() {
      network.forget();
      identity.refusal = undefined;
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
      ...credentialOf(config, clock, timeout, identity),
    },
    system: { networkClient: network.client },
  };
  return new msal.ConfidentialClientApplication(configuration);
}

function credentialOf(
  { credential, endpoints }: EntraConfig,
  clock: Clock,
  timeout: number,
  failure: IdentityFailure,
): Pick<Configuration['auth'], 'clientSecret' | 'clientCertificate' | 'clientAssertion'> {
  if (credential.kind === 'secret') return { clientSecret: credential.secret.reveal() };
  if (credential.kind === 'certificate') {
    const { pem, setting } = credential;
    const { thumbprintSha256, privateKey, chain } = readCertificate(pem.reveal(), clock.now(), setting);
    return { clientCertificate: { thumbprintSha256, privateKey, x5c: chain } };
  }
  const identity = openManagedIdentity(credential.identityClientId, {
    setting: 'POSTRIDER_FEDERATED_IDENTITY_CLIENT_ID',
    clock,
    timeout,
  });
  const clientAssertion = async (): Promise<string> => {
    const token = await identity.token(endpoints.tokenExchangeAudience);
    if (token.ok) return token.accessToken;
    failure.refusal = token;
    throw new Error(token.words);
  };
  return { clientAssertion };
}

/** MSAL's errors lose what matters; the recorded exchanges have it. */
function explain(error: unknown, network: EntraNetwork, identity: IdentityFailure): Acquired {
  const exchange = network.last();
  // The identity is asked between discovery and the token endpoint; where it failed, nothing was asked after it.
  if (identity.refusal) return refusal(identity.refusal.finding, undefined, identity.refusal.words);
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
  const credentialRefused = finding.verdict === 'configuration' && answer?.error === 'invalid_client';
  return {
    ok: false,
    outcome: { ...outcome, unasked: true },
    ...(credentialRefused ? { credentialRefused } : {}),
  };
}
