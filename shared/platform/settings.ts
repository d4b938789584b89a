/**
 * Every setting Postrider reads, in one zod schema: names, meaning, defaults. `docs/configuration.md` is made from it.
 *
 * The values are application settings, which are environment variables and therefore strings. Storage is not among them: the
 * connection is `AzureWebJobsStorage`, in the forms the Functions host knows, and is read by storage.ts.
 */
import * as z from 'zod';
import { clouds } from './clouds.ts';

const origin = z
  .url({ protocol: /^https$/, error: 'must be an https URL' })
  .transform((url) => url.replace(/\/+$/, ''));
const guidOrName = z.string().trim().min(1);

/** `1m`, `90s`, `4h`, `1d`: whole seconds out. */
const duration = z
  .string()
  .trim()
  .regex(/^\d+[smhd]$/, 'must be a whole number followed by s, m, h or d')
  .transform(
    (text) =>
      Number(text.slice(0, -1)) * { s: 1, m: 60, h: 3600, d: 86_400 }[text.at(-1) as 's' | 'm' | 'h' | 'd'],
  );

const durations = z
  .string()
  .transform((text) => text.split(',').filter(Boolean))
  .pipe(z.array(duration).min(1));

/** Transports in order of preference: `graph`, `smtp`, `graph,smtp`. */
const transports = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter(Boolean),
  )
  .pipe(z.array(z.enum(['graph', 'smtp'])).min(1))
  .refine((names) => new Set(names).size === names.length, 'names a transport twice');

const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .trim()
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max));

/** The schema. Keys are the names of the application settings. */
export const settingsSchema = z.object({
  POSTRIDER_TENANT_ID: guidOrName.describe('Directory (tenant) ID of the Microsoft 365 tenant that sends.'),
  POSTRIDER_CLIENT_ID: guidOrName.describe('Application (client) ID of the app registration that may send.'),
  POSTRIDER_CLIENT_SECRET: z
    .string()
    .min(1)
    .optional()
    .describe('Client secret (its value, not its ID). The last resort among the three credentials.'),
  POSTRIDER_CLIENT_CERTIFICATE: z
    .string()
    .min(1)
    .optional()
    .describe('Certificate with its private key, both PEM, in one text. `\\n` may stand for line breaks.'),
  POSTRIDER_FEDERATED_IDENTITY_CLIENT_ID: guidOrName
    .optional()
    .describe(
      'Client ID of the managed identity whose token is the federated credential of the app registration.',
    ),
  POSTRIDER_CLOUD: z
    .enum(Object.keys(clouds) as [keyof typeof clouds, ...(keyof typeof clouds)[]])
    .default('global')
    .describe('The Microsoft cloud: fills the endpoints below.'),
  POSTRIDER_LOGIN_URL: origin.optional().describe("Entra ID authority, instead of the cloud's own."),
  POSTRIDER_GRAPH_URL: origin.optional().describe("Microsoft Graph, instead of the cloud's own."),
  POSTRIDER_GRAPH_RESOURCE: origin
    .optional()
    .describe("Resource of Graph tokens, instead of the cloud's own."),
  POSTRIDER_EXCHANGE_RESOURCE: origin
    .optional()
    .describe("Resource of Exchange tokens, instead of the cloud's own."),
  POSTRIDER_SMTP_HOST: z.string().min(1).optional().describe("SMTP AUTH host, instead of the cloud's own."),
  POSTRIDER_SMTP_PORT: wholeNumber(1, 65_535).default(587).describe('SMTP AUTH port.'),
  POSTRIDER_TOKEN_EXCHANGE_AUDIENCE: z
    .string()
    .min(1)
    .optional()
    .describe("Audience of the federated credential, instead of the cloud's own."),
  POSTRIDER_TRANSPORTS: transports
    .default(['graph'])
    .describe(
      'Ways to send, best first, separated by commas: `graph`, `smtp`. The first that can carry a message takes it.',
    ),
  POSTRIDER_RETRY_SCHEDULE: durations
    .default([60, 300, 900, 3600, 14_400])
    .describe('Waits between attempts; the last one repeats until the lifetime is over.'),
  POSTRIDER_LIFETIME: duration
    .default(86_400)
    .describe('How long after acceptance a message is still sent; then it expires.'),
  POSTRIDER_ATTEMPT_TIMEOUT: duration
    .default(100)
    .describe('The longest one attempt may take. Keep it well under functionTimeout.'),
  POSTRIDER_ON_UNKNOWN: z
    .enum(['retry', 'hold'])
    .default('retry')
    .describe(
      'What to do when an attempt may or may not have sent the message and the submission does not say: send again, or wait for a person.',
    ),
  POSTRIDER_MAX_BODY_BYTES: wholeNumber(1024, 100_000_000)
    .default(36_700_160)
    .describe('Largest request body, in bytes (35 MiB).'),
  POSTRIDER_TRUSTED_PROXIES: wholeNumber(0, 5)
    .default(0)
    .describe(
      "Trusted proxies of your own in front of the platform's front end: the client address is taken that many hops further left in X-Forwarded-For.",
    ),
  POSTRIDER_LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('Least level that is logged.'),
});

/** The settings as parsed, with defaults filled in. */
export type Settings = z.output<typeof settingsSchema>;
