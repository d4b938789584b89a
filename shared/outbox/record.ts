/**
 * The ledger row of a message: who, what state, what happened, and (while small) the content. A door.
 *
 * Every change is one write guarded by the row's ETag, so that of two workers one wins and the other finds out. The row is the
 * truth; the queue only says "look".
 */
import type { TableClient, TableEntityResult, TransactionAction } from '@azure/data-tables';
import { partitionOf } from '../platform/id.ts';
import { inTable, isMissing, statusOf } from '../platform/table.ts';
import { terminalStates, type MessageEvent, type State } from '../reporting/event.ts';
import { follow } from '../reporting/transitions.ts';
import type { Summary } from '../reporting/status.ts';
import { jsonColumn, readJsonColumn } from './column.ts';
import type { StoredContent } from './content.ts';
import type { Priority } from './entry.ts';

/** What later attempts must know of earlier ones. */
export interface Progress {
  /** Addresses that have not been served yet; absent while that is all of them. */
  readonly pending?: readonly string[];
  /** True once some recipient has been served. */
  readonly served?: boolean;
  /** True once an attempt may have sent it and nobody could look. */
  readonly maybeSent?: true;
  /** The attempt whose outcome nobody knows; see delivery/doubt.ts. */
  readonly doubt?: { readonly at: string; readonly transport: 'graph' | 'smtp'; readonly mailbox: string };
  /** A draft that stands in a mailbox: its immutable id and whose it is. */
  readonly draft?: { readonly id: string; readonly mailbox: string };
}

/** The row without its content. */
export interface MessageRecord {
  readonly id: string;
  readonly state: State;
  readonly submitter: string;
  /** `test`: it is not sent. `redirect`: its content goes to one address instead. Absent: it is sent as it was submitted. */
  readonly mode?: 'test' | 'redirect';
  /** The sender's mailbox, whose routes it takes. */
  readonly mailbox: string;
  readonly priority: Priority;
  /** Message-ID with angle brackets. */
  readonly messageId: string;
  readonly onUnknown: 'retry' | 'hold';
  readonly acceptedAt: Date;
  /** Not to be tried before this. */
  readonly dueAt: Date;
  /** When the sweep rings for it if it has not moved by then. */
  readonly sweepAt: Date;
  /** Not to be sent after this. */
  readonly expiresAt: Date;
  /** Attempts made that count. */
  readonly attempt: number;
  /** In a terminal state: since when. A replayed message keeps its last one. */
  readonly endedAt?: Date;
  /** While `sending`: when the worker's claim lapses unless it is renewed. */
  readonly leaseUntil?: Date;
  readonly progress: Progress;
  readonly events: readonly MessageEvent[];
  readonly summary: Summary;
  /** What its submitter calls it and others together by, to take them back. */
  readonly batch?: string;
  /** With an idempotency key: SHA-256 of the request, base64url. */
  readonly fingerprint?: string;
  /** With an idempotency key: tells the request that wrote the row from others that came in the same millisecond. */
  readonly writer?: string;
}

/** A record as read, with what is needed to change it. */
export interface HeldRecord extends MessageRecord {
  readonly etag: string;
  /** Undefined once the content has been purged. */
  readonly content?: StoredContent;
}

/** The fields that change as a message moves. Its state, and when it ended, follow from its events. */
export type Change = Partial<
  Pick<MessageRecord, 'dueAt' | 'sweepAt' | 'expiresAt' | 'attempt' | 'leaseUntil' | 'progress' | 'events'>
>;

/** What became of an insert. */
export type Inserted =
  | { readonly kind: 'written'; readonly record: HeldRecord }
  /** The row that is there already. */
  | { readonly kind: 'existing'; readonly record: HeldRecord };

/** The table of messages. Methods reject with RestError when storage cannot be reached. */
export interface Records {
  /** Writes the row, unless there is one under the same id. */
  insert(record: MessageRecord, content: StoredContent): Promise<Inserted>;
  /**
   * Writes rows of one partition in one transaction: all or none. At most 100, together at most 4 MiB.
   *
   * @returns false when there is a row under one of the ids already; nothing was written then.
   */
  insertAll(rows: readonly { record: MessageRecord; content: StoredContent }[]): Promise<boolean>;
  /** Reads a row; undefined when there is none or the id is none. */
  get(id: string): Promise<HeldRecord | undefined>;
  /** Reads the rows of a batch, whose ids lie together in one partition; missing ones are left out. */
  getAll(ids: readonly string[]): Promise<HeldRecord[]>;
  /**
   * Moves a row on if nobody else has since it was read.
   *
   * @param purge drops the content from the row as well.
   * @returns the row as it now stands, or undefined when somebody else was first.
   * @throws TypeError when reporting/transitions.ts does not allow the events.
   */
  update(record: HeldRecord, change: Change, purge?: boolean): Promise<HeldRecord | undefined>;
}

/** Opens the table; it is created the first time it turns out to be missing. */
export function openRecords(client: TableClient): Records {
  return {
    async insert(record, content) {
      try {
        const { etag = '' } = await inTable(client, () => client.createEntity(newRow(record, content)));
        return { kind: 'written', record: { ...record, content, etag } };
      } catch (error) {
        if (statusOf(error) !== 409) throw error;
        const existing = await this.get(record.id);
        // It was there, and somebody has purged it meanwhile.
        if (!existing) throw error;
        return { kind: 'existing', record: existing };
      }
    },

    async insertAll(rows) {
      try {
        const actions = rows.map(({ record, content }): TransactionAction => [
          'create',
          newRow(record, content),
        ]);
        await inTable(client, () => client.submitTransaction(actions));
        return true;
      } catch (error) {
        if (statusOf(error) !== 409) throw error;
        return false;
      }
    },

    async getAll(ids) {
      const sorted = ids.toSorted();
      const [first = '', last = ''] = [sorted[0], sorted.at(-1)];
      const range = `RowKey ge '${first}' and RowKey le '${last}'`;
      const wanted = new Set(ids);
      const rows = await Array.fromAsync(select(client, partitionOf(first) ?? '', range));
      return rows.filter(({ id }) => wanted.has(id));
    },

    async get(id) {
      const partitionKey = partitionOf(id);
      if (partitionKey === undefined) return undefined;
      try {
        return readRow(await client.getEntity(partitionKey, id));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },

    async update(record, change, purge = false) {
      const moved = change.events ? movedBy(record, change.events) : {};
      const next = { ...record, ...change, ...moved };
      const { content, ...rest } = next;
      const key = { partitionKey: partitionOf(record.id) ?? '', rowKey: record.id };
      try {
        const answer = purge
          ? await client.updateEntity({ ...key, ...columns(rest) }, 'Replace', { etag: record.etag })
          : await client.updateEntity({ ...key, ...changedColumns(next, { ...change, ...moved }) }, 'Merge', {
              etag: record.etag,
            });
        const kept = purge || !content ? rest : { ...rest, content };
        return { ...kept, etag: answer.etag ?? '' };
      } catch (error) {
        if (statusOf(error) === 412 || isMissing(error)) return undefined;
        throw error;
      }
    },
  };
}

/** The state that new events lead to, and the time of the end if this is one. */
function movedBy(record: MessageRecord, events: readonly MessageEvent[]): { state: State; endedAt?: Date } {
  const state = follow(record.state, record.events, events);
  const last = events.at(-1);
  if (!last || state === record.state || !terminalStates.includes(state)) return { state };
  return { state, endedAt: new Date(last.at) };
}

async function* select(
  client: TableClient,
  partition: string,
  condition: string,
): AsyncGenerator<HeldRecord> {
  const filter = `PartitionKey eq '${partition}' and ${condition}`;
  try {
    for await (const row of client.listEntities({ queryOptions: { filter } })) yield readRow(row);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

const newRow = (record: MessageRecord, content: StoredContent) => ({
  partitionKey: partitionOf(record.id) ?? '',
  rowKey: record.id,
  ...columns(record),
  ...contentColumns(content),
});

const columns = (record: MessageRecord) => ({
  version: 1,
  state: record.state,
  submitter: record.submitter,
  ...(record.mode === undefined ? {} : { mode: record.mode }),
  mailbox: record.mailbox,
  messageId: record.messageId,
  onUnknown: record.onUnknown,
  acceptedAt: record.acceptedAt,
  dueAt: record.dueAt,
  sweepAt: record.sweepAt,
  expiresAt: record.expiresAt,
  attempt: record.attempt,
  priority: record.priority,
  progress: jsonColumn(record.progress),
  ...(record.leaseUntil ? { leaseUntil: record.leaseUntil } : {}),
  ...(record.endedAt ? { endedAt: record.endedAt } : {}),
  events: jsonColumn(record.events),
  summary: jsonColumn(record.summary),
  ...(record.batch === undefined ? {} : { batch: record.batch }),
  ...(record.fingerprint === undefined ? {} : { fingerprint: record.fingerprint }),
  ...(record.writer === undefined ? {} : { writer: record.writer }),
});

/** Only what changed: a Merge leaves the content where it is without sending it again. */
function changedColumns(next: MessageRecord, change: object): Record<string, unknown> {
  const all: Record<string, unknown> = columns(next);
  return Object.fromEntries(Object.keys(change).map((name) => [name, all[name]]));
}

/** A binary property holds 64 KiB at most, so content is cut into columns c0, c1, … */
const columnSize = 64 * 1024;

function contentColumns(content: StoredContent): Record<string, unknown> {
  const { at, size } = content;
  if (at === 'blob') return { contentAt: at, contentSize: size, contentName: content.name };
  const parts: Record<string, Uint8Array> = {};
  for (let offset = 0, i = 0; offset < content.bytes.length; offset += columnSize, i++) {
    parts[`c${i}`] = content.bytes.subarray(offset, offset + columnSize);
  }
  return { contentAt: at, contentSize: size, compressed: content.compressed, ...parts };
}

function readContent(row: Record<string, unknown>): StoredContent | undefined {
  const size = Number(row['contentSize']);
  if (row['contentAt'] === 'blob') return { at: 'blob', size, name: String(row['contentName']) };
  if (row['contentAt'] !== 'row') return undefined;
  const parts: Uint8Array[] = [];
  for (let i = 0; row[`c${i}`] instanceof Uint8Array; i++) parts.push(row[`c${i}`] as Uint8Array);
  const bytes = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
  return { at: 'row', bytes, compressed: row['compressed'] === true, size };
}

/** Reads a row, or what was selected of it. */
export function readRow(row: TableEntityResult<Record<string, unknown>>): HeldRecord {
  const content = readContent(row);
  const text = (name: string) => row[name] as string;
  const time = (name: string) => row[name] as Date;
  return {
    id: text('rowKey'),
    state: text('state') as State,
    submitter: text('submitter'),
    ...(row['mode'] === undefined ? {} : { mode: row['mode'] === 'test' ? 'test' : 'redirect' }),
    mailbox: text('mailbox'),
    messageId: text('messageId'),
    onUnknown: row['onUnknown'] === 'hold' ? 'hold' : 'retry',
    acceptedAt: time('acceptedAt'),
    dueAt: time('dueAt'),
    sweepAt: time('sweepAt'),
    expiresAt: time('expiresAt'),
    attempt: Number(row['attempt']),
    // Rows written before there were priorities.
    priority: row['priority'] === undefined ? 'normal' : (text('priority') as Priority),
    progress: row['progress'] === undefined ? {} : (readJsonColumn(row['progress']) as Progress),
    ...(row['leaseUntil'] ? { leaseUntil: time('leaseUntil') } : {}),
    ...(row['endedAt'] ? { endedAt: time('endedAt') } : {}),
    events: readJsonColumn(row['events']) as MessageEvent[],
    summary: readJsonColumn(row['summary']) as Summary,
    ...(row['batch'] === undefined ? {} : { batch: text('batch') }),
    ...(row['fingerprint'] === undefined ? {} : { fingerprint: text('fingerprint') }),
    ...(row['writer'] === undefined ? {} : { writer: text('writer') }),
    etag: row.etag,
    ...(content ? { content } : {}),
  };
}
