/** Which mailbox a URL means, and what is wanted of it. */
import { GRAPH, type Refusal } from './errors.ts';
import type { Step } from './faults.ts';

export type Route = RoutedRequest | { readonly ok: false; readonly refusal: Refusal };

/** `step` says what is wanted; the rest is there where it applies. */
export interface RoutedRequest {
  readonly ok: true;
  readonly user: string;
  readonly step: Step;
  /** The id in `/messages/{id}`. */
  readonly message?: string;
  /** The id or name in `/mailFolders/{id}`. */
  readonly folder?: string;
  /** What comes below the message: `attachments`, or `createUploadSession` under it. */
  readonly part?: 'attachments' | 'session';
  readonly query: URLSearchParams;
}

/** Paths below `/users/{id}`, in lower case: `*` is any id, `@` the folder's. */
const PATHS: Readonly<Record<string, Readonly<Record<string, Step>>>> = {
  sendmail: { POST: 'sendMail' },
  'microsoft.graph.sendmail': { POST: 'sendMail' },
  messages: { POST: 'createDraft', GET: 'read' },
  'messages/*': { GET: 'read', DELETE: 'delete' },
  'messages/*/send': { POST: 'send' },
  'messages/*/attachments': { POST: 'attachment', GET: 'read' },
  'messages/*/attachments/createuploadsession': { POST: 'attachment' },
  'mailfolders/@/messages': { GET: 'read' },
};

/**
 * Reads `/v1.0/users/{id}/…`. An id is one percent-encoded segment: a guest's name holds `#EXT#`, and a plus sign is a
 * plus sign, unlike in a query.
 */
export function readRoute(method: string, url: string): Route {
  const [path = ''] = url.split('?', 1);
  let decoded: string[];
  try {
    decoded = path
      .split('/')
      .slice(1)
      .map((segment) => decodeURIComponent(segment));
  } catch {
    return { ok: false, refusal: GRAPH.badPath };
  }
  const [version, collection = '', user = '', ...rest] = decoded;
  if (version !== 'v1.0' && version !== 'beta')
    return { ok: false, refusal: GRAPH.unknownSegment(version ?? '') };
  if (collection === 'me') return { ok: false, refusal: GRAPH.delegatedOnly };
  if (collection !== 'users') return { ok: false, refusal: GRAPH.unknownSegment(collection) };
  const [kind = '', id, ...below] = rest.map((segment, index) =>
    index === 1 ? segment : segment.toLowerCase(),
  );
  const holder = kind === 'mailfolders' ? '@' : '*';
  const pattern = [kind, ...(id === undefined ? [] : [holder]), ...below].join('/');
  const methods = Object.hasOwn(PATHS, pattern) ? PATHS[pattern] : undefined;
  if (user === '' || methods === undefined || id === '')
    return { ok: false, refusal: GRAPH.unknownSegment(rest.at(-1) ?? '') };
  const step = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (step === undefined) return { ok: false, refusal: GRAPH.methodNotAllowed };
  return {
    ok: true,
    user,
    step,
    query: new URLSearchParams(url.slice(path.length)),
    ...(id === undefined ? {} : { [kind === 'mailfolders' ? 'folder' : 'message']: id }),
    ...(below[0] === 'attachments' ? { part: below.length > 1 ? 'session' : 'attachments' } : {}),
  };
}
