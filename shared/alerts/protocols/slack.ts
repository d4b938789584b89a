/**
 * What Slack's incoming webhooks answer: the text `ok`, which some senders compare, or a word for what is wrong
 * (docs.slack.dev, "Sending messages using incoming webhooks"). Mattermost and Rocket.Chat answer the same or less.
 */
import type { Handshake } from '../alert.ts';

type Answer = Handshake['answer'];

const headers = { 'content-type': 'text/plain; charset=utf-8' };

/** 200 `ok`. */
export const accepted: Answer = { status: 200, headers, body: 'ok' };

/** Words that Slack's clients know, by status. */
const words: Readonly<Record<number, string>> = {
  400: 'invalid_payload',
  401: 'invalid_token',
  403: 'action_prohibited',
  404: 'no_service',
  410: 'channel_is_archived',
  413: 'invalid_payload',
  429: 'rate_limited',
  503: 'service_unavailable',
};

/**
 * A refusal: Slack's own word where there is one.
 *
 * @param status HTTP status code.
 * @param retryAfter in seconds; Slack's clients wait as long on 429.
 */
export function refused(status: number, retryAfter?: number): Answer {
  return {
    status,
    headers: retryAfter === undefined ? headers : { ...headers, 'retry-after': String(retryAfter) },
    body: words[status] ?? (status < 500 ? 'invalid_payload' : 'rollup_error'),
  };
}

/** The answer of `chat.postMessage`, for senders that use the Web API and not a webhook. `ts` is a time in seconds. */
export function posted(channel: string, at: Date): Answer {
  const ts = (at.getTime() / 1000).toFixed(6);
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ ok: true, channel, ts }),
  };
}
