/**
 * What went wrong below HTTP and SMTP, told from the error's code. Data with sources.
 *
 * Whether a message may have been sent is not decided here: that depends on how far the writing had come, which only the door
 * knows. This table supplies the words, and the one fact that needs no knowledge of the phase: a connection that never stood
 * cannot have carried anything.
 */

/** A row: an error code of Node, undici, OpenSSL or nodemailer. */
interface NetworkError {
  /** What happened, to be completed by the name of the host: "<host> …". */
  readonly reason: string;
  /** True when no byte of a request can have reached the server. */
  readonly beforeRequest: boolean;
  readonly source: string;
}

const errnoSource = 'https://nodejs.org/api/errors.html#common-system-errors';
const dnsSource = 'https://nodejs.org/api/dns.html#error-codes';
const tlsSource = 'https://nodejs.org/api/tls.html#x509-certificate-error-codes';
const nodemailerSource = 'nodemailer 10.6.0, errors.js';
const undiciSource = 'https://github.com/nodejs/undici/blob/main/docs/docs/api/Errors.md';

const before = (reason: string, source: string): NetworkError => ({ reason, beforeRequest: true, source });
const anytime = (reason: string, source: string): NetworkError => ({ reason, beforeRequest: false, source });
const untrusted = (why: string): NetworkError =>
  before(`shows a TLS certificate that cannot be trusted (${why})`, tlsSource);

/** The table. */
export const networkErrors: Readonly<Record<string, NetworkError>> = {
  ENOTFOUND: before('is not known to DNS', errnoSource),
  EAI_AGAIN: before('could not be looked up, because DNS did not answer', dnsSource),
  EDNS: before('could not be looked up in DNS', nodemailerSource),
  ECONNREFUSED: before('refused the connection', errnoSource),
  EHOSTUNREACH: before('cannot be reached from this network', 'POSIX.1-2024 <errno.h>'),
  ENETUNREACH: before('cannot be reached from this network', 'POSIX.1-2024 <errno.h>'),
  ENETDOWN: before('cannot be reached, because the network is down', 'POSIX.1-2024 <errno.h>'),
  UND_ERR_CONNECT_TIMEOUT: before('did not take the connection in time', undiciSource),
  ETLS: before('could not agree on TLS with us', nodemailerSource),
  EPROTO: before('could not agree on TLS with us', 'POSIX.1-2024 <errno.h>; Node reports TLS alerts by it'),
  ERR_SSL_WRONG_VERSION_NUMBER: before(
    'does not speak TLS on this port',
    'OpenSSL, SSL_R_WRONG_VERSION_NUMBER',
  ),
  ERR_TLS_CERT_ALTNAME_INVALID: untrusted('it is for another name'),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted('its issuer is missing'),
  UNABLE_TO_GET_ISSUER_CERT: untrusted('its issuer is missing'),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted('its issuer is unknown'),
  SELF_SIGNED_CERT_IN_CHAIN: untrusted('its chain ends in a self-signed certificate'),
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted('it is self-signed'),
  CERT_HAS_EXPIRED: untrusted('it has expired'),
  CERT_NOT_YET_VALID: untrusted('it is not valid yet'),
  CERT_UNTRUSTED: untrusted('its root is not trusted'),
  ECONNRESET: anytime('broke the connection', errnoSource),
  EPIPE: anytime('had closed the connection', errnoSource),
  ETIMEDOUT: anytime('did not answer in time', errnoSource),
  ECONNABORTED: anytime('broke the connection', 'POSIX.1-2024 <errno.h>'),
  UND_ERR_SOCKET: anytime('broke the connection', undiciSource),
  UND_ERR_HEADERS_TIMEOUT: anytime('did not answer in time', undiciSource),
  UND_ERR_BODY_TIMEOUT: anytime('did not finish its answer in time', undiciSource),
  ECONNECTION: anytime('closed the connection', nodemailerSource),
  ESOCKET: anytime('broke the connection', nodemailerSource),
  EABORT: anytime('was still busy when the time for the attempt was over', nodemailerSource),
  ABORT_ERR: anytime('was still busy when the time for the attempt was over', errnoSource),
  TimeoutError: anytime('did not answer in time', 'https://webidl.spec.whatwg.org/#timeouterror'),
  AbortError: anytime(
    'was still busy when the time for the attempt was over',
    'https://webidl.spec.whatwg.org/#aborterror',
  ),
};

/** A network failure, put into words. */
export interface NetworkFailure {
  /** The most telling code that was found, or undefined. */
  readonly code?: string;
  /** One sentence, with the host. */
  readonly reason: string;
  readonly beforeRequest: boolean;
}

/**
 * Explains a thrown network error.
 *
 * Libraries wrap: `fetch` hides the cause in `cause`, connection attempts to several addresses in `errors`, nodemailer in
 * `originalCode`. The innermost listed code is the most telling one.
 *
 * @param host what was being talked to, e.g. `smtp.office365.com:587`.
 */
export function explainNetworkError(error: unknown, host: string): NetworkFailure {
  const codes = codesOf(error);
  const code = codes.findLast((candidate) => Object.hasOwn(networkErrors, candidate)) ?? codes.at(-1);
  const row = code === undefined ? undefined : networkErrors[code];
  return {
    ...(code === undefined ? {} : { code }),
    reason: `${host} ${row?.reason ?? 'could not be talked to'}.`,
    beforeRequest: row?.beforeRequest ?? false,
  };
}

/** All codes an error carries, outermost first. */
function codesOf(error: unknown, depth = 0): string[] {
  if (!(error instanceof Error) || depth > 4) return [];
  const found: string[] = [];
  if (error.name === 'TimeoutError' || error.name === 'AbortError') found.push(error.name);
  for (const key of ['code', 'originalCode']) {
    const value: unknown = Reflect.get(error, key);
    if (typeof value === 'string') found.push(value);
  }
  const inner = error instanceof AggregateError ? (error.errors as unknown[])[0] : error.cause;
  return [...found, ...codesOf(inner, depth + 1)];
}
