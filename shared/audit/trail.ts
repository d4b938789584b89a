/**
 * The audit trail in its table. A door.
 *
 * What a known caller was refused, and every change, is written before the answer goes out, as long as storage is quick about it;
 * what strangers are refused, and what a known caller is refused all the time, is counted in memory and written every few seconds.
 * So a flood of wrong keys costs a handful of writes, and nothing that is accepted waits for the trail. What cannot be written is kept and
 * tried again; the log has a line of everything, written or not.
 */
import { odata, type TableClient, type TransactionAction } from '@azure/data-tables';
import type { Clock } from '../platform/clock.ts';
import { describeError, type Log } from '../platform/log.ts';
import { inTable, isMissing } from '../platform/table.ts';
import type { AuditEvent, Change, Refusal } from './event.ts';
import type { AuditQuery } from './query.ts';
import { eventId, eventOf, keysOf, rowOf, span, timeOf } from './row.ts';
import { createTally } from './tally.ts';

/** A page of events, newest first. */
export interface AuditPage {
  readonly events: readonly AuditEvent[];
  /** The cursor of the next page; absent when this is the last. */
  readonly next?: string;
}

/** The trail. */
export interface AuditTrail {
  /** Records a refusal. Never throws. */
  refused(refusal: Refusal): Promise<void>;
  /** Records a change that was made. Never throws. */
  changed(change: Change): Promise<void>;
  /** Reads. @throws RestError when storage cannot be reached. */
  list(query: AuditQuery): Promise<AuditPage>;
  /** Writes what is in memory. Never throws. */
  flush(): Promise<void>;
  /** Removes what happened before a time, some ten thousand at most. @returns how many. @throws RestError */
  removeBefore(time: Date): Promise<number>;
}

/** How long counts stay in memory, in milliseconds. */
const flushAfter = 5000;

/** How long an answer waits for its event to be written, in milliseconds. */
const patience = 2000;

/** How many refusals of a caller are written one by one in a minute. */
const singles = 30;

/** Most events that wait for storage to come back. */
const mostWaiting = 1000;

/** What a transaction takes. */
const batchSize = 100;

/** Most rows that a pass of housekeeping removes. */
const mostRemoved = 10_000;

/** @param parts `newId`: unique in its first 8 characters, hexadecimal. */
export function openAuditTrail(parts: {
  readonly client: TableClient;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
}): AuditTrail {
  const { client, clock, log, newId } = parts;
  const tally = createTally();
  const waiting = new Map<string, AuditEvent>();
  let spent = new Map<string, number>();
  let minute = 0;
  let timer: NodeJS.Timeout | undefined;
  let flushing = Promise.resolve();

  const flushSoon = () => {
    timer ??= setTimeout(() => void flush(), flushAfter).unref();
  };

  const keep = (events: readonly AuditEvent[]) => {
    for (const event of events) waiting.set(event.id, event);
    let lost = 0;
    for (const id of waiting.keys()) {
      if (waiting.size <= mostWaiting) break;
      waiting.delete(id);
      lost++;
    }
    if (lost > 0) log('error', 'audit.lost', { count: lost });
    if (waiting.size > 0) flushSoon();
  };

  const writeAll = async (): Promise<void> => {
    const events = [...waiting.values(), ...tally.take(clock.now())];
    waiting.clear();
    const unwritten = new Map(events.map((event) => [event.id, event]));
    try {
      const days = Map.groupBy(unwritten.values(), ({ id }) => keysOf(id).partitionKey);
      for (const day of days.values()) {
        for (let i = 0; i < day.length; i += batchSize) {
          const batch = day.slice(i, i + batchSize);
          await put(client, batch);
          for (const { id } of batch) unwritten.delete(id);
        }
      }
    } catch (error) {
      log('error', 'audit.not-written', { count: unwritten.size, error: describeError(error) });
      keep([...unwritten.values()]);
    }
  };

  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    // One after the other: two at once could write an older count over a newer one.
    flushing = flushing.then(writeAll);
    return flushing;
  };

  const write = async (event: AuditEvent): Promise<void> => {
    const writing = put(client, [event]).catch((error: unknown) => {
      log('error', 'audit.not-written', { count: 1, error: describeError(error) });
      keep([event]);
    });
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const limit = setTimeout(resolve, patience);
    await Promise.race([writing, late]);
    clearTimeout(limit);
  };

  /** Whether a caller has been refused so often in this minute that its refusals are only counted. */
  const isFlood = (name: string, now: Date): boolean => {
    const thisMinute = Math.floor(now.getTime() / 60_000);
    if (thisMinute !== minute) [minute, spent] = [thisMinute, new Map()];
    const before = spent.get(name) ?? 0;
    spent.set(name, before + 1);
    return before >= singles;
  };

  return {
    async refused(refusal) {
      const now = clock.now();
      const { actor } = refusal;
      if (actor.name === undefined || isFlood(`${actor.kind} ${actor.name}`, now)) {
        // A line for each of a flood would be another flood: the first, and then the counts.
        if (tally.count(refusal, now, newId())) logRefusal(log, refusal);
        flushSoon();
        return;
      }
      logRefusal(log, refusal);
      await write({ kind: 'refusal', ...refusal, id: eventId(now, newId()), at: now, count: 1 });
    },

    async changed(change) {
      const now = clock.now();
      logChange(log, change);
      await write({ kind: 'change', count: 1, ...change, id: eventId(now, newId()), at: now });
    },

    async list({ limit, ...query }) {
      const events: AuditEvent[] = [];
      for await (const row of rows(client, filterOf(query), limit + 1)) {
        if (events.push(eventOf(row)) > limit) break;
      }
      const page = events.slice(0, limit);
      const next = events.length > limit ? page.at(-1)?.id : undefined;
      return { events: page, ...(next === undefined ? {} : { next }) };
    },

    flush,

    async removeBefore(time) {
      let removed = 0;
      let batch: { partitionKey: string; rowKey: string }[] = [];
      const removeBatch = async () => {
        if (batch.length > 0) await remove(client, batch);
        removed += batch.length;
        batch = [];
      };
      for await (const row of rows(client, filterOf({ until: time }), 1000, ['PartitionKey', 'RowKey'])) {
        const { partitionKey = '', rowKey = '' } = row as { partitionKey?: string; rowKey?: string };
        if (batch.length === batchSize || batch[0]?.partitionKey !== partitionKey) await removeBatch();
        if (removed >= mostRemoved) return removed;
        batch.push({ partitionKey, rowKey });
      }
      await removeBatch();
      return removed;
    },
  };
}

/** Writes events of one day, whatever stood in their places. */
async function put(client: TableClient, events: readonly AuditEvent[]): Promise<void> {
  const [only, second] = events;
  if (only && !second) {
    await inTable(client, () => client.upsertEntity(rowOf(only), 'Replace'));
    return;
  }
  const actions = events.map((event): TransactionAction => ['upsert', rowOf(event), 'Replace']);
  await inTable(client, () => client.submitTransaction(actions));
}

/** Removes rows of one day. When somebody else does the same, what that leaves is for the next pass. */
async function remove(
  client: TableClient,
  batch: readonly { readonly partitionKey: string; readonly rowKey: string }[],
): Promise<void> {
  try {
    await client.submitTransaction(batch.map((row): TransactionAction => ['delete', row]));
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

async function* rows(
  client: TableClient,
  filter: string,
  pageSize: number,
  select?: string[],
): AsyncGenerator<Record<string, unknown>> {
  try {
    const queryOptions = { ...(filter ? { filter } : {}), ...(select ? { select } : {}) };
    const pages = client.listEntities({ queryOptions }).byPage({ maxPageSize: Math.min(pageSize, 1000) });
    for await (const page of pages) yield* page;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

function filterOf({ since, until, who, rule, source, kind, cursor }: Omit<AuditQuery, 'limit'>): string {
  const { from, to } = span(since, until);
  const behind = cursor !== undefined && timeOf(cursor) ? keysOf(cursor) : undefined;
  return [
    from && odata`PartitionKey ge ${from.partition} and RowKey ge ${from.row}`,
    to && odata`PartitionKey le ${to.partition} and RowKey le ${to.row}`,
    behind && odata`PartitionKey ge ${behind.partitionKey} and RowKey gt ${behind.rowKey}`,
    who !== undefined && odata`who eq ${who}`,
    rule !== undefined && odata`rule eq ${rule}`,
    source !== undefined && odata`source eq ${source}`,
    kind !== undefined && odata`kind eq ${kind}`,
  ]
    .filter((part) => part !== undefined && part !== false)
    .join(' and ');
}

const whose = ({ kind, name, keyId }: Refusal['actor']) => ({
  ...(name !== undefined && kind === 'submitter' ? { submitter: name } : {}),
  ...(name !== undefined && kind !== 'submitter' ? { operator: name } : {}),
  ...(keyId === undefined ? {} : { keyId }),
});

function logRefusal(log: Log, { actor, source, method, path, rule }: Refusal): void {
  log('info', 'request.refused', {
    code: rule,
    ...whose(actor),
    ...(source === undefined ? {} : { source }),
    method,
    path,
  });
}

/** The kind of the entry alone: its name may be an address. */
function logChange(log: Log, { actor, source, action, entry }: Change): void {
  const [kind = ''] = entry.split('/');
  log('info', `audit.${action}`, {
    entry: kind,
    ...whose(actor),
    ...(source === undefined ? {} : { source }),
  });
}
