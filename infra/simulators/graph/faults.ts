/** The ways in which the pretend Graph can be told to misbehave. */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { answerEmpty, answerHtml, answerJson } from '../answer.ts';
import type { Fault, FaultVocabulary } from '../faults.ts';
import { errorBody, type ErrorFacts } from './errors.ts';

/**
 * What a request wants. `attachment` is one file or the opening of an upload session, `upload` a range of bytes (PUT);
 * asking an upload session for its state is `read`, ending it is `delete`.
 */
export const STEPS = ['sendMail', 'createDraft', 'attachment', 'upload', 'send', 'read', 'delete'] as const;
export type Step = (typeof STEPS)[number];

/** `mailbox`: strike only requests to this mailbox, named by its primary address. `step`: strike only these. */
interface Aimed extends Fault {
  readonly mailbox?: string;
  readonly step?: Step;
}

/** `retryAfter` goes into the header as it is: seconds, a fraction, or an HTTP date. `body` is `json` by default. */
export interface StatusAnswer extends Aimed {
  readonly status: number;
  readonly code?: string;
  readonly message?: string;
  readonly retryAfter?: string;
  readonly body?: 'json' | 'html' | 'empty';
}

/**
 * A fault is used up by the next request that has a good token, whatever becomes of the request afterwards: one that
 * is not valid is refused and not accepted, under `accept-…` too.
 *
 * `status` answers without accepting; `accept-then-status` accepts and answers an error all the same;
 * `accept-with-retry-after` answers 202 with the header; `reset-before` resets the connection before the body is read,
 * `reset-after-accept` when the mail is safely in; `hang` never answers, and has taken the mail when `accepted` is
 * true; `slow` waits `ms` and then accepts, even when the client has gone meanwhile.
 *
 * Two strike only the ranges of an upload: `break-range` resets the connection when `after` bytes of the range have
 * come, which are dropped unless `kept` is true; `session-gone` answers 404 and forgets the session.
 */
export type GraphFault =
  | (StatusAnswer & { readonly kind: 'status' })
  | (StatusAnswer & { readonly kind: 'accept-then-status' })
  | (Aimed & { readonly kind: 'accept-with-retry-after'; readonly retryAfter: string })
  | (Aimed & { readonly kind: 'reset-before' })
  | (Aimed & { readonly kind: 'reset-after-accept' })
  | (Aimed & { readonly kind: 'hang'; readonly accepted?: boolean })
  | (Aimed & { readonly kind: 'slow'; readonly ms: number })
  | (Omit<Aimed, 'step'> & { readonly kind: 'break-range'; readonly after: number; readonly kept?: boolean })
  | (Omit<Aimed, 'step'> & { readonly kind: 'session-gone' });

const aim = { mailbox: 'string?', step: [...STEPS, undefined] } as const;
const statusAnswer = {
  status: 'number',
  code: 'string?',
  message: 'string?',
  retryAfter: 'string?',
  body: ['json', 'html', 'empty', undefined],
  ...aim,
} as const;

export const GRAPH_FAULTS: FaultVocabulary<GraphFault> = {
  status: statusAnswer,
  'accept-then-status': statusAnswer,
  'accept-with-retry-after': { retryAfter: 'string', ...aim },
  'reset-before': aim,
  'reset-after-accept': aim,
  hang: { accepted: 'boolean?', ...aim },
  slow: { ms: 'number', ...aim },
  'break-range': { after: 'number', kept: 'boolean?', mailbox: 'string?' },
  'session-gone': { mailbox: 'string?' },
};

/** Codes as they usually come with a status, for faults that name none. */
const USUAL: ReadonlyMap<number, readonly [code: string, message: string]> = new Map([
  [429, ['TooManyRequests', 'Please retry again later.']],
  [500, ['ErrorInternalServerError', 'An internal server error occurred. The operation failed.']],
  [502, ['BadGateway', 'Bad gateway.']],
  [503, ['ErrorServerBusy', 'The server cannot service this request right now. Try again later.']],
  [504, ['UnknownError', '']],
]);

/** Whether the fault is meant for such a request. */
export function strikes(fault: GraphFault, address: string, step: Step): boolean {
  const ofUpload = fault.kind === 'break-range' || fault.kind === 'session-gone';
  const wanted = ofUpload ? 'upload' : fault.step;
  return (fault.mailbox ?? address) === address && (wanted ?? step) === step;
}

/** Answers with the fault's status, and its `Retry-After` if it has one. */
export function answerStatusFault(
  response: ServerResponse,
  fault: StatusAnswer,
  facts: ErrorFacts,
  headers: OutgoingHttpHeaders,
): void {
  const all = fault.retryAfter === undefined ? headers : { ...headers, 'Retry-After': fault.retryAfter };
  if (fault.body === 'html') return answerHtml(response, fault.status, all);
  if (fault.body === 'empty') return answerEmpty(response, fault.status, all);
  const [code, message] = USUAL.get(fault.status) ?? ['UnknownError', ''];
  const body = errorBody(fault.code ?? code, fault.message ?? message, facts);
  return answerJson(response, fault.status, body, { ...all, 'Content-Type': 'application/json' });
}
