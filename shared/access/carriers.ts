/**
 * Which credential a request shows. Vendor clients and monitoring tools each have one place where a key fits, so a key is looked for
 * wherever one of them can put it: in an `Authorization` header of several schemes, in a vendor's own header, as the password of
 * Basic, and, for hooks alone, in the URL. Where the protocol of a sender has a place of its own, a hook is found there too: at
 * Gotify's `/message`, ntfy's `/ntfy/…` and Apprise's `/notify/…`.
 *
 * This file only finds; whether what it finds is right is for authorize.ts to say. What it finds leaves it as a Secret, which is given
 * away where it is hashed or its signature is checked, and nowhere else.
 */
import { Secret } from '../platform/secret.ts';
import { apiKeyId } from './api-key.ts';

/** Where a credential was found. */
export type Carrier = 'bearer' | 'x-api-key' | 'header' | 'basic' | 'path' | 'query';

/** What a request shows. */
export type Showing =
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'key';
      /** As it was sent; nothing has been checked. */
      readonly text: Secret;
      readonly carrier: Carrier;
      /** What the sender calls itself: the user of Basic, where that is a plain name. Fit for logs. */
      readonly device?: string;
    }
  /** A JSON Web Token (RFC 7519), by its form. */
  | { readonly kind: 'token'; readonly text: Secret }
  /** Two credentials that are not the same. */
  | { readonly kind: 'ambiguous' }
  /** A key in the query of an address that is no hook. */
  | { readonly kind: 'in-url' };

/** The parts of a request that may carry a credential. */
export interface CarrierFacts {
  /** Looks up a request header by its lower-case name. */
  readonly header: (name: string) => string | undefined;
  /** Path without query, percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** Headers whose whole value is the key, beside our own `X-Api-Key`: names that vendors fixed. */
const vendorHeaders = [
  'api-key',
  'x-webhook-token',
  'cf-webhook-auth',
  'x-gitlab-token',
  'x-postmark-server-token',
  'x-gotify-key',
] as const;

/** Names of query parameters that may carry a key of a hook; `access_token` is that of RFC 6750 §2.3 and of CloudEvents. */
const keyQueries: ReadonlySet<string> = new Set(['key', 'token', 'access_token', 'api-key', 'api_key']);

interface Found {
  readonly text: Secret;
  readonly carrier: Carrier;
  readonly device?: string;
}

/**
 * Finds the credential. Never throws, whatever the headers hold.
 *
 * What stands in a vendor's header or in Basic and has not the form of a key of ours counts only where nothing else is shown: it may have
 * been meant for a gateway in front of us. Two different keys are a fault, except that a key in a header wins over Basic, since
 * Apprise sends both.
 *
 * @param takesTokens whether tokens of Entra ID are taken here; if not, one beside a key was meant for somebody else.
 */
export function readCarriers(facts: CarrierFacts, takesTokens = false): Showing {
  const { header, path, query } = facts;
  const hook = hookPath(path);
  if (!hook && [...query].some(([, value]) => apiKeyId(new Secret(value.trim())) !== undefined)) {
    return { kind: 'in-url' };
  }

  const authorization = header('authorization') ?? '';
  const inHeaders = [...keysOfAuthorization(authorization), ...keysOfHeaders(header)];
  const found: readonly Found[] = [
    ...inHeaders,
    ...basicKeys(authorization),
    ...(hook ? keysOfUrl(hook, query) : []),
  ];
  const isOurs = ({ text, carrier }: Found) => {
    if (isKeyLike(text.reveal())) return true;
    if (carrier === 'bearer' && isTokenLike(text.reveal())) return takesTokens;
    return carrier === 'bearer' || carrier === 'x-api-key';
  };
  const ours = found.filter(isOurs);
  const counted = inHeaders.some(isOurs) ? ours.filter(({ carrier }) => carrier !== 'basic') : ours;
  const [first, ...others] = counted.length > 0 ? counted : found.slice(0, 1);
  if (!first) return { kind: 'nothing' };
  const shown = first.text.reveal();
  if (others.some(({ text }) => text.reveal() !== shown)) return { kind: 'ambiguous' };
  if (first.carrier === 'bearer' && isTokenLike(shown)) return { kind: 'token', text: first.text };
  return { kind: 'key', ...first };
}

/** The query of a hook without what carries a credential: the rest is what the sender says. */
export function withoutCredentials(query: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...query].filter(([name, value]) => !isCredential(name, value)));
}

const isCredential = (name: string, value: string): boolean =>
  isKeyLike(value.trim()) ||
  (name === authQuery && keysOfAuthQuery(value).some(({ text }) => isKeyLike(text.reveal())));

/** Whether a text was meant to be one of our keys. */
const isKeyLike = (text: string): boolean => text.startsWith('pr_');

/** Three parts with dots between (RFC 7515 §7.1); the last is empty in tokens without a signature. */
const isTokenLike = (text: string): boolean => /^[\w-]+\.[\w-]*\.[\w-]*$/.test(text);

/**
 * The key of an `Authorization` header: `Bearer <key>`, a scheme of vendors, or the bare key as SparkPost's client sends it. Schemes
 * that sign the request (`AWS4-HMAC-SHA256 …`, `HMAC-SHA256 …`) show no key.
 */
function keysOfAuthorization(value: string): readonly Found[] {
  const text = trim(value);
  const [scheme, rest] = split(text);
  if (rest === '')
    return text === '' || scheme.toLowerCase() === 'basic'
      ? []
      : [{ text: new Secret(text), carrier: 'header' }];
  const key = new Secret(rest);
  if (scheme.toLowerCase() === 'bearer') return [{ text: key, carrier: 'bearer' }];
  return ['apikey', 'key', 'token'].includes(scheme.toLowerCase()) ? [{ text: key, carrier: 'header' }] : [];
}

function keysOfHeaders(header: CarrierFacts['header']): readonly Found[] {
  const keysOf = (name: string, carrier: Carrier): readonly Found[] =>
    // A header that was sent twice comes joined by a comma, which no key has (RFC 9110 §5.3).
    (header(name) ?? '')
      .split(',')
      .map(trim)
      .filter((text) => text !== '')
      .map((text) => ({ text: new Secret(text), carrier }));
  return [...keysOf('x-api-key', 'x-api-key'), ...vendorHeaders.flatMap((name) => keysOf(name, 'header'))];
}

/** Basic (RFC 7617): the key is the password, or the user where there is no password. */
function basicKeys(value: string): readonly Found[] {
  const [scheme, rest] = split(trim(value));
  if (scheme.toLowerCase() !== 'basic' || !/^[\w+/-]+={0,2}$/.test(rest)) return [];
  const decoded = Buffer.from(rest, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  const user = colon < 0 ? decoded : decoded.slice(0, colon);
  const password = colon < 0 ? '' : decoded.slice(colon + 1);
  const userIsKey = password === '' || (isKeyLike(user) && !isKeyLike(password));
  const text = userIsKey ? user : password;
  if (text === '') return [];
  return [{ text: new Secret(text), carrier: 'basic', ...(userIsKey ? {} : deviceOf(user)) }];
}

/** A user that is a plain name; an address or a mistyped key is not for logs. */
const deviceOf = (user: string): { device?: string } =>
  /^[A-Za-z0-9][\w.-]{0,63}$/.test(user) && !isKeyLike(user) ? { device: user } : {};

/**
 * The segments of a hook's path in which its key may stand: those behind the name in `/hooks/{name}/…` and `/notify/{name}/…`, none in
 * `/message` and `/ntfy…`. Undefined for any other path.
 */
function hookPath(path: string): readonly string[] | undefined {
  const [, first = '', name = '', ...rest] = path.split('/').map(decode);
  switch (first.toLowerCase()) {
    case 'hooks':
    case 'notify':
      return name === '' ? undefined : rest;
    case 'message':
      return name === '' ? [] : undefined;
    case 'ntfy':
      return [];
    default:
      return undefined;
  }
}

/** Only what has the form of a key: the rest of a hook's URL belongs to what the sender says. */
function keysOfUrl(segments: readonly string[], query: URLSearchParams): readonly Found[] {
  const inPath = segments.map((text) => ({ text: new Secret(text), carrier: 'path' as const }));
  const inQuery = [...query]
    .filter(([name]) => keyQueries.has(name.toLowerCase()))
    .map(([, value]) => ({ text: new Secret(value.trim()), carrier: 'query' as const }));
  const inAuth = keysOfAuthQuery(query.get(authQuery) ?? '');
  return [...inPath, ...inQuery, ...inAuth].filter(({ text }) => isKeyLike(text.reveal()));
}

/** ntfy's: a whole `Authorization` header in base64url, for senders that can set nothing but a URL. */
const authQuery = 'auth';

function keysOfAuthQuery(coded: string): readonly Found[] {
  if (!/^[\w-]{1,2000}={0,2}$/.test(coded)) return [];
  const value = Buffer.from(coded, 'base64url').toString('utf8');
  return [...keysOfAuthorization(value), ...basicKeys(value)].map(({ text }) => ({ text, carrier: 'query' }));
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The first word and what stands behind it. */
function split(text: string): readonly [string, string] {
  const end = text.search(/[ \t]/);
  return end < 0 ? [text, ''] : [text.slice(0, end), trim(text.slice(end))];
}

/** Without the optional white space of HTTP (RFC 9110 §5.6.3), and no other. */
const trim = (text: string): string => {
  let [start, end] = [0, text.length];
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
};

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;
