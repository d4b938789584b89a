/**
 * Every refusal Postrider can answer with, in one table (RFC 9457). `docs/errors.md` has an anchor for each code, and a test
 * holds the two together.
 */

import { operatorRefusals } from './operator-refusals.ts';

/** What all occurrences of a code have in common. */
export interface Refusal {
  /** HTTP status code. */
  readonly status: number;
  /** Short, the same for every occurrence (RFC 9457 §3.1.3). */
  readonly title: string;
  /** What a submitter should do about it; served at `/problems/{code}`. */
  readonly advice: string;
  /** The problem type, where one is registered with IANA; `/problems/{code}` when absent. */
  readonly type?: string;
  /** No rule says no: the bridge failed, or what it stands on. Such answers are logged and counted by an alert, and are not in the audit trail. */
  readonly failure?: true;
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
  'invalid-mime': {
    status: 400,
    title: 'The body is no Internet message',
    advice: 'Send a whole message after RFC 5322: header fields with From, an empty line, and the body.',
  },
  'invalid-form': {
    status: 400,
    title: 'The form cannot be read',
    advice: 'Send multipart/form-data with its boundary, or application/x-www-form-urlencoded, whole.',
  },
  'not-honoured': {
    status: 422,
    title: 'Something that the request asks for cannot be honoured',
    advice:
      'Leave the fields named in "errors" out, or leave out X-Postrider-Strict to have the message sent without them and the fields named in X-Postrider-Warnings.',
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
    advice: 'Send the body in gzip or deflate, or without compression.',
  },
  'invalid-content-encoding': {
    status: 400,
    title: 'The body cannot be decompressed',
    advice: 'Compress the body as Content-Encoding says and send it whole, or send it without compression.',
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
  'api-key-expired': {
    status: 401,
    title: 'The API key has expired',
    advice: 'Ask the administrator for a new key.',
  },
  'invalid-token': {
    status: 401,
    title: 'The token of Entra ID is not valid here',
    advice:
      "Ask Entra ID for an access token of this bridge with the application's own credentials (client credentials, managed identity), and send it before it expires.",
  },
  'invalid-certificate': {
    status: 401,
    title: 'The client certificate speaks for no submitter',
    advice: 'Use the certificate that the administrator has registered for the submitter.',
  },
  'invalid-signature': {
    status: 401,
    title: 'The signature is not valid',
    advice:
      'Sign the request exactly as it is sent, with the secret that the hook or the submitter is registered with, and send it within five minutes where the signature has a time.',
  },
  'too-many-failures': {
    status: 429,
    title: 'Too many wrong credentials came from there',
    advice:
      'Correct the credential and wait for the time in Retry-After. A right credential is taken at once.',
  },
  'scope-not-granted': {
    status: 403,
    title: 'The API key may not be used for this',
    advice: 'Use a key that has the scope named in the detail, or ask the administrator for one.',
  },
  'network-not-allowed': {
    status: 403,
    title: 'The credential may not be used from there',
    advice:
      'Send from a network that the key or the submitter is bound to, or ask the administrator to add this one.',
  },
  'application-not-registered': {
    status: 403,
    title: 'The application speaks for no submitter',
    advice:
      'Ask the administrator to add the application (client) ID to a submitter, and to grant the app role where the submitter asks for one.',
  },
  'entra-unavailable': {
    status: 503,
    failure: true,
    title: 'The keys of Entra ID cannot be had',
    advice: 'Nothing was accepted. Repeat the request after the time in Retry-After, or use an API key.',
  },
  'hook-key-only': {
    status: 403,
    title: 'The key is good for one hook only',
    advice: 'Use it at the hook that it was made for, and a key of a submitter everywhere else.',
  },
  'hook-disabled': {
    status: 403,
    title: 'The hook is disabled',
    advice: 'Ask the administrator why the hook was disabled.',
  },
  'sns-signature-wrong': {
    status: 403,
    title: 'The message is not signed by Amazon SNS',
    advice:
      'The hook takes messages of SNS only with the signature that SNS gives them. Publish through SNS, or have the administrator take "aws-sns" from the hook.',
  },
  'sns-certificate-unavailable': {
    status: 503,
    failure: true,
    title: 'The certificate of Amazon SNS cannot be had',
    advice:
      'Nothing was accepted, and SNS repeats by itself. If it lasts, let the bridge reach sns.<region>.amazonaws.com over HTTPS.',
  },
  'key-in-url': {
    status: 400,
    title: 'The key stands in the URL',
    advice:
      'Send it as "Authorization: Bearer <key>" or "X-Api-Key: <key>": URLs are written into logs on their way. Only keys made for a hook may stand there, and only at that hook. Have a key that was sent like this replaced.',
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
  'submitter-expired': {
    status: 403,
    title: 'The registration of the submitter has run out',
    advice: 'Ask the administrator to extend it.',
  },
  'display-name-not-allowed': {
    status: 403,
    title: 'The submitter may not use this display name',
    advice:
      'Use a display name that the submitter is allowed, or none. It must not hold the address of somebody else.',
  },
  'reply-to-not-allowed': {
    status: 403,
    title: 'Replies may not go to this address',
    advice: 'Use a reply-to address that the submitter is allowed, or none.',
  },
  'recipient-not-allowed': {
    status: 403,
    title: 'The submitter may not write to this recipient',
    advice: 'Leave the recipients named in "errors" out, or ask the administrator to allow them.',
  },
  'recipient-suppressed': {
    status: 403,
    title: 'The recipient is on the suppression list',
    advice: 'Leave the recipients named in "errors" out. An operator can take an address off the list.',
  },
  'too-many-recipients': {
    status: 403,
    title: 'The message has more recipients than the submitter is allowed',
    advice: 'Send several messages with fewer recipients each, or use a distribution list.',
  },
  'too-many-bytes': {
    status: 403,
    title: 'The message is larger than the submitter is allowed',
    advice: 'Send less, for example a link instead of a file.',
  },
  'attachment-not-allowed': {
    status: 403,
    title: 'The submitter may not attach this file',
    advice:
      'Leave the files named in "errors" out. Name, media type and content of a file must agree, and each must be allowed.',
  },
  'header-not-allowed': {
    status: 403,
    title: 'The submitter may not set this header',
    advice: 'Leave the headers named in "errors" out.',
  },
  'header-required': {
    status: 403,
    title: 'A header is missing that the submitter must set',
    advice: 'Set the headers that "errors" asks for.',
  },
  'invalid-mode': {
    status: 400,
    title: 'The mode that the request asks for is not known',
    advice: 'Send "X-Postrider-Mode: test" to have everything done but the sending, or leave the header out.',
  },
  'mail-loop': {
    status: 422,
    title: 'The message would go round in circles',
    advice:
      'Something answers mail or webhooks of this bridge by another request to it. Find and stop it; repeating the request does not help.',
  },
  'sending-suspended': {
    status: 503,
    title: 'Sending is suspended',
    advice:
      'An operator has stopped sending, for all or for this sender. Nothing was accepted; repeat the request after the time in Retry-After.',
  },
  'submitter-disabled': {
    status: 403,
    title: 'The submitter is disabled',
    advice: 'Ask the administrator why the submitter was disabled.',
  },
  'invalid-idempotency-key': {
    status: 400,
    title: 'The Idempotency-Key is not valid',
    advice: 'Send 1 to 256 printable ASCII characters, for example a UUID.',
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
  'batch-cancelled': {
    status: 409,
    title: 'The batch was cancelled',
    advice: 'What belongs to a cancelled batch is not sent. Have another batch id made, or leave it out.',
  },
  'list-too-long': {
    status: 422,
    title: 'There are too many messages to list',
    advice:
      'Messages lie by their ids. Ask for each by GET /emails/{id}, or have their events sent to a webhook; an operator lists those that were not sent.',
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
  'template-not-found': {
    status: 422,
    title: 'There is no such template',
    advice: 'Name a template that the administrator has made for this submitter, or for all.',
  },
  'template-failed': {
    status: 422,
    title: 'The template could not be rendered',
    advice:
      'The detail says which part and why. Mend the template, or send the variables that it needs; nothing was accepted.',
  },
  'quota-exceeded': {
    status: 429,
    title: 'The submitter has used up its limit',
    advice:
      'Nothing was accepted. Repeat the request after the time in Retry-After; "violated-policies" names the limits, which the header RateLimit-Policy tells. The administrator sets them.',
    // draft-ietf-httpapi-ratelimit-headers
    type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
  },
  ...operatorRefusals,
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
    failure: true,
    title: 'Storage does not answer',
    advice:
      'Nothing was promised. Repeat the request after the time in Retry-After, with the same Idempotency-Key: a message may have been stored although storage did not say so, and is not stored twice under one key.',
  },
  'internal-error': {
    status: 500,
    failure: true,
    title: 'Something went wrong on our side',
    advice:
      'Nothing was promised. Repeat the request once, with the same Idempotency-Key; if it fails again, tell the administrator.',
  },
} as const satisfies Record<string, Refusal>;
