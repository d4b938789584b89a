/**
 * What an ntfy server answers to a publication (docs.ntfy.sh, "Publishing" and "JSON message format").
 */
import type { Handshake } from '../alert.ts';

type Answer = Handshake['answer'];

/** What was accepted. */
export interface Accepted {
  /** Our id of the message. */
  readonly id: string;
  readonly at: Date;
  /** The topic that was published to. */
  readonly topic: string;
  readonly message: string;
  readonly title?: string;
  /** 1 to 5. */
  readonly priority?: number;
  readonly tags?: readonly string[];
  readonly click?: string;
}

const headers = { 'content-type': 'application/json' };

/** 200 with the message. ntfy leaves out what was not given. */
export function accepted(message: Accepted): Answer {
  const { title, priority, tags, click } = message;
  const body = {
    id: message.id,
    time: Math.floor(message.at.getTime() / 1000),
    event: 'message',
    topic: message.topic,
    ...(title ? { title } : {}),
    message: message.message,
    ...(priority === undefined ? {} : { priority }),
    ...(tags?.length ? { tags } : {}),
    ...(click ? { click } : {}),
  };
  return { status: 200, headers, body: `${JSON.stringify(body)}\n` };
}

/**
 * A refusal as ntfy words it. Its own codes are the status with two digits more.
 *
 * @param status HTTP status code; 429 makes ntfy's clients wait.
 * @param detail what to do.
 * @param retryAfter in seconds.
 */
export function refused(status: number, detail: string, retryAfter?: number): Answer {
  return {
    status,
    headers: retryAfter === undefined ? headers : { ...headers, 'retry-after': String(retryAfter) },
    body: `${JSON.stringify({ code: status * 100 + 1, http: status, error: detail })}\n`,
  };
}

/** `GET /v1/health`. */
export const health: Answer = { status: 200, headers, body: JSON.stringify({ healthy: true }) };
