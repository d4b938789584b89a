/**
 * The queue message: a doorbell that says which row to look at, nothing more.
 *
 * Versioned, because messages of the old version are still in the queue while a new one is deployed. Its form is told in
 * platform/queue.ts.
 */
import { decodeEntry } from '../platform/queue.ts';

/** Which queue a doorbell goes into: `high` overtakes a backlog of the others, `low` waits behind it. */
export type Priority = 'high' | 'normal' | 'low';

/** Version 1. */
export interface OutboxEntry {
  readonly v: 1;
  /** Id of the message's row. */
  readonly message: string;
}

/**
 * Reads what the trigger hands over.
 *
 * @returns undefined when it is no entry of a version we know.
 */
export function readEntry(value: unknown): OutboxEntry | undefined {
  const { v, message } = decodeEntry(value) ?? {};
  return v === 1 && typeof message === 'string' ? { v, message } : undefined;
}
