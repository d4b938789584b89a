/**
 * A request of a device as one file: a line of JSON about it, then its body as it came. A person can read it with `less`.
 */
import { withoutCredentials } from '../../shared/alerts/said-query.ts';

/** What is kept of a request. */
export interface Parcel {
  /** The Idempotency-Key under which it is sent, however often: made when it arrived, or the device's own. */
  readonly key: string;
  /** When it arrived, ISO 8601. */
  readonly at: string;
  readonly method: string;
  /** Path and query, without what carries a credential. */
  readonly target: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Headers that are handed on. Everything else stays here: credentials, cookies, and what belongs to the connection. */
export const handedOn: readonly string[] = (
  'content-type content-encoding content-disposition accept user-agent ' +
  // ntfy's, which people write by hand, too
  'title x-title message x-message priority x-priority tags x-tags click x-click attach x-attach filename x-filename markdown icon ' +
  // who sends and what it is about
  'x-event-type x-event x-device-id x-severity x-amz-sns-message-type x-amz-sns-topic-arn aeg-event-type ce-id ce-source ce-type ' +
  'ce-specversion ce-subject ce-time x-github-event x-github-delivery x-gitlab-event x-gitea-event'
).split(' ');

/** As a file. */
export function encode({ body, ...about }: Parcel): Buffer {
  return Buffer.concat([Buffer.from(`${JSON.stringify(about)}\n`), body]);
}

/** From a file. @returns undefined when it is none of ours. */
export function decode(file: Buffer): Parcel | undefined {
  const end = file.indexOf(0x0a);
  if (end < 0) return undefined;
  try {
    const about = JSON.parse(file.subarray(0, end).toString('utf8')) as Omit<Parcel, 'body'>;
    const whole =
      [about.key, about.at, about.method, about.target].every((field) => typeof field === 'string') &&
      about.target.startsWith('/') &&
      typeof about.headers === 'object';
    return whole ? { ...about, body: file.subarray(end + 1) } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Path and query without keys of a bridge: the forwarder shows its own.
 *
 * @returns undefined for what is no path, such as the whole URL that a proxy is asked for.
 */
export function targetOf(requestTarget: string): string | undefined {
  if (!requestTarget.startsWith('/')) return undefined;
  const [path = '', ...rest] = requestTarget.split('?');
  const clean = path
    .split('/')
    .filter((segment) => !segment.startsWith('pr_'))
    .join('/');
  const query = rest.join('?');
  const said = new URLSearchParams(query);
  const kept = withoutCredentials(said);
  // What holds no key stays as it was written.
  const text = kept.size === said.size ? query : kept.toString();
  return text === '' ? clean : `${clean}?${text}`;
}
