/**
 * What a Gotify server answers, so that its clients believe that their message arrived (gotify.net, API documentation).
 */
import type { Handshake } from '../alert.ts';

type Answer = Handshake['answer'];

/** What was accepted. */
export interface Accepted {
  /** Our id of the message. */
  readonly id: string;
  readonly at: Date;
  readonly title?: string;
  readonly message: string;
  /** 0 to 10. */
  readonly priority?: number;
  readonly extras?: Readonly<Record<string, unknown>>;
}

const headers = { 'content-type': 'application/json' };

/** 200 with the message. Gotify counts messages with integers; clients read one, so ours is folded into one. */
export function accepted(message: Accepted): Answer {
  const { title, extras } = message;
  const body = {
    id: numberOf(message.id),
    appid: 1,
    message: message.message,
    title: title ?? '',
    priority: message.priority ?? 0,
    ...(extras === undefined ? {} : { extras }),
    date: message.at.toISOString(),
  };
  return { status: 200, headers, body: JSON.stringify(body) };
}

/**
 * A refusal as Gotify words it.
 *
 * @param status HTTP status code, e.g. 401.
 * @param title the reason in short, e.g. `Unauthorized`.
 * @param detail what to do.
 */
export function refused(status: number, title: string, detail: string): Answer {
  return {
    status,
    headers,
    body: JSON.stringify({ error: title, errorCode: status, errorDescription: detail }),
  };
}

/** `GET /health`: clients and uptime checks look here before they send. */
export const health: Answer = {
  status: 200,
  headers,
  body: JSON.stringify({ health: 'green', database: 'green' }),
};

/** `GET /version`: clients ask it when the address of the server is entered. */
export function version(of: string): Answer {
  return { status: 200, headers, body: JSON.stringify({ version: of, commit: '', buildDate: '' }) };
}

/** FNV-1a, 31 bits and never 0: the same id gives the same number. */
function numberOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index++) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  return hash >>> 1 || 1;
}
