/**
 * The refusals of the pretend Graph: HTTP status, code and message as seen on the wire. Codes are the contract, messages are
 * not. Sources: https://learn.microsoft.com/graph/errors, the EWS response codes
 * (https://learn.microsoft.com/exchange/client-developer/web-service-reference/responsecode) and public issues of the
 * Graph SDKs and documentation, read 2026-11.
 */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

function refusal(status: number, code: string, message: string): Refusal {
  return { status, code, message };
}

const invalidRecipients = (reason: string): Refusal =>
  refusal(400, 'ErrorInvalidRecipients', `At least one recipient is not valid., ${reason}`);

export const GRAPH = {
  tokenEmpty: refusal(401, 'InvalidAuthenticationToken', 'Access token is empty.'),
  tokenMalformed: refusal(
    401,
    'InvalidAuthenticationToken',
    "IDX14100: JWT is not well formed, there are no dots (.).\nThe token needs to be in JWS or JWE Compact Serialization Format. (JWS): 'EncodedHeader.EncodedPayload.EncodedSignature'. (JWE): 'EncodedProtectedHeader.EncodedEncryptedKey.EncodedInitializationVector.EncodedCiphertext.EncodedAuthenticationTag'.",
  ),
  tokenSignature: refusal(
    401,
    'InvalidAuthenticationToken',
    'Access token validation failure. Invalid signature.',
  ),
  tokenExpired: refusal(
    401,
    'InvalidAuthenticationToken',
    'Lifetime validation failed, the token is expired.',
  ),
  tokenAudience: refusal(
    401,
    'InvalidAuthenticationToken',
    'Access token validation failure. Invalid audience.',
  ),

  accessDenied: refusal(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.'),
  sendAsDenied: refusal(
    403,
    'ErrorSendAsDenied',
    'The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account. Cannot submit message.',
  ),

  invalidUser: (id: string): Refusal =>
    refusal(404, 'ErrorInvalidUser', `The requested user '${id}' is invalid.`),
  resourceNotFound: refusal(404, 'ResourceNotFound', 'Resource could not be discovered.'),
  mailboxNotEnabled: refusal(
    404,
    'MailboxNotEnabledForRESTAPI',
    'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
  ),
  noMailbox: refusal(404, 'ErrorNonExistentMailbox', 'The SMTP address has no mailbox associated with it.'),

  itemNotFound: refusal(404, 'ErrorItemNotFound', 'The specified object was not found in the store.'),
  idMalformed: refusal(400, 'ErrorInvalidIdMalformed', 'Id is malformed.'),
  query: (reason: string): Refusal => refusal(400, 'BadRequest', reason),
  attachmentTooSmall: refusal(
    400,
    'ErrorAttachmentSizeShouldNotBeLessThanMinimumSize',
    'The attachment size should not be less than the minimum size.',
  ),
  attachmentTooLarge: refusal(
    413,
    'ErrorAttachmentSizeLimitExceeded',
    'The attachment size exceeds the maximum supported size.',
  ),
  // What Outlook says about a bad range is not documented; the status is that of RFC 9110.
  rangeInvalid: refusal(400, 'ErrorInvalidRequest', 'The Content-Range header does not fit the upload.'),
  rangeNotExpected: refusal(416, 'ErrorInvalidRange', 'The range is not the one that is expected next.'),
  messageSizeExceeded: refusal(
    413,
    'ErrorMessageSizeExceeded',
    'The message exceeds the maximum supported size.',
  ),

  delegatedOnly: refusal(400, 'BadRequest', '/me request is only valid with delegated authentication flow.'),
  unknownSegment: (segment: string): Refusal =>
    refusal(400, 'BadRequest', `Resource not found for the segment '${segment}'.`),
  badPath: refusal(400, 'BadRequest', 'Bad request. The URL is malformed.'),
  methodNotAllowed: refusal(405, 'UnknownError', ''),

  emptyPayload: refusal(400, 'BadRequest', 'Empty Payload. JSON content expected.'),
  notJson: refusal(
    400,
    'BadRequest',
    'Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.',
  ),
  undeserializable: refusal(400, 'UnableToDeserializePostBody', 'were unable to deserialize '),
  noRecipients: invalidRecipients("A message can't be sent because it contains no recipients."),
  unresolved: (address: string): Refusal =>
    invalidRecipients(
      `Recipient '${address}' is not resolved. All recipients must be resolved before a message can be submitted.`,
    ),
  headerName: (name: string): Refusal =>
    refusal(
      400,
      'InvalidInternetMessageHeader',
      `The internet message header name '${name}' should start with 'x-' or 'X-'.`,
    ),
  headerCount: refusal(
    400,
    'InvalidInternetMessageHeaderCollection',
    'Maximum number of headers in one message should be less than or equal to 5.',
  ),
  mimeNotBase64: refusal(
    400,
    'ErrorMimeContentInvalidBase64String',
    'Invalid base64 string for MIME content.',
  ),
  mimeInvalid: refusal(400, 'ErrorMimeContentInvalid', 'The MIME content is invalid.'),

  uploadThrottled: refusal(429, 'TooManyRequests', 'Please retry again later.'),
  throttled: refusal(429, 'ApplicationThrottled', 'Application is over its MailboxConcurrency limit.'),
} as const;

/** The answers that have been reported for a request over 4 MB; all of them occur, so all can be chosen. */
export const OVERSIZE = {
  entity: refusal(413, 'RequestEntityTooLarge', 'The request entity is too large.'),
  message: refusal(413, 'ErrorMessageSizeExceeded', 'The message exceeds the maximum supported size.'),
  'four-megabytes': refusal(400, 'BadRequest', 'The maximum request length supported is 4MB.'),
  'request-length': refusal(400, 'BadRequest', 'Maximum request length exceeded.'),
} as const;

export interface ErrorFacts {
  readonly requestId: string;
  readonly clientRequestId: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The envelope of every JSON error; `date` is UTC without zone and fraction, as the real one writes it. */
export function errorBody(code: string, message: string, facts: ErrorFacts): Record<string, unknown> {
  return {
    error: {
      code,
      message,
      innerError: {
        date: new Date(facts.now).toISOString().slice(0, 19),
        'request-id': facts.requestId,
        'client-request-id': facts.clientRequestId,
      },
    },
  };
}
