/** Which mailbox a URL means. */
import { GRAPH, type Refusal } from './errors.ts';

export type Route =
  | { readonly ok: true; readonly user: string }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * Reads `POST /v1.0/users/{id}/sendMail`. The id is one percent-encoded segment: a guest's name holds `#EXT#`, and a
 * plus sign is a plus sign, unlike in a query.
 */
export function readRoute(method: string, url: string): Route {
  const [path = ''] = url.split('?', 1);
  const segments = path.split('/').slice(1);
  let decoded: string[];
  try {
    decoded = segments.map((segment) => decodeURIComponent(segment));
  } catch {
    return { ok: false, refusal: GRAPH.badPath };
  }
  const [version, collection = '', user = '', action = '', ...rest] = decoded;
  if (version !== 'v1.0' && version !== 'beta')
    return { ok: false, refusal: GRAPH.unknownSegment(version ?? '') };
  if (collection === 'me') return { ok: false, refusal: GRAPH.delegatedOnly };
  if (collection !== 'users') return { ok: false, refusal: GRAPH.unknownSegment(collection) };
  const isSendMail = ['sendmail', 'microsoft.graph.sendmail'].includes(action.toLowerCase());
  if (user === '' || !isSendMail || rest.length > 0)
    return { ok: false, refusal: GRAPH.unknownSegment(action) };
  if (method !== 'POST') return { ok: false, refusal: GRAPH.methodNotAllowed };
  return { ok: true, user };
}
