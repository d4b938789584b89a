/** What the three services have in common: a request as they see it, an answer, and how they change their state. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Operation } from './operation.ts';
import type { Refusal } from './refusal.ts';

/** A request that was understood, allowed, and read to its end. */
export interface Call {
  readonly operation: Operation;
  /** See `Target.resource`. */
  readonly resource: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** `http://127.0.0.1:10002/devstoreaccount1`: for answers that hold addresses. */
  readonly account: string;
  /** Whether a fault wants the message at hand to be delivered a second time. */
  readonly doubles: () => boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | Buffer;
}

/**
 * State that is built from changes alone: `apply` must come to the same state whenever it is given the same changes, and must
 * not refuse any. What may be changed was decided before the change was written down.
 */
export interface Service<C> {
  /** `commit` applies a change and writes it into the journal. Decides and commits in one turn of the event loop. */
  handle(call: Call, commit: (change: C) => void): Answer | Refusal;
  apply(change: C): void;
}

/** What a service does for each of its operations. */
export type Doers = Partial<Record<Operation, () => Answer | Refusal>>;

/** Names of queues and containers: 3 to 63 lower-case letters, digits and single hyphens. */
export const isResourceName = (name: string): boolean => /^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name);

/** A whole number in a query; undefined when it is absent, NaN when it is something else. */
export function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  return text === null ? undefined : /^-?\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
}
