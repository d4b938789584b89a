/**
 * The messages of one submitter, newest first.
 *
 * Nothing in storage stands in that order: rows lie in sixteen partitions, by the time in their ids, and those that had a key stand
 * in no order at all. So a span of time is looked at that ends where the page begins; it is widened until it holds enough and
 * narrowed when it holds more than the service tells at once. A page costs at least 32 questions, and never more than `mostLooks`
 * times as many, however many messages there are.
 */
import { partitions } from '../platform/id.ts';
import type { ListedMessage, OwnRow } from './ledger.ts';
import type { Outbox } from './outbox.ts';

/** A page of the list. */
export interface OwnPage {
  readonly messages: readonly ListedMessage[];
  /** Whether there are more in the direction that was asked for. */
  readonly more: boolean;
}

/** What is asked for. */
export interface OwnQuery {
  readonly submitter: string;
  readonly limit: number;
  /** The page follows this message: older ones for `after`, newer ones for `before`. Neither: the newest. */
  readonly from?: { readonly row: OwnRow; readonly side: 'after' | 'before' };
}

const hour = 3_600_000;

/** What is older than this is looked at together. */
const month = 20 * 24 * hour;

/** How often a span is changed. */
const mostLooks = 9;

/**
 * Lists them.
 *
 * @returns undefined when the service would have to look at too many rows.
 * @throws RestError when storage cannot be reached.
 */
export async function listOwn(
  { ledger }: Pick<Outbox, 'ledger'>,
  { submitter, limit, from }: OwnQuery,
  now: Date,
): Promise<OwnPage | undefined> {
  const newer = from?.side === 'before';
  const start = from?.row.acceptedAt ?? now;
  // Clocks of instances differ.
  const latest = now.getTime() + hour;
  const whole = newer ? latest - start.getTime() : start.getTime();
  let [low, high, span] = [0, Infinity, Math.min(hour, whole)];
  for (let look = 0; look < mostLooks; look++) {
    const since = newer ? start : new Date(start.getTime() - span);
    const until = newer ? new Date(start.getTime() + span) : from ? start : new Date(latest);
    const answers = await Promise.all(
      partitions.flatMap((partition) =>
        [true, false].map((keyed) => ledger.own(partition, { submitter, since, until }, keyed)),
      ),
    );
    if (answers.includes('too-far')) return undefined;
    const complete = !answers.includes('too-many');
    const rows = answers.filter((answer) => typeof answer !== 'string').flat();
    const found = rows.filter((row) => !from || isBeyond(row, from.row, newer)).toSorted(order(newer));
    if (complete && (found.length > limit || span >= whole)) return await page(found);
    if (complete) low = span;
    else high = span;
    if (high !== Infinity) span = low === 0 ? high / 24 : Math.sqrt(low * high);
    else span = low < month ? Math.min(low * 24, whole) : whole;
  }
  return undefined;

  async function page(found: readonly OwnRow[]): Promise<OwnPage> {
    const chosen = found.slice(0, limit);
    const messages = await Promise.all(chosen.map(({ id }) => ledger.listed(id)));
    const there = messages.filter((message) => message !== undefined);
    return { messages: newer ? there.toReversed() : there, more: found.length > limit };
  }
}

const compare = (one: OwnRow, other: OwnRow): number =>
  one.acceptedAt.getTime() - other.acceptedAt.getTime() ||
  (one.id < other.id ? -1 : Number(one.id > other.id));

/** Whether a row stands behind another one in the direction of the list. */
const isBeyond = (row: OwnRow, other: OwnRow, newer: boolean): boolean =>
  newer ? compare(row, other) > 0 : compare(row, other) < 0;

const order = (newer: boolean) => (one: OwnRow, other: OwnRow) =>
  newer ? compare(one, other) : compare(other, one);
