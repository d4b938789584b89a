/**
 * Entries of the register as administrators write them, in the operators' API and in files: one schema for each kind. Names are in
 * snake case; what comes out is the entry as the register keeps it.
 *
 * `created_at` and `changed_at` are taken and ignored, so that what was read can be changed and given back.
 */
import * as z from 'zod';
import { instant } from '../platform/instant.ts';
import { faultsOf } from '../platform/pointer.ts';
import { ok, refuse, type Result } from '../platform/problem.ts';
import {
  address,
  addressOrDomain,
  addressPattern,
  count,
  entryName,
  flag,
  guid,
  line,
  listOf,
  mailbox,
  network,
  objectOf,
  oneOf,
} from './entry-fields.ts';
import { fromWire } from './entry-wire.ts';
import { signatureSchemes, type Hook } from './hook.ts';
import type { KillSwitch } from './kill-switch.ts';
import { parseNetwork } from './network.ts';
import { operatorRoles, type Operator } from './operator.ts';
import { keyScopes, type StoredApiKey } from './stored-key.ts';
import { submitterKinds, type Submitter } from './submitter.ts';
import type { Suppression } from './suppression.ts';
import { templateLimit, type Template } from './template.ts';

/** Name of a secret: the setting is `POSTRIDER_SECRET_<NAME>`. */
const secretName = z
  .string({ error: 'This must be the name of a secret; the secret itself stands in the settings.' })
  .regex(
    /^[A-Z][A-Z0-9_]{0,63}$/,
    'The name of a secret has capital letters, digits and underscores: the setting is POSTRIDER_SECRET_<NAME>.',
  );

const headerName = z
  .string()
  .regex(/^(?!__proto__$)[A-Za-z0-9!#$%&'*+.^_`|~-]{1,76}$/, 'This is not the name of a header field.');

/** A file name extension with its dot, or a media type, which may end in `/*`. */
const fileType = z
  .string({ error: 'This must be a media type or a file name extension.' })
  .toLowerCase()
  .regex(
    /^(?:\.[a-z0-9]{1,16}|[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/(?:\*|[a-z0-9][a-z0-9!#$&^_.+-]{0,127}))$/,
    'Write a media type such as "application/pdf" or "image/*", or an extension such as ".pdf".',
  );

const stamps = { created_at: z.unknown().optional(), changed_at: z.unknown().optional() };

/** Drops what the caller cannot set. */
const kept = (document: object): unknown => {
  const { created_at: _created, changed_at: _changed, ...rest } = document as Record<string, unknown>;
  return fromWire(rest);
};

const policy = objectOf({
  display_names: listOf(line(256), 100).optional(),
  reply_to: listOf(addressPattern, 1000).optional(),
  recipients: z
    .union([oneOf(['any', 'internal']), listOf(addressPattern, 1000)], {
      error: 'This must be "any", "internal", or a list of addresses, "@domain" and "@*.domain".',
    })
    .optional(),
  denied_recipients: listOf(addressPattern, 1000).optional(),
  max_recipients: count(1, 1000).optional(),
  max_bytes: count(1, 1_000_000_000).optional(),
  attachments: objectOf({
    max: count(0, 1000).optional(),
    allow: listOf(fileType, 100).optional(),
    deny: listOf(fileType, 100).optional(),
  }).optional(),
  required_headers: z
    .record(headerName, z.string().max(998, 'This is longer than 998 characters.'), {
      error: 'This must be an object of header fields, each with a text that its value must hold.',
    })
    .optional(),
  forbidden_headers: listOf(headerName, 100).optional(),
});

const limits = objectOf({
  requests_per_second: count(1, 100_000).optional(),
  burst: count(1, 1_000_000).optional(),
  messages_per_minute: count(1, 1_000_000).optional(),
  messages_per_hour: count(1, 10_000_000).optional(),
  messages_per_day: count(1, 100_000_000).optional(),
  recipients_per_day: count(1, 1_000_000_000).optional(),
  // What an integer of a header field holds (RFC 9651 §3.3.1).
  bytes_per_day: count(1, 999_999_999_999_999).optional(),
});

const submitterFields = {
  name: entryName,
  description: line(500).optional(),
  owner: line(256).optional(),
  kind: oneOf(submitterKinds).optional(),
  senders: listOf(addressOrDomain, 1000),
  networks: listOf(network, 1000).default([]),
  authentication: oneOf(['key-or-network', 'key-and-network']).optional(),
  disabled: flag.default(false),
  expires_at: instant.optional(),
  entra: listOf(
    objectOf({ app_id: guid, tenant_id: guid.optional(), role: line(256).optional() }),
    20,
  ).optional(),
  signing_keys: listOf(
    objectOf({ id: line(128), scheme: oneOf(['acs', 'sigv4']), secret: secretName }),
    20,
  ).optional(),
  certificates: listOf(
    z
      .string({ error: 'This must be the SHA-256 of a certificate.' })
      .toLowerCase()
      .regex(/^[0-9a-f]{64}$/, 'Write the SHA-256 of the certificate (DER) in 64 hexadecimal digits.'),
    20,
  ).optional(),
  policy: policy.optional(),
  limits: limits.optional(),
  mode: oneOf(['live', 'test', 'redirect']).optional(),
  redirect_to: address.optional(),
  quiet_until: instant.optional(),
  dedupe_window: count(1, 86_400).optional(),
  ...stamps,
};

/** A submitter. */
export const submitterSchema = objectOf(submitterFields)
  .superRefine(({ networks, authentication, mode, redirect_to: target }, context) => {
    const fault = (message: string, ...path: PropertyKey[]) =>
      context.addIssue({ code: 'custom', message, path });
    if (mode === 'redirect' && target === undefined) {
      fault('The mode "redirect" needs an address for all mail; set redirect_to.', 'redirect_to');
    }
    if (authentication === 'key-and-network') {
      if (networks.length === 0)
        fault('"key-and-network" needs at least one network; nothing could be sent.', 'networks');
      return;
    }
    networks.forEach((text, i) => {
      if (isOpen(text)) {
        fault(
          'So wide a network would make an open relay: whoever is in it could send without a key. Name smaller networks, or set authentication to "key-and-network".',
          'networks',
          i,
        );
      }
    });
  })
  .transform((document) => kept(document) as Submitter);

/** Whether a network is too wide to speak for anybody by itself: shorter than /8, in IPv6 than /16; fc00::/7 is private as a whole. */
function isOpen(text: string): boolean {
  const parsed = parseNetwork(text);
  if (!parsed) return false;
  const [first = 0] = parsed.address.toByteArray();
  if (parsed.address.kind() === 'ipv4') return parsed.prefix < 8;
  return parsed.prefix < 16 && !(parsed.prefix >= 7 && (first & 0xfe) === 0xfc);
}

/** An operator. */
export const operatorSchema = objectOf({
  name: entryName,
  role: oneOf(operatorRoles),
  description: line(500).optional(),
  networks: listOf(network, 1000).optional(),
  disabled: flag.default(false),
  expires_at: instant.optional(),
  ...stamps,
}).transform((document) => kept(document) as Operator);

const bad = oneOf(['critical', 'error', 'warning', 'info']);

const timeOfDay = z
  .string({ error: 'This must be a time of day such as "22:00".' })
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'Write a time of day such as "22:00".');

/** A hook. Whether its submitter exists, and may send as `from`, is for whoever writes it to look up. */
export const hookSchema = objectOf({
  name: entryName,
  submitter: entryName,
  description: line(500).optional(),
  from: mailbox,
  to: listOf(mailbox, 500).min(1, 'A hook needs at least one recipient.'),
  cc: listOf(mailbox, 500).optional(),
  bcc: listOf(mailbox, 500).optional(),
  reply_to: listOf(mailbox, 20).optional(),
  adapter: entryName.optional(),
  signature: objectOf({
    scheme: oneOf(signatureSchemes),
    secret: secretName,
    replay_window: count(60, 86_400).optional(),
  }).optional(),
  allow_get: flag.optional(),
  confirm_subscriptions: flag.optional(),
  zone: z
    .string({ error: 'This must be a time zone such as "Europe/Berlin".' })
    .refine(isZone, 'This is not an IANA time zone such as "Europe/Berlin".')
    .optional(),
  severity_routes: listOf(
    objectOf({
      at_least: bad,
      to: listOf(mailbox, 500).min(1, 'A route needs at least one recipient.'),
    }),
    4,
  ).optional(),
  template: entryName.optional(),
  storm: objectOf({ after: count(1, 100_000), within: count(10, 86_400) }).optional(),
  remind_every: count(60, 30 * 86_400).optional(),
  quiet_hours: objectOf({ from: timeOfDay, to: timeOfDay, bypass: bad.optional() }).optional(),
  expect_every: count(60, 366 * 86_400).optional(),
  disabled: flag.optional(),
  ...stamps,
}).transform((document) => kept(document) as Hook);

const part = z
  .string({ error: 'This must be a text in Liquid.' })
  .max(templateLimit, `This is longer than ${templateLimit} characters.`);

/** A template. Whether it is good Liquid shows when it is used. */
export const templateSchema = objectOf({
  name: entryName,
  submitter: entryName.optional(),
  description: line(500).optional(),
  subject: line(998).optional(),
  text: part.optional(),
  html: part.optional(),
  ...stamps,
})
  .refine(
    ({ subject, text, html }) => (subject ?? text ?? html) !== undefined,
    'A template needs a subject, a text or an html.',
  )
  .transform((document) => kept(document) as Template);

/** What a key is wished to be; holder, id and digest are added when it is made. */
export const keyWishSchema = objectOf({
  name: line(128).optional(),
  hook: entryName.optional(),
  scopes: listOf(oneOf(keyScopes), keyScopes.length)
    .min(1, 'Name a scope, or leave the field out.')
    .optional(),
  networks: listOf(network, 1000).optional(),
  expires_at: instant.optional(),
}).transform((document) => kept(document) as KeyWish);

/** See keyWishSchema. */
export type KeyWish = Pick<StoredApiKey, 'name' | 'hook' | 'scopes' | 'networks' | 'expiresAt'>;

/** A suppressed recipient. */
export const suppressionSchema = objectOf({
  address: address.transform((text) => text.toLowerCase()),
  reason: line(500),
  expires_at: instant.optional(),
  ...stamps,
}).transform((document) => kept(document) as Omit<Suppression, 'createdAt'>);

/** A kill switch; when and by whom it was thrown is added. */
export const switchSchema = objectOf({
  scope: z.union([z.literal('all'), address.transform((text) => text.toLowerCase())], {
    error: 'This must be "all" or the address of a sender.',
  }),
  reason: line(500),
  thrown_at: z.unknown().optional(),
  by: z.unknown().optional(),
}).transform(({ scope, reason }): Pick<KillSwitch, 'scope' | 'reason'> => ({ scope, reason }));

/** Holds a document to a schema. @returns `invalid-entry` with all faults otherwise. */
export function checkEntry<T>(schema: z.ZodType<T>, document: unknown): Result<T> {
  const read = schema.safeParse(document);
  if (read.success) return ok(read.data);
  const errors = faultsOf(read.error);
  const [first] = errors;
  return refuse('invalid-entry', `${first?.pointer}: ${first?.detail}`, { errors });
}

function isZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
