/**
 * The entry of the events queue: a doorbell that says of which event of which message somebody is to be told.
 */
import { decodeEntry } from '../platform/queue.ts';
import type { EventName } from './webhook-event.ts';
import type { MessageEvent } from './event.ts';

/** Version 1. */
export interface WebhookEntry extends EventName {
  readonly v: 1;
  /** Id of the message's row. */
  readonly message: string;
  /** The endpoint to tell; absent until it has been seen that the event stands in the row. */
  readonly endpoint?: string;
  /** From 1: the look at the row while there is no endpoint, then the attempt to tell it. */
  readonly attempt: number;
}

/**
 * Reads what the trigger hands over.
 *
 * @returns undefined when it is no entry of a version we know.
 */
export function readWebhookEntry(value: unknown): WebhookEntry | undefined {
  const { v, message, at, event, endpoint, attempt } = decodeEntry(value) ?? {};
  const known =
    v === 1 &&
    [message, at, event].every((field) => typeof field === 'string') &&
    ['string', 'undefined'].includes(typeof endpoint) &&
    Number.isInteger(attempt);
  if (!known) return undefined;
  return {
    v,
    message: message as string,
    at: at as string,
    event: event as MessageEvent['event'],
    ...(endpoint === undefined ? {} : { endpoint: endpoint as string }),
    attempt: attempt as number,
  };
}
