/**
 * What Discord's webhooks answer (docs.discord.com, "Execute Webhook"): 204 and nothing, or the message where `?wait=true` asks.
 */
import type { Handshake } from '../alert.ts';

type Answer = Handshake['answer'];

/** What was accepted. */
export interface Accepted {
  /** Our id of the message. */
  readonly id: string;
  readonly at: Date;
  readonly content: string;
  /** As they came. */
  readonly embeds?: readonly unknown[];
}

const headers = { 'content-type': 'application/json' };

/**
 * @param message what was accepted.
 * @param wait the value of the query parameter `wait`.
 */
export function accepted(message: Accepted, wait: string | null): Answer {
  if (wait !== 'true' && wait !== '1') return { status: 204, headers: {}, body: '' };
  const body = {
    id: message.id,
    type: 0,
    content: message.content,
    channel_id: '0',
    attachments: [],
    embeds: message.embeds ?? [],
    mentions: [],
    mention_roles: [],
    mention_everyone: false,
    pinned: false,
    tts: false,
    timestamp: message.at.toISOString(),
    edited_timestamp: null,
    flags: 0,
    components: [],
  };
  return { status: 200, headers, body: JSON.stringify(body) };
}

/** Discord's own numbers of errors, by status. */
const codes: Readonly<Record<number, number>> = {
  400: 50006,
  401: 50027,
  403: 50013,
  404: 10015,
  413: 40005,
};

/**
 * A refusal. Discord's clients read the seconds to wait from the body of a 429 as well as from the header.
 *
 * @param status HTTP status code.
 * @param detail what to do.
 * @param retryAfter in seconds.
 */
export function refused(status: number, detail: string, retryAfter?: number): Answer {
  const body =
    status === 429
      ? { message: detail, retry_after: retryAfter ?? 1, global: false }
      : { message: detail, code: codes[status] ?? 0 };
  return {
    status,
    headers: retryAfter === undefined ? headers : { ...headers, 'retry-after': String(retryAfter) },
    body: JSON.stringify(body),
  };
}
