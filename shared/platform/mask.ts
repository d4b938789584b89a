/**
 * What must not stand in a log, taken out of texts that others wrote: addresses and credentials. Errors of SDKs like to quote the
 * request, its URL and its headers.
 *
 * This is the second line. The first is that nothing of the kind is put into a log line; see log.ts and secret.ts.
 */

/** Each pattern has one unbounded run at most, of a class that excludes what follows it, so none of them backtracks. */
const masks: readonly (readonly [RegExp, string])[] = [
  // Certificates and private keys (RFC 7468).
  [/-----BEGIN [A-Z ]{1,40}-----[A-Za-z0-9+/=\s\\]*(?:-----END [A-Z ]{1,40}-----)?/g, '<pem>'],
  // API keys of ours, whole or cut short.
  [/\bpr_[0-9a-z]{8}_[0-9a-z]{4,64}/gi, '<key>'],
  [/\bwhsec_[A-Za-z0-9+/=_-]+/g, '<secret>'],
  // JSON Web Tokens (RFC 7519): two or three parts in base64url, the first of which is an object.
  [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?/g, '<token>'],
  [/\b(Bearer|Basic|SharedKey(?:Lite)?)(\s+)[^\s"',;<]+/gi, '$1$2<credential>'],
  // Storage: connection strings, shared access signatures.
  [/\b(AccountKey|SharedAccessSignature|SharedAccessKey)=[^;\s"']+/gi, '$1=<key>'],
  [/([?&;])(code|key|token|sig|signature)=[^&\s"'<;]+/gi, '$1$2=<secret>'],
  [/\b(sig|access_token|client_secret|client_assertion|assertion|password)=[^&\s"'<;]+/gi, '$1=<secret>'],
  // `"client_secret": "…"`, also with the quotes escaped.
  [
    /(client_secret|client_assertion|access_token|refresh_token|password)(\\?["'])(\s*:\s*)\\?["'][^"'\\]*/gi,
    '$1$2$3$2<secret>',
  ],
  // Credentials in URLs (RFC 3986 §3.2.1).
  [/(:\/\/)[^\s/?#@"'<>]+@/g, '$1<credential>@'],
  // Addresses.
  [/[^\s"'<>=:;,()[\]\\/@]{1,320}@(?=[^\s"'<>=:;,()[\]\\@])[^\s"'<>=:;,()[\]\\@]+/g, '<address>'],
];

/** How much of a text is looked at, in characters; the rest is cut off. */
const longest = 8000;

/** A text without what must not stand in a log. */
export const masked = (text: string): string =>
  masks.reduce(
    (masking, [pattern, placeholder]) => masking.replaceAll(pattern, placeholder),
    text.slice(0, longest),
  );
