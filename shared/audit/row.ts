/**
 * Audit events as rows. A partition is a day (UTC), counted backwards, and so is the time in the row's key: the table's own order is
 * newest first, over all days, and the id of an event is where it stands.
 */
import { actions, type Actor, type AuditEvent } from './event.ts';

/** A row without the fields of the service. */
export interface AuditRow {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly [column: string]: string | number;
}

/** Ends above all times and all days, so that what is counted backwards keeps its width. */
const [lastTime, lastDay] = [9_999_999_999_999, 99_999];

/** Where events of a time stand, before what tells them apart. */
const timeKey = (at: Date): string => String(lastTime - at.getTime()).padStart(13, '0');

const dayKey = (at: Date): string => String(lastDay - Math.floor(at.getTime() / 86_400_000)).padStart(5, '0');

/** Id of a new event. @param unique tells it from others of the same millisecond. */
export const eventId = (at: Date, unique: string): string => `${timeKey(at)}-${unique.slice(0, 8)}`;

/** The time in an id, or undefined when the text is none. */
export function timeOf(id: string): Date | undefined {
  return /^\d{13}-[0-9a-f]{8}$/.test(id) ? new Date(lastTime - Number(id.slice(0, 13))) : undefined;
}

/** The least and greatest keys of a span of time; `until` is outside. */
export function span(since: Date | undefined, until: Date | undefined) {
  const before = until && new Date(until.getTime() - 1);
  return {
    from: before && { partition: dayKey(before), row: timeKey(before) },
    // `~` comes behind every id.
    to: since && { partition: dayKey(since), row: `${timeKey(since)}~` },
  };
}

/** Keys of the row with an id. */
export const keysOf = (id: string): { readonly partitionKey: string; readonly rowKey: string } => ({
  partitionKey: dayKey(timeOf(id) ?? new Date(0)),
  rowKey: id,
});

/** An event as a row. What is not there has no column. */
export function rowOf(event: AuditEvent): AuditRow {
  const { actor } = event;
  const columns =
    event.kind === 'refusal'
      ? { method: event.method, path: event.path, pointers: event.pointers?.join(' ') }
      : { action: event.action, entry: event.entry, fields: event.fields?.join(' ') };
  const row = {
    ...keysOf(event.id),
    kind: event.kind,
    at: event.at.toISOString(),
    until: event.until?.toISOString(),
    count: event.count,
    actor: actor.kind,
    who: actor.name,
    keyId: actor.keyId,
    source: event.source,
    rule: event.rule,
    ...columns,
  };
  return Object.fromEntries(
    Object.entries(row).filter(([, value]) => value !== undefined),
  ) as unknown as AuditRow;
}

/** Reads a row. */
export function eventOf(row: Readonly<Record<string, unknown>>): AuditEvent {
  const text = (column: string) => (typeof row[column] === 'string' ? row[column] : undefined);
  const words = (column: string) => text(column)?.split(' ');
  const [name, keyId, source, until] = [text('who'), text('keyId'), text('source'), text('until')];
  const [pointers, fields] = [words('pointers'), words('fields')];
  const common = {
    id: text('rowKey') ?? '',
    at: new Date(text('at') ?? 0),
    count: typeof row['count'] === 'number' ? row['count'] : 1,
    ...(until === undefined ? {} : { until: new Date(until) }),
    actor: {
      kind: (text('actor') ?? 'stranger') as Actor['kind'],
      ...(name === undefined ? {} : { name }),
      ...(keyId === undefined ? {} : { keyId }),
    },
    ...(source === undefined ? {} : { source }),
    // The table is written by nobody but us.
    rule: text('rule') as never,
  };
  if (text('kind') === 'refusal') {
    const [method = '', path = ''] = [text('method'), text('path')];
    return { ...common, kind: 'refusal', method, path, ...(pointers ? { pointers } : {}) };
  }
  const action = actions.find((one) => one === text('action')) ?? 'changed';
  return { ...common, kind: 'change', action, entry: text('entry') ?? '', ...(fields ? { fields } : {}) };
}
