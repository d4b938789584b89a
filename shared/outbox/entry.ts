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
interface SingleEntry {
  readonly v: 1;
  /** Id of the message's row. */
  readonly message: string;
}

/** Version 2: one doorbell for several messages of one partition, which were submitted together. */
export interface BatchEntry {
  readonly v: 2;
  /** Ids of their rows, at most 100. */
  readonly messages: readonly string[];
}

/** A doorbell. */
export type OutboxEntry = SingleEntry | BatchEntry;

/**
 * Reads what the trigger hands over.
 *
 * @returns undefined when it is no entry of a version we know.
 */
export function readEntry(value: unknown): OutboxEntry | undefined {
  const { v, message, messages } = decodeEntry(value) ?? {};
  if (v === 1 && typeof message === 'string') return { v, message };
  return v === 2 && isTexts(messages) ? { v, messages } : undefined;
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');
