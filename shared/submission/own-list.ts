/**
 * `GET /emails`: which of a submitter's messages are asked for, and how each is shown: Resend's field names, without the timeline.
 */
import type { ListedMessage } from '../outbox/ledger.ts';
import { refuse, ok, type Fault, type Result } from '../platform/problem.ts';
import { statusView, type StatusView } from '../reporting/status.ts';

/** A page that is asked for. */
export interface ListQuery {
  readonly limit: number;
  /** Id of a message that the page follows. */
  readonly from?: { readonly id: string; readonly side: 'after' | 'before' };
}

/** An entry. What has no value is null, as Resend has it. */
export type ListEntry = Pick<
  StatusView,
  'id' | 'status' | 'last_event' | 'message_id' | 'from' | 'to' | 'cc' | 'bcc' | 'subject' | 'created_at'
> & { readonly scheduled_at: string | null };

/** What nobody asked for otherwise. */
const usualLimit = 20;

/** Reads the query: `limit` (1 to 100), and `after` or `before`, the id of a message. @returns `invalid-filter`. */
export function readListQuery(query: URLSearchParams): Result<ListQuery> {
  const limit = query.get('limit') ?? String(usualLimit);
  const [after, before] = [query.get('after'), query.get('before')];
  const errors: Fault[] = [];
  const wrong = (name: string, detail: string) => errors.push({ pointer: `#/${name}`, detail });
  if (!/^(?:[1-9]\d?|100)$/.test(limit)) wrong('limit', 'This must be a whole number from 1 to 100.');
  if (after !== null && before !== null) wrong('before', 'Give "after" or "before", not both.');
  for (const name of new Set(query.keys())) {
    if (!['limit', 'after', 'before'].includes(name)) {
      wrong(encodeURIComponent(name), 'Only "limit", "after" and "before" are known here.');
    }
  }
  const [first] = errors;
  if (first) return refuse('invalid-filter', `${first.pointer}: ${first.detail}`, { errors });
  const side = after === null ? 'before' : 'after';
  const id = after ?? before;
  return ok({ limit: Number(limit), ...(id === null ? {} : { from: { id, side } }) });
}

/** Shows one. */
export function listEntry(message: ListedMessage): ListEntry {
  const { id, status, last_event, message_id, from, to, cc, bcc, subject, created_at, scheduled_at } =
    statusView(message);
  return {
    id,
    status,
    last_event,
    message_id,
    from,
    to,
    cc,
    bcc,
    subject,
    created_at,
    scheduled_at: scheduled_at ?? null,
  };
}
