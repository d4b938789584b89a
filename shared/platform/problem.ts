/**
 * Every refusal Postrider can answer with, in one table (RFC 9457). `docs/errors.md` has an anchor for each code, and a test
 * holds the two together.
 *
 * `detail` is written per occurrence and says what to do; it never repeats a secret or the content of a message.
 */

interface Refusal {
  /** HTTP status code. */
  readonly status: number;
  /** Short, the same for every occurrence (RFC 9457 §3.1.3). */
  readonly title: string;
  /** What a submitter should do about it; served at `/problems/{code}`. */
  readonly advice: string;
}

/** The table. A code is stable for ever: clients may branch on it. */
export const refusals = {
  'invalid-json': {
    status: 400,
    title: 'The body is not valid JSON',
    advice: 'Send one JSON object in UTF-8. The detail names the line and column where reading stopped.',
  },
  'invalid-submission': {
    status: 422,
    title: 'The submission has faults',
    advice:
      'Correct the fields named in "errors"; each entry says what to do. All faults are listed at once.',
  },
  'empty-body': {
    status: 400,
    title: 'The body is empty',
    advice: 'Send the message as a JSON object in the body.',
  },
  'length-required': {
    status: 411,
    title: 'The request has no Content-Length',
    advice:
      'Send a Content-Length header. Chunked transfer coding cannot be used: the Functions host hands over no body then.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    advice: 'Send fewer or smaller attachments, or ask the administrator to raise POSTRIDER_MAX_BODY_BYTES.',
  },
  'message-too-large': {
    status: 413,
    title: 'The message is too large for every route to Microsoft 365',
    advice:
      'Send a smaller message, or ask the administrator to configure SMTP, which carries more than Graph sendMail.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The content type is not supported',
    advice: 'Send "Content-Type: application/json".',
  },
  'unsupported-content-encoding': {
    status: 415,
    title: 'The content encoding is not supported',
    advice: 'Send the body without compression.',
  },
  'missing-credentials': {
    status: 401,
    title: 'The request carries no API key and comes from no authorised network',
    advice:
      'Send "Authorization: Bearer <key>" or "X-Api-Key: <key>", or send from a network that the administrator has authorised.',
  },
  'invalid-api-key': {
    status: 401,
    title: 'The API key is not valid',
    advice:
      'Check that the key was copied whole. If it was, it has been revoked: ask the administrator for a new one.',
  },
  'ambiguous-credentials': {
    status: 400,
    title: 'The request carries two different API keys',
    advice: 'Send one key only.',
  },
  'sender-not-allowed': {
    status: 403,
    title: 'The submitter may not send as this sender',
    advice: 'Use a sender that the submitter is allowed, or ask the administrator to allow this one.',
  },
  'submitter-disabled': {
    status: 403,
    title: 'The submitter is disabled',
    advice: 'Ask the administrator why the submitter was disabled.',
  },
  'invalid-idempotency-key': {
    status: 400,
    title: 'The Idempotency-Key is not valid',
    advice: 'Send 1 to 255 printable ASCII characters, for example a UUID.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The Idempotency-Key was used for another submission',
    advice: 'Use a new key for every new message, and the same key and body to repeat a request.',
  },
  'message-not-found': {
    status: 404,
    title: 'There is no such message',
    advice: 'Check the id; only the submitter of a message can ask for it.',
  },
  'not-cancellable': {
    status: 409,
    title: 'The message can no longer be cancelled',
    advice: 'Only a message that is accepted or deferred can be cancelled; its status says where it stands.',
  },
  'not-reschedulable': {
    status: 409,
    title: 'The message can no longer be rescheduled',
    advice:
      'Only a message that is accepted or deferred can be rescheduled; its status says where it stands.',
  },
  'wait-too-long': {
    status: 429,
    title: 'The message would wait longer than the submitter wants',
    advice:
      'Nothing was accepted. Repeat the request later, raise "max_wait", or leave it out to have the message wait.',
  },
  'operator-only': {
    status: 403,
    title: 'Only an operator may do this',
    advice: 'Use the key of an operator whose role allows it. Keys of submitters administer nothing.',
  },
  'submitter-only': {
    status: 403,
    title: 'Only a submitter may do this',
    advice: 'Use the key of a submitter. Keys of operators send nothing.',
  },
  'not-kept': {
    status: 409,
    title: 'The message does not wait for a person',
    advice:
      'Only a message that failed, expired, is unknown or dead-lettered can be replayed or discarded, and replayed only while its content is kept.',
  },
  'invalid-filter': {
    status: 422,
    title: 'The filter has faults',
    advice: 'Correct the fields named in "errors"; each entry says what to do. Nothing was changed.',
  },
  'invalid-entry': {
    status: 422,
    title: 'The entry of the register has faults',
    advice: 'Correct the fields named in "errors"; each entry says what to do. Nothing was changed.',
  },
  'entry-not-found': {
    status: 404,
    title: 'There is no such entry in the register',
    advice: 'Check the name; a list shows those that there are.',
  },
  'precondition-failed': {
    status: 412,
    title: 'The entry is not as the request expects it',
    advice:
      'Somebody else changed it. Read it again, decide again, and send the change with the new ETag in If-Match.',
  },
  'last-admin': {
    status: 409,
    title: 'No administrator with a key would be left',
    advice:
      'Give the role "admin" and a key to another operator first. The command line, which works on storage itself, can always help.',
  },
  'invalid-sign-in': {
    status: 401,
    title: 'The sign-in is not one of an operator',
    advice:
      'Sign in with an account of the tenant that has one of the app roles Postrider.Viewer, Postrider.Operator or Postrider.Admin.',
  },
  'cross-site-request': {
    status: 403,
    title: 'The request does not come from a page of this bridge',
    advice:
      'Changes by somebody who is signed in with a browser are taken from pages of this bridge only. Programs use the key of an operator.',
  },
  'not-found': {
    status: 404,
    title: 'There is nothing at this path',
    advice: 'See /openapi.json for the paths that exist.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The path does not take this method',
    advice: 'Use a method named in the Allow header.',
  },
  'storage-unavailable': {
    status: 503,
    title: 'Storage does not answer',
    advice:
      'Nothing was promised. Repeat the request after the time in Retry-After, with the same Idempotency-Key: a message may have been stored although storage did not say so, and is not stored twice under one key.',
  },
  'internal-error': {
    status: 500,
    title: 'Something went wrong on our side',
    advice:
      'Nothing was promised. Repeat the request once, with the same Idempotency-Key; if it fails again, tell the administrator.',
  },
} as const satisfies Record<string, Refusal>;

/** A code of the table. */
export type ProblemCode = keyof typeof refusals;

/** One fault in the request's body, found by its JSON Pointer (RFC 6901) in URI fragment form, e.g. `#/to/0`. */
export interface Fault {
  readonly pointer: string;
  /** What is wrong and what to do, one sentence. */
  readonly detail: string;
}

/** One refusal: an expected result, returned and never thrown. */
export interface Problem {
  readonly code: ProblemCode;
  /** What is wrong in this case and what to do about it, one or two sentences. */
  readonly detail: string;
  /** All faults of the body at once, most urgent first. */
  readonly errors?: readonly Fault[];
  /** Seconds for `Retry-After`. */
  readonly retryAfterSeconds?: number;
}

/** A result that is either a value or a refusal. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem };

/** Wraps a value. */
export const ok = <T>(value: T): Result<T> => ({ ok: true, value });

/** Refuses, with a sentence that says what to do. */
export const refuse = (
  code: ProblemCode,
  detail: string,
  more: Pick<Problem, 'errors' | 'retryAfterSeconds'> = {},
): { readonly ok: false; readonly problem: Problem } => ({ ok: false, problem: { code, detail, ...more } });
