/**
 * The log: one JSON object a line, with ids and counts, never an address, a subject or a secret.
 *
 * Application Insights keeps what is written here for months and many people may read it, so a field is only printed if its
 * name is on the list below; anything else is a compile error, not a review comment.
 */

import { masked } from './mask.ts';

/** The levels, least first. */
export const levels = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof levels)[number];

/** What a log line may carry. All of it is safe to show to anyone who operates the bridge. */
export interface LogFields {
  readonly message?: string;
  readonly submitter?: string;
  readonly keyId?: string;
  /** What a sender calls itself; a plain name, see access/carriers.ts. */
  readonly device?: string;
  readonly operator?: string;
  /** Name of a hook. */
  readonly hook?: string;
  readonly code?: string;
  /** Client address of a request. */
  readonly source?: string;
  readonly method?: string;
  /** Template of a path, never the path itself: it may hold a token. */
  readonly path?: string;
  /** Kind of an entry of the register. */
  readonly entry?: string;
  readonly status?: number;
  readonly transport?: string;
  readonly attempt?: number;
  /** Id of a webhook endpoint. */
  readonly endpoint?: string;
  readonly seconds?: number;
  readonly count?: number;
  /** Days left. */
  readonly days?: number;
  /** Messages on their way. */
  readonly waiting?: number;
  /** Seconds that the oldest of them should have been gone. */
  readonly oldestSeconds?: number;
  /** Messages that wait for a person. */
  readonly kept?: number;
  readonly bytes?: number;
  readonly requestId?: string;
  readonly clientRequestId?: string;
  readonly reason?: string;
  /** A defect's stack; never an expected result. */
  readonly error?: string;
}

/** Writes one line. `event` is a fixed, dotted name such as `delivery.relayed`. */
export interface Log {
  (level: Level, event: string, fields?: LogFields): void;
}

/**
 * A log that writes to standard output, where the Functions worker picks it up.
 *
 * @param least lines below this level are dropped.
 */
export function createLog(least: Level, write: (line: string, level: Level) => void = writeToConsole): Log {
  const from = levels.indexOf(least);
  return (level, event, fields) => {
    if (levels.indexOf(level) < from) return;
    write(JSON.stringify({ event, ...fields }, withoutSecrets), level);
  };
}

function writeToConsole(line: string, level: Level): void {
  // The worker maps these to the host's log levels; console.debug is dropped unless the host asks for it.
  if (level === 'error') console.error(line);
  else if (level === 'warn') console.warn(line);
  else if (level === 'info') console.info(line);
  else console.debug(line);
}

/** Every text that is written passes here, whoever put it together. Ids, names and codes have nothing that would be masked. */
const withoutSecrets = (_: string, value: unknown): unknown =>
  typeof value === 'string' ? masked(value) : value;

/** Turns a thrown thing into the text of `error`. */
export function describeError(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return masked(text).slice(0, 4000);
}
