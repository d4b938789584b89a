/**
 * Settings → Config: the shape the rest of the house is given. A door: the only reader of the environment beside storage.ts.
 */
import { clouds, type CloudEndpoints } from './clouds.ts';
import { Secret } from './secret.ts';
import { readSettings, type Settings } from './settings.ts';

/** How Postrider proves to Entra ID that it is the app: exactly one of these. */
export type ClientCredential =
  | { readonly kind: 'secret'; readonly secret: Secret; readonly expiresAt?: Date }
  | { readonly kind: 'certificate'; readonly pem: Secret }
  | ({ readonly kind: 'key-vault' } & VaultCertificate)
  | { readonly kind: 'federated'; readonly identityClientId: string };

/** Where the certificate lies, and who reads it. */
export interface VaultCertificate {
  /** Origin of the vault. */
  readonly vaultUrl: string;
  readonly certificate: string;
  /** Client ID of the managed identity; the system-assigned one when missing. */
  readonly identityClientId?: string;
}

/** What stands before the app, and therefore whose word is taken for the address of a caller. `networks`: where it speaks from, CIDR. */
export type FrontEnd =
  /** App Service's own front end alone. */
  | { readonly kind: 'app-service' }
  /** Azure Front Door; `id` is what it sends as `X-Azure-FDID`. */
  | { readonly kind: 'front-door'; readonly id: string; readonly networks: readonly string[] }
  /** As many proxies of one's own as `hops` says, or API Management. */
  | { readonly kind: 'proxy'; readonly hops: number; readonly networks: readonly string[] }
  /** Nobody's word is taken. */
  | { readonly kind: 'none' };

/** What Postrider was told, checked and completed. */
export interface Config {
  readonly tenantId: string;
  readonly clientId: string;
  readonly credential: ClientCredential;
  readonly endpoints: CloudEndpoints & { readonly smtpPort: number };
  readonly transports: readonly ('graph' | 'smtp')[];
  /** Seconds between attempts; the last repeats. */
  readonly retrySchedule: readonly number[];
  /** Seconds from acceptance to expiry. */
  readonly lifetime: number;
  /** Seconds one attempt may take. */
  readonly attemptTimeout: number;
  /** Seconds that a worker's claim holds without being renewed. */
  readonly lease: number;
  readonly onUnknown: 'retry' | 'hold';
  /** Graph application permissions granted beyond Mail.Send. */
  readonly graphPermissions: readonly ('Mail.Read' | 'Mail.ReadWrite')[];
  /** Ways to send by sender, lower case, best first; a list within is a pool. See settings.ts. */
  readonly routes: Readonly<Record<string, readonly (string | readonly string[])[]>>;
  /** What Microsoft takes; 0 stands for no limit. */
  readonly pace: {
    readonly messagesPerMinute: number;
    readonly recipientsPerDay: number;
    readonly uploadBytesPer5Minutes: number;
    readonly externalRecipientsPerDay: number;
    readonly graphConcurrency: number;
    readonly smtpConcurrency: number;
  };
  /** Accepted domains of the tenant, lower case. */
  readonly internalDomains: readonly string[];
  readonly sendOnAccept: 'never' | 'preferred' | 'always';
  /** Seconds that the content of an unsent message is kept after its end. */
  readonly contentRetention: number;
  /** Seconds that a record is kept after its end. */
  readonly recordRetention: number;
  /** Seconds that the audit trail is kept. */
  readonly auditRetention: number;
  /** Whether operators may sign in through App Service authentication: it is wanted, and the platform says that it is on. */
  readonly operatorSignIn: boolean;
  /** Whether webhooks may go to private addresses. */
  readonly webhookAllowPrivate: boolean;
  readonly maxBodyBytes: number;
  readonly frontEnd: FrontEnd;
  /** Whether App Service forwards the certificates of callers. */
  readonly clientCertificates: boolean;
  /** Audiences of the Entra ID tokens that callers may show; none: tokens are not taken. */
  readonly entraAudience: readonly string[];
  readonly logLevel: Settings['POSTRIDER_LOG_LEVEL'];
  /** Secrets that must be recoverable, by the name behind `POSTRIDER_SECRET_`. */
  readonly secrets: ReadonlyMap<string, Secret>;
}

/** Beginning of the settings that hold secrets with which requests are signed; their names are for the administrator to choose. */
const secretPrefix = 'POSTRIDER_SECRET_';

function secretsOf(given: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, Secret> {
  const named = Object.entries(given).filter(([name]) => name.startsWith(secretPrefix));
  return new Map(named.map(([name, text = '']) => [name.slice(secretPrefix.length), new Secret(text)]));
}

/** A setting that is missing or wrong. `message` is one sentence that names it and says what to do. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/**
 * Reads and checks the settings.
 *
 * @param environment application settings; beside those that begin with `POSTRIDER_`, only `WEBSITE_AUTH_ENABLED` is looked at.
 * @throws ConfigurationError naming every setting that is at fault.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => name.startsWith('POSTRIDER_') && value !== ''),
  );
  // Where App Service cannot resolve a reference to Key Vault it hands over the reference, whose text anybody can guess.
  const unresolved = Object.keys(given).filter((name) => /^@Microsoft\.KeyVault\(/i.test(given[name] ?? ''));
  if (unresolved.length > 0) {
    throw new ConfigurationError(
      `${unresolved.join(', ')}: the reference to Key Vault was not resolved; see that the secret exists and that the app's identity may read it (Key Vault Secrets User)`,
    );
  }
  const read = readSettings(given);
  if (!read.ok) {
    throw new ConfigurationError(`${[...new Set(read.faults)].join('; ')} (see docs/configuration.md)`);
  }
  const { settings } = read;
  const preset = clouds[settings.POSTRIDER_CLOUD];
  return {
    tenantId: settings.POSTRIDER_TENANT_ID,
    clientId: settings.POSTRIDER_CLIENT_ID,
    credential: credentialOf(settings),
    endpoints: {
      loginUrl: settings.POSTRIDER_LOGIN_URL ?? preset.loginUrl,
      graphUrl: settings.POSTRIDER_GRAPH_URL ?? preset.graphUrl,
      graphResource: settings.POSTRIDER_GRAPH_RESOURCE ?? preset.graphResource,
      exchangeResource: settings.POSTRIDER_EXCHANGE_RESOURCE ?? preset.exchangeResource,
      smtpHost: settings.POSTRIDER_SMTP_HOST ?? preset.smtpHost,
      smtpPort: settings.POSTRIDER_SMTP_PORT,
      tokenExchangeAudience: settings.POSTRIDER_TOKEN_EXCHANGE_AUDIENCE ?? preset.tokenExchangeAudience,
      tokenIssuers:
        settings.POSTRIDER_LOGIN_URL === undefined
          ? preset.tokenIssuers
          : [...preset.tokenIssuers, `${settings.POSTRIDER_LOGIN_URL}/{tenant}/v2.0`],
      keyVaultResource: settings.POSTRIDER_KEY_VAULT_RESOURCE ?? preset.keyVaultResource,
      storageSuffix: preset.storageSuffix,
    },
    transports: settings.POSTRIDER_TRANSPORTS,
    retrySchedule: settings.POSTRIDER_RETRY_SCHEDULE,
    lifetime: settings.POSTRIDER_LIFETIME,
    attemptTimeout: settings.POSTRIDER_ATTEMPT_TIMEOUT,
    lease: settings.POSTRIDER_LEASE,
    onUnknown: settings.POSTRIDER_ON_UNKNOWN,
    graphPermissions: settings.POSTRIDER_GRAPH_PERMISSIONS,
    routes: settings.POSTRIDER_ROUTES,
    pace: {
      messagesPerMinute: settings.POSTRIDER_MAILBOX_MESSAGES_PER_MINUTE,
      recipientsPerDay: settings.POSTRIDER_MAILBOX_RECIPIENTS_PER_DAY,
      uploadBytesPer5Minutes: settings.POSTRIDER_MAILBOX_UPLOAD_BYTES,
      externalRecipientsPerDay: settings.POSTRIDER_EXTERNAL_RECIPIENTS_PER_DAY,
      graphConcurrency: settings.POSTRIDER_GRAPH_CONCURRENCY,
      smtpConcurrency: settings.POSTRIDER_SMTP_CONCURRENCY,
    },
    internalDomains: settings.POSTRIDER_INTERNAL_DOMAINS,
    sendOnAccept: settings.POSTRIDER_SEND_ON_ACCEPT,
    contentRetention: settings.POSTRIDER_CONTENT_RETENTION,
    recordRetention: settings.POSTRIDER_RECORD_RETENTION,
    auditRetention: settings.POSTRIDER_AUDIT_RETENTION,
    operatorSignIn:
      settings.POSTRIDER_OPERATOR_SIGN_IN === 'app-service' && isOn(environment['WEBSITE_AUTH_ENABLED']),
    webhookAllowPrivate: settings.POSTRIDER_WEBHOOK_ALLOW_PRIVATE === 'true',
    maxBodyBytes: settings.POSTRIDER_MAX_BODY_BYTES,
    frontEnd: frontEndOf(settings),
    clientCertificates: certificatesOf(settings),
    entraAudience: audienceOf(settings),
    logLevel: settings.POSTRIDER_LOG_LEVEL,
    secrets: secretsOf(given),
  };
}

/** What App Service sets while its authentication stands before the app. Without it anybody could send its headers. */
const isOn = (text: string | undefined): boolean => /^true$/i.test(text ?? '');

function frontEndOf(settings: Settings): FrontEnd {
  const {
    POSTRIDER_FRONT_END: kind,
    POSTRIDER_FRONT_DOOR_ID: id,
    POSTRIDER_FRONT_END_NETWORKS: networks,
    POSTRIDER_TRUSTED_PROXIES: hops,
  } = settings;
  switch (kind ?? (hops > 0 ? 'proxy' : 'app-service')) {
    case 'app-service':
      if (hops === 0) return { kind: 'app-service' };
      throw new ConfigurationError(
        'POSTRIDER_TRUSTED_PROXIES is set and POSTRIDER_FRONT_END is app-service: set POSTRIDER_FRONT_END to proxy, or POSTRIDER_TRUSTED_PROXIES to 0 (see docs/configuration.md)',
      );
    case 'front-door':
      if (id !== undefined) return { kind: 'front-door', id, networks };
      throw new ConfigurationError(
        'POSTRIDER_FRONT_DOOR_ID is missing: POSTRIDER_FRONT_END is front-door, and only the ID tells your Front Door from that of somebody else (see docs/configuration.md)',
      );
    case 'api-management':
    case 'proxy':
      return { kind: 'proxy', hops: Math.max(1, hops), networks };
    case 'none':
      return { kind: 'none' };
  }
}

function audienceOf({ POSTRIDER_ENTRA_AUDIENCE: audience, POSTRIDER_TENANT_ID: tenant }: Settings): string[] {
  if (audience.length === 0 || /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(tenant)) return audience;
  throw new ConfigurationError(
    'POSTRIDER_TENANT_ID must be the ID of the tenant, and not a domain name, where POSTRIDER_ENTRA_AUDIENCE is set: tokens name their tenant by its ID (see docs/configuration.md)',
  );
}

function certificatesOf({ POSTRIDER_CLIENT_CERTIFICATES: from, ...settings }: Settings): boolean {
  if (from === 'off') return false;
  if (frontEndOf({ POSTRIDER_CLIENT_CERTIFICATES: from, ...settings }).kind === 'app-service') return true;
  throw new ConfigurationError(
    'POSTRIDER_CLIENT_CERTIFICATES is app-service and POSTRIDER_FRONT_END is not: App Service would see the certificate of what stands before it, not that of the caller (see docs/configuration.md)',
  );
}

const credentialNames =
  'POSTRIDER_FEDERATED_IDENTITY_CLIENT_ID, POSTRIDER_KEY_VAULT_CERTIFICATE, POSTRIDER_CLIENT_CERTIFICATE or POSTRIDER_CLIENT_SECRET';

function credentialOf(settings: Settings): ClientCredential {
  const {
    POSTRIDER_FEDERATED_IDENTITY_CLIENT_ID: federated,
    POSTRIDER_KEY_VAULT_CERTIFICATE: vault,
    POSTRIDER_CLIENT_CERTIFICATE: certificate,
    POSTRIDER_CLIENT_SECRET: secret,
    POSTRIDER_CLIENT_SECRET_EXPIRES: expires,
  } = settings;
  const credentials: ClientCredential[] = [];
  if (federated) credentials.push({ kind: 'federated', identityClientId: federated });
  if (vault) credentials.push({ kind: 'key-vault', ...vaultCertificateOf(vault, settings) });
  if (certificate) {
    credentials.push({ kind: 'certificate', pem: new Secret(certificate.replaceAll('\\n', '\n')) });
  }
  if (secret) {
    const end = expires === undefined ? {} : { expiresAt: new Date(`${expires}T00:00:00Z`) };
    credentials.push({ kind: 'secret', secret: new Secret(secret), ...end });
  }
  const [credential, second] = credentials;
  if (!credential)
    throw new ConfigurationError(
      `no credential is set: give one of ${credentialNames} (see docs/configuration.md)`,
    );
  if (second)
    throw new ConfigurationError(
      `more than one credential is set: keep one of ${credentialNames} (see docs/configuration.md)`,
    );
  return credential;
}

function vaultCertificateOf(url: string, settings: Settings): VaultCertificate {
  const {
    POSTRIDER_CLOUD: cloud,
    POSTRIDER_KEY_VAULT_RESOURCE: resource,
    POSTRIDER_KEY_VAULT_IDENTITY_CLIENT_ID: identityClientId,
  } = settings;
  const { origin, hostname, pathname } = new URL(url);
  const domain = new URL(clouds[cloud].keyVaultResource).hostname;
  // The identity's token goes to this host, so a misspelt one must not get it.
  if (resource === undefined && !hostname.endsWith(`.${domain}`)) {
    throw new ConfigurationError(
      `POSTRIDER_KEY_VAULT_CERTIFICATE is not in ${domain}, where the vaults of POSTRIDER_CLOUD ${cloud} are: correct one of the two (see docs/configuration.md)`,
    );
  }
  return {
    vaultUrl: origin,
    certificate: pathname.split('/')[2] ?? '',
    ...(identityClientId === undefined ? {} : { identityClientId }),
  };
}
