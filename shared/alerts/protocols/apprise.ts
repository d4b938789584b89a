/**
 * What an Apprise API server answers to `POST /notify/{key}` (github.com/caronc/apprise-api). Its client takes 200 for success and
 * anything else for failure; scripts ask for JSON with `Accept`.
 */
import type { Handshake } from '../alert.ts';

type Answer = Handshake['answer'];

const text = { 'content-type': 'text/plain; charset=utf-8' };
const json = { 'content-type': 'application/json' };

/** 200: all that were to be told will be told. */
export function accepted(accept: string | undefined): Answer {
  return wantsJson(accept)
    ? { status: 200, headers: json, body: JSON.stringify({ error: null, details: [] }) }
    : { status: 200, headers: text, body: 'Notification(s) sent.\n' };
}

/**
 * A refusal. Apprise itself has 400 for a body it cannot read, 403 for a key that may not, 424 when a notification could not be
 * handed on, 431 when it is too large.
 *
 * @param status HTTP status code.
 * @param detail what to do.
 * @param accept the request's `Accept` header.
 */
export function refused(status: number, detail: string, accept: string | undefined): Answer {
  return wantsJson(accept)
    ? { status, headers: json, body: JSON.stringify({ error: detail }) }
    : { status, headers: text, body: `${detail}\n` };
}

function wantsJson(accept: string | undefined): boolean {
  return /\bapplication\/(?:[\w.-]+\+)?json\b|\btext\/json\b/i.test(accept ?? '');
}
