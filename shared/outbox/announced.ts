/**
 * The table of messages for an outbox whose submitters want to be told: every event is rung for before it is written.
 */
import type { MessageEvent } from '../reporting/event.ts';
import type { Announcer } from '../reporting/webhook-announcer.ts';
import type { MessageRecord, Records } from './record.ts';

/** Wraps the writes that add events; everything else stays as it is. */
export function announced(records: Records, announce: Announcer): Records {
  const announceAll = async (news: readonly News[]): Promise<boolean> => {
    const rung = await Promise.all(news.map(({ record, events }) => announce(record, events)));
    return rung.every(Boolean);
  };
  const around = async <T>(news: readonly News[], write: () => Promise<T>): Promise<T> => {
    const rung = await announceAll(news);
    const result = await write();
    // Also when somebody else was first: an event that does not stand in the row is told to nobody.
    if (!rung) await announceAll(news);
    return result;
  };
  return {
    ...records,
    insert: (record, content) =>
      around([{ record, events: record.events }], () => records.insert(record, content)),
    insertAll: (rows) =>
      around(
        rows.map(({ record }) => ({ record, events: record.events })),
        () => records.insertAll(rows),
      ),
    update: (record, change, purge) =>
      around([{ record, events: added(record.events, change.events) }], () =>
        records.update(record, change, purge),
      ),
  };
}

/** Events that are about to be written into a record. */
interface News {
  readonly record: MessageRecord;
  readonly events: readonly MessageEvent[];
}

/** The events of a change that the record has not; `append` may have dropped some from the middle. */
const added = (
  before: readonly MessageEvent[],
  after: readonly MessageEvent[] = [],
): readonly MessageEvent[] => after.filter((event) => !before.includes(event));
