/**
 * Every setting Postrider reads: names, meaning, how they are read, defaults. `docs/configuration.md` is made from it.
 *
 * The values are application settings, which are environment variables and therefore strings. Storage is not among them: the
 * connection is `AzureWebJobsStorage`, in the forms the Functions host knows, and is read by storage.ts.
 */
import * as z from 'zod';
import { clouds } from './clouds.ts';
import { optional, preset, readSetting, required, type Setting } from './setting.ts';

const origin = () =>
  z.url({ protocol: /^https$/, error: 'must be an https URL' }).transform((url) => url.replace(/\/+$/, ''));
/** A certificate in a vault, without a version: that would never be replaced. */
const vaultCertificate = () =>
  z
    .url({ protocol: /^https$/, error: 'must be https://<vault>.vault.azure.net/certificates/<name>' })
    .regex(
      /^https:\/\/[^/?#@]+\/certificates\/[0-9A-Za-z-]{1,127}\/?$/,
      'must be https://<vault>.vault.azure.net/certificates/<name>, and end with the name: with a version it would never be renewed',
    );

const anyText = () => z.string().min(1);

const guidOrName = () => z.string().trim().min(1);

const oneOf =
  <const T extends string>(...values: readonly T[]) =>
  () =>
    z.enum(values);

/** The words of a list with commas. */
function words(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean);
}

/** `1m`, `90s`, `4h`, `1d`: whole seconds out. */
const duration = () =>
  z
    .string()
    .trim()
    .regex(/^\d+[smhd]$/, 'must be a whole number followed by s, m, h or d')
    .transform(
      (text) =>
        Number(text.slice(0, -1)) * { s: 1, m: 60, h: 3600, d: 86_400 }[text.at(-1) as 's' | 'm' | 'h' | 'd'],
    );

const durations = () =>
  z
    .string()
    .transform((text) => text.split(',').filter(Boolean))
    .pipe(z.array(duration()).min(1));

/** Transports in order of preference: `graph`, `smtp`, `graph,smtp`. */
const transports = () =>
  z
    .string()
    .transform((text) => words(text.toLowerCase()))
    .pipe(z.array(z.enum(['graph', 'smtp'])).min(1))
    .refine((names) => new Set(names).size === names.length, 'names a transport twice');

/** Application permissions of Graph beyond `Mail.Send`. */
const permissions = () =>
  z
    .string()
    .transform(words)
    .pipe(z.array(z.enum(['Mail.Read', 'Mail.ReadWrite'])));

const domains = () =>
  z
    .string()
    .transform((text) => words(text.toLowerCase()))
    .pipe(z.array(z.string().regex(/^[a-z0-9.-]+$/, 'must be domain names')));

/** Whether they are networks is checked where networks are known. */
const networks = () =>
  z
    .string()
    .transform(words)
    .pipe(z.array(z.string().regex(/^[0-9a-f:.]+(?:\/\d{1,3})?$/i, 'must be networks such as 10.1.0.0/16')));

/** `graph`, `smtp`, or either with the mailbox that sends: `graph:backup@contoso.com`. */
const way = () =>
  z
    .string()
    .regex(
      /^(?:graph|smtp)(?::[^\s@:]+@[^\s@:]+)?$/,
      'must be graph or smtp, with ":mailbox@domain" for another mailbox',
    );

const routes = () =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' });
        return z.NEVER;
      }
    })
    .pipe(z.record(z.string().toLowerCase(), z.array(z.union([way(), z.array(way()).min(1)])).min(1)));

const wholeNumber = (min: number, max: number) => () =>
  z
    .string()
    .trim()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max));

/** The settings by their names. */
export const settings = {
  POSTRIDER_TENANT_ID: required(guidOrName, 'Directory (tenant) ID of the Microsoft 365 tenant that sends.'),
  POSTRIDER_CLIENT_ID: required(guidOrName, 'Application (client) ID of the app registration that may send.'),
  POSTRIDER_CLIENT_SECRET: optional(
    anyText,
    'Client secret (its value, not its ID). The last resort among the credentials.',
  ),
  POSTRIDER_CLIENT_SECRET_EXPIRES: optional(
    () => z.iso.date('must be a date such as 2027-05-31'),
    'The day on which the client secret ends, which nobody but you can tell Postrider: it warns in time then, as it does for certificates by itself.',
  ),
  POSTRIDER_KEY_VAULT_CERTIFICATE: optional(
    vaultCertificate,
    'Certificate in Azure Key Vault, `https://<vault>.vault.azure.net/certificates/<name>`, that the managed identity reads (role _Key Vault Secrets User_). A new version is taken up without a restart, and the former one is used until Entra ID takes the new one.',
  ),
  POSTRIDER_KEY_VAULT_IDENTITY_CLIENT_ID: optional(
    guidOrName,
    'Client ID of the user-assigned managed identity that reads the vault; the system-assigned one when missing.',
  ),
  POSTRIDER_CLIENT_CERTIFICATE: optional(
    anyText,
    'Certificate with its private key, both PEM, in one text. `\\n` may stand for line breaks.',
  ),
  POSTRIDER_FEDERATED_IDENTITY_CLIENT_ID: optional(
    guidOrName,
    'Client ID of the managed identity whose token is the federated credential of the app registration.',
  ),
  POSTRIDER_CLOUD: preset(
    'global',
    oneOf(...(Object.keys(clouds) as (keyof typeof clouds)[])),
    'The Microsoft cloud: fills the endpoints below.',
  ),
  POSTRIDER_LOGIN_URL: optional(origin, "Entra ID authority, instead of the cloud's own."),
  POSTRIDER_GRAPH_URL: optional(origin, "Microsoft Graph, instead of the cloud's own."),
  POSTRIDER_GRAPH_RESOURCE: optional(origin, "Resource of Graph tokens, instead of the cloud's own."),
  POSTRIDER_EXCHANGE_RESOURCE: optional(origin, "Resource of Exchange tokens, instead of the cloud's own."),
  POSTRIDER_SMTP_HOST: optional(anyText, "SMTP AUTH host, instead of the cloud's own."),
  POSTRIDER_SMTP_PORT: preset(587, wholeNumber(1, 65_535), 'SMTP AUTH port.'),
  POSTRIDER_TOKEN_EXCHANGE_AUDIENCE: optional(
    anyText,
    "Audience of the federated credential, instead of the cloud's own.",
  ),
  POSTRIDER_KEY_VAULT_RESOURCE: optional(
    origin,
    "Resource of Key Vault tokens, instead of the cloud's own. The vault may then lie anywhere.",
  ),
  POSTRIDER_TRANSPORTS: preset(
    ['graph'],
    transports,
    'Ways to send, best first, separated by commas: `graph`, `smtp`. The first that can carry a message takes it.',
  ),
  POSTRIDER_RETRY_SCHEDULE: preset(
    [60, 300, 900, 3600, 14_400],
    durations,
    'Waits between attempts; the last one repeats until the lifetime is over.',
  ),
  POSTRIDER_LIFETIME: preset(
    86_400,
    duration,
    'How long after acceptance a message is still sent; then it expires.',
  ),
  // A turn that looks for a sent copy and fails over takes two and a half times as long, and waits for room twice.
  POSTRIDER_ATTEMPT_TIMEOUT: preset(
    100,
    () => duration().pipe(z.number().min(1, 'must be at least 1s').max(100, 'must be at most 100s')),
    'The longest one attempt may take, at most 100s: a turn must end well within functionTimeout (5 minutes), or the host ends the process with all messages in flight.',
  ),
  POSTRIDER_LEASE: preset(
    60,
    () => duration().pipe(z.number().min(5).max(300)),
    'How long a worker that sends a message holds it without a sign of life; it renews in time. After a crash the message is looked at again when this is over (5s to 300s).',
  ),
  POSTRIDER_ON_UNKNOWN: preset(
    'retry',
    oneOf('retry', 'hold'),
    'What to do when an attempt may or may not have sent the message and the submission does not say: send again, or wait for a person.',
  ),
  POSTRIDER_GRAPH_PERMISSIONS: preset(
    [],
    permissions,
    'Graph permissions granted beyond Mail.Send, separated by commas. `Mail.Read`: the sent copy is looked up before a doubtful message is sent again. `Mail.ReadWrite`: that, and files of more than 3 MB by upload session.',
  ),
  POSTRIDER_ROUTES: preset(
    {},
    routes,
    'Ways to send per sender mailbox, best first, as JSON: `{"alerts@contoso.com": ["graph", "smtp", "graph:backup@contoso.com"]}`. A list within the list is a pool that shares the load. Senders that are not named use POSTRIDER_TRANSPORTS.',
  ),
  POSTRIDER_MAILBOX_MESSAGES_PER_MINUTE: preset(
    30,
    wholeNumber(0, 1_000_000),
    'Messages a minute that a mailbox sends, over all instances; 0 for no limit.',
  ),
  POSTRIDER_MAILBOX_RECIPIENTS_PER_DAY: preset(
    10_000,
    wholeNumber(0, 10_000_000),
    'Recipients in 24 hours that a mailbox sends to; 0 for no limit.',
  ),
  POSTRIDER_MAILBOX_UPLOAD_BYTES: preset(
    150_000_000,
    wholeNumber(0, 10_000_000_000),
    'Bytes in 5 minutes that are given to Graph for a mailbox; 0 for no limit.',
  ),
  POSTRIDER_EXTERNAL_RECIPIENTS_PER_DAY: preset(
    0,
    wholeNumber(0, 100_000_000),
    'Recipients outside POSTRIDER_INTERNAL_DOMAINS in 24 hours, for the whole tenant (its external recipient rate limit); 0 for no limit.',
  ),
  POSTRIDER_INTERNAL_DOMAINS: preset(
    [],
    domains,
    'Accepted domains of the tenant, separated by commas: recipients there are internal.',
  ),
  POSTRIDER_GRAPH_CONCURRENCY: preset(
    4,
    wholeNumber(0, 100),
    'Requests that Graph is given at once, over all instances; 0 for no limit.',
  ),
  POSTRIDER_SMTP_CONCURRENCY: preset(
    3,
    wholeNumber(0, 100),
    'SMTP submissions of a mailbox at once, over all instances; 0 for no limit.',
  ),
  POSTRIDER_SEND_ON_ACCEPT: preset(
    'preferred',
    oneOf('never', 'preferred', 'always'),
    'Whether a message is sent within the call that submits it, once it is stored: never, when the request says `Prefer: wait`, or always.',
  ),
  POSTRIDER_CONTENT_RETENTION: preset(
    14 * 86_400,
    duration,
    'How long the content of a message that was not sent is kept for a replay, from its end; then it is purged.',
  ),
  POSTRIDER_RECORD_RETENTION: preset(
    30 * 86_400,
    duration,
    'How long the record of a message is kept after its end. At least a day, the life of an Idempotency-Key.',
  ),
  POSTRIDER_AUDIT_RETENTION: preset(
    365 * 86_400,
    () => duration().pipe(z.number().min(86_400, 'must be at least 1d')),
    'How long the audit trail is kept: who was refused what, and who changed what. At least a day.',
  ),
  POSTRIDER_OPERATOR_SIGN_IN: preset(
    'off',
    oneOf('off', 'app-service'),
    'Whether operators may sign in with Entra ID instead of a key: `app-service` trusts what App Service authentication says of them, when it is on for this app. Follows from `BRIDGE_OPERATOR_CLIENT_ID` in a deployment by the template.',
  ),
  POSTRIDER_WEBHOOK_ALLOW_PRIVATE: preset(
    'false',
    oneOf('true', 'false'),
    'Whether webhooks may go to private and local addresses, and to `http://localhost`. For the sandbox and for tests: it takes the guard away that keeps webhooks out of your own network.',
  ),
  POSTRIDER_MAX_BODY_BYTES: preset(
    36_700_160,
    wholeNumber(1024, 100_000_000),
    'Largest request body, in bytes (35 MiB).',
  ),
  POSTRIDER_FRONT_END: optional(
    oneOf('app-service', 'front-door', 'api-management', 'proxy', 'none'),
    "What callers reach first, which says whose word is taken for their address. `app-service`: the platform's own front end (every plan: Consumption, Flex, Premium, Dedicated), and what App Service writes into `client-ip`. `front-door`: Azure Front Door of the profile in POSTRIDER_FRONT_DOOR_ID, and its `X-Azure-SocketIP`. `api-management` or `proxy`: POSTRIDER_TRUSTED_PROXIES of your own, counted from the right of `X-Forwarded-For`. `none`: no address is believed, so no network speaks for anybody. Default: `app-service`, or `proxy` when POSTRIDER_TRUSTED_PROXIES is set.",
  ),
  POSTRIDER_FRONT_DOOR_ID: optional(
    () =>
      z
        .string()
        .trim()
        .regex(/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i, 'must be a GUID'),
    'Front Door ID of the profile, which it sends as `X-Azure-FDID`. Needed with `front-door`.',
  ),
  POSTRIDER_FRONT_END_NETWORKS: preset(
    [],
    networks,
    'Networks from which Front Door, API Management or your proxies reach the app, in CIDR form, separated by commas. Requests from elsewhere have no address. Without it only the ID, or the count of hops, is looked at: then restrict access to the app itself, or anybody who finds its own host name can write the header.',
  ),
  POSTRIDER_TRUSTED_PROXIES: preset(
    0,
    wholeNumber(0, 5),
    "Trusted proxies of your own in front of the platform's front end: the client address is taken that many hops further left in X-Forwarded-For. 1 when POSTRIDER_FRONT_END is `api-management` or `proxy` and this is 0.",
  ),
  POSTRIDER_CLIENT_CERTIFICATES: preset(
    'off',
    oneOf('off', 'app-service'),
    'Whether client certificates speak for submitters. `app-service`: App Service demands one of every caller (`clientCertEnabled`, `clientCertMode` `Required`) and forwards it as `X-ARR-ClientCert`. Leave it off elsewhere: without that front end anybody can write the header.',
  ),
  POSTRIDER_ENTRA_AUDIENCE: preset(
    [],
    () => z.string().transform(words),
    "Audience of the Entra ID tokens that callers show, separated by commas: the client ID of the API's app registration (v2.0 tokens) and its Application ID URI (v1.0 tokens). Without it no token is taken.",
  ),
  POSTRIDER_LOG_LEVEL: preset('info', oneOf('debug', 'info', 'warn', 'error'), 'Least level that is logged.'),
};

/** The settings as read, with defaults filled in. */
export type Settings = {
  readonly [Name in keyof typeof settings]: (typeof settings)[Name] extends Setting<infer T> ? T : never;
};

/**
 * Reads all of them.
 *
 * @param given texts by name; what is not there is not given.
 * @returns the settings, or every fault in a few words that begin with the name of the setting.
 */
export function readSettings(
  given: Readonly<Record<string, string | undefined>>,
): { readonly ok: true; readonly settings: Settings } | { readonly ok: false; readonly faults: string[] } {
  const values: Record<string, unknown> = {};
  const faults: string[] = [];
  for (const [name, setting] of Object.entries<Setting<unknown>>(settings)) {
    const read = readSetting(setting, given[name]);
    if (read.ok) values[name] = read.value;
    else faults.push(...read.faults.map((fault) => `${name} ${fault}`));
  }
  return faults.length === 0 ? { ok: true, settings: values as unknown as Settings } : { ok: false, faults };
}
