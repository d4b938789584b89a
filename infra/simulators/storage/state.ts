/** The three services and the journal under them: one state, built from one sequence of changes. */
import { Blobs, type BlobChange } from './blobs.ts';
import { noJournal, openJournal, type Journal } from './journal.ts';
import type { StorageService } from './operation.ts';
import { Queues, type QueueChange } from './queues.ts';
import type { Refusal } from './refusal.ts';
import type { Answer, Call } from './service.ts';
import { Tables, type TableChange } from './tables.ts';

/** What a record of the journal holds. */
type Change =
  | readonly [service: 'blob', change: BlobChange]
  | readonly [service: 'queue', change: QueueChange]
  | readonly [service: 'table', change: TableChange];

export interface State {
  /** Does what a call wants. Its answer must not leave before `settled`. */
  handle(service: StorageService, call: Call): Answer | Refusal;
  /** See `Journal.settled`. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** @param file of the journal; without it the state is gone with the process. */
export async function openState(file: string | undefined): Promise<State> {
  const services = { blob: new Blobs(), queue: new Queues(), table: new Tables() };
  const apply = (change: Change): void => {
    if (change[0] === 'blob') services.blob.apply(change[1]);
    else if (change[0] === 'queue') services.queue.apply(change[1]);
    else services.table.apply(change[1]);
  };
  const journal: Journal<Change> = file === undefined ? noJournal : await openJournal<Change>(file, apply);
  const commit = (change: Change): void => {
    apply(change);
    journal.append(change);
  };
  return {
    handle(service, call) {
      if (service === 'blob') return services.blob.handle(call, (change) => commit(['blob', change]));
      if (service === 'queue') return services.queue.handle(call, (change) => commit(['queue', change]));
      return services.table.handle(call, (change) => commit(['table', change]));
    },
    settled: () => journal.settled(),
    close: () => journal.close(),
  };
}
