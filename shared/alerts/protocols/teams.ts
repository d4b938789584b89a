/**
 * What Teams answers: the retired Office 365 connectors the text `1`, which senders compare, and the workflows of Power Automate
 * that took their place 202 and nothing (learn.microsoft.com, "Create Incoming Webhooks", "Post a workflow when a webhook request
 * is received").
 */
import type { Handshake } from '../alert.ts';

type Answer = Handshake['answer'];

const text = { 'content-type': 'text/plain; charset=utf-8' };

/**
 * @param form `connector` for a MessageCard, `workflow` for an Adaptive Card.
 */
export function accepted(form: 'connector' | 'workflow'): Answer {
  return form === 'connector'
    ? { status: 200, headers: text, body: '1' }
    : { status: 202, headers: {}, body: '' };
}

/** Which of the two a body is meant for. */
export function formOf(value: unknown): 'connector' | 'workflow' {
  const card = typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
  const { type } = card as { readonly type?: unknown };
  return type === 'message' || type === 'AdaptiveCard' ? 'workflow' : 'connector';
}

/**
 * A refusal: a sentence from a connector, an error object from a workflow.
 *
 * @param form as in {@link accepted}.
 * @param status HTTP status code.
 * @param detail what to do.
 * @param retryAfter in seconds.
 */
export function refused(
  form: 'connector' | 'workflow',
  status: number,
  detail: string,
  retryAfter?: number,
): Answer {
  const wait = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  if (form === 'connector') return { status, headers: { ...text, ...wait }, body: detail };
  const code = status === 429 ? 'TooManyRequests' : status < 500 ? 'InvalidRequest' : 'ServiceUnavailable';
  return {
    status,
    headers: { 'content-type': 'application/json', ...wait },
    body: JSON.stringify({ error: { code, message: detail } }),
  };
}
