/**
 * The table of messages for an outbox whose submitters want to be told: every event is rung for before it is written.
 */
import type { MessageEvent } from '../reporting/event.ts';
import type { Announcer } from '../reporting/webhook-announcer.ts';
import type { MessageRecord, Records } from './record.ts';

/** Wraps the two writes that add events; everything else stays as it is. */
export function announced(records: Records, announce: Announcer): Records {
  const around = async <T>(
    record: MessageRecord,
    events: readonly MessageEvent[],
    write: () => Promise<T>,
  ): Promise<T> => {
    const rung = await announce(record, events);
    const result = await write();
    // Also when somebody else was first: an event that does not stand in the row is told to nobody.
    if (!rung) await announce(record, events);
    return result;
  };
  return {
    ...records,
    insert: (record, content) => around(record, record.events, () => records.insert(record, content)),
    update: (record, change, purge) =>
      around(record, added(record.events, change.events), () => records.update(record, change, purge)),
  };
}

/** The events of a change that the record has not; `append` may have dropped some from the middle. */
const added = (
  before: readonly MessageEvent[],
  after: readonly MessageEvent[] = [],
): readonly MessageEvent[] => after.filter((event) => !before.includes(event));
