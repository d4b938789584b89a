/**
 * Which transport carries a message: the first, in the configured order, that is large enough for it.
 */
import { estimateMimeBytes } from '../message/mime.ts';
import type { Message } from '../message/message.ts';
import type { TransportName } from './transport.ts';

/** What choosing needs to know of a transport. */
interface Limited {
  readonly name: TransportName;
  readonly maxBytes: number;
}

/** The transports' limits without the transports: for a submission to be judged before anything is loaded. */
export const transportLimits = (names: readonly TransportName[]): readonly Limited[] =>
  names.map((name) => ({ name, maxBytes: maxBytes[name] }));

/** Largest request or message, in bytes. */
export const maxBytes: Readonly<Record<TransportName, number>> = {
  // Graph: the whole request (https://learn.microsoft.com/graph/api/user-sendmail; 413 above it).
  graph: 4 * 1024 * 1024,
  // Exchange advertises SIZE 157286400; a mailbox takes 35 MB unless its administrator raised that, and says so itself.
  smtp: 157_286_400,
};

/** A transport, or why there is none. */
export type Choice<T> =
  | { readonly ok: true; readonly transport: T }
  | { readonly ok: false; readonly reason: string };

/** Chooses. Pure: the same message and transports give the same choice. */
export function chooseTransport<T extends Limited>(transports: readonly T[], message: Message): Choice<T> {
  const size = estimateMimeBytes(message);
  const transport = transports.find((candidate) => size <= candidate.maxBytes);
  if (transport) return { ok: true, transport };
  const names = transports.map((limited) => `${limited.name} takes ${limited.maxBytes} bytes`).join(', ');
  return { ok: false, reason: `The message has about ${size} bytes as it would be sent; ${names}.` };
}
