/**
 * The queue message: a doorbell that says which row to look at, nothing more.
 *
 * Versioned, because messages of the old version are still in the queue while a new one is deployed. The names avoid those of
 * the trigger's metadata (`id`, `dequeueCount`, …): top-level members of a JSON queue message overwrite that metadata in the
 * host, so that `{"id": …}` would forge it (webjobs SDK, Utility.ApplyBindingData).
 */

/** Which queue a doorbell goes into: `high` overtakes a backlog of the others, `low` waits behind it. */
export type Priority = 'high' | 'normal' | 'low';

/** Version 1. */
export interface OutboxEntry {
  readonly v: 1;
  /** Id of the message's row. */
  readonly message: string;
}

/** The text put into the queue: JSON in base64, as `host.json` (`messageEncoding: base64`) expects it. */
export function encodeEntry(entry: OutboxEntry): string {
  return Buffer.from(JSON.stringify(entry)).toString('base64');
}

/**
 * Reads what the trigger hands over: the host has decoded the base64 and, where it could, parsed the JSON.
 *
 * @returns undefined when it is no entry of a version we know.
 */
export function readEntry(value: unknown): OutboxEntry | undefined {
  const entry = typeof value === 'string' ? tryJson(value) : value;
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { v, message } = entry as Record<string, unknown>;
  return v === 1 && typeof message === 'string' ? { v, message } : undefined;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
