/**
 * What Graph answers to `sendMail`, as a table of HTTP status and error code.
 *
 * Codes are the contract, messages are not (https://learn.microsoft.com/graph/errors): a message may choose between two hints
 * of the same verdict, never between verdicts. Exchange's own codes are those of EWS. graph-verdict.ts looks up.
 *
 * 202 is not here: it means relayed, whatever headers it carries (msgraph-sdk-java#1487: one that carried Retry-After had sent).
 */
import type { Verdict } from './verdict.ts';

/** A row. At least one of `status` and `code`. */
export interface GraphRow {
  /** HTTP status; absent where the status of this code is not known or varies. */
  readonly status?: number;
  /** `error.code`, compared without regard to case. */
  readonly code?: string;
  /** Picks a better hint by the text; the verdict must be that of the row without it. */
  readonly message?: RegExp;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly retryAfterSeconds?: number;
  readonly source: string;
}

const errors = 'https://learn.microsoft.com/graph/errors';
const sendMail = 'https://learn.microsoft.com/graph/api/user-sendmail';
const ews =
  'https://learn.microsoft.com/exchange/client-developer/web-service-reference/responsecode, read 2026-06-19';
const knownIssues = 'https://learn.microsoft.com/graph/known-issues';
const throttling = 'https://learn.microsoft.com/graph/throttling-limits, read 2025-01-14';

/** Seconds. */
export const oneHour = 3600;
const noMailbox =
  'There is no mailbox for the sender: check its address and its licence; a new mailbox needs up to 15 minutes.';
const tooLarge =
  'The message is too large for one Graph request (4 MB): allow the SMTP route (POSTRIDER_TRANSPORTS=graph,smtp) or send less.';

/** The table. */
export const graphErrors: readonly GraphRow[] = [
  // The message itself.
  {
    status: 400,
    code: 'ErrorInvalidRecipients',
    verdict: 'message',
    reason: 'Exchange cannot resolve one of the recipients: correct the addresses.',
    source: 'https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/1891',
  },
  {
    status: 400,
    code: 'ErrorMimeContentInvalidBase64String',
    verdict: 'message',
    reason: 'Exchange cannot decode the message as we sent it; this is a defect of Postrider.',
    source: sendMail,
  },
  {
    status: 400,
    code: 'ErrorMimeContentInvalid',
    verdict: 'message',
    reason: 'Exchange cannot read the message as we composed it; this is a defect of Postrider.',
    source: ews,
  },
  {
    status: 400,
    code: 'InvalidInternetMessageHeader',
    verdict: 'message',
    reason: 'Graph takes no such header: names must begin with X-.',
    source: 'https://github.com/redaxo/core/pull/6590',
  },
  {
    status: 400,
    code: 'InvalidInternetMessageHeaderCollection',
    verdict: 'message',
    reason: 'Graph takes at most five headers a message.',
    source: 'https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/2208',
  },
  {
    status: 400,
    code: 'ErrorInvalidPropertySet',
    verdict: 'message',
    reason: 'Exchange does not let us set a property of the message; this is a defect of Postrider.',
    source: ews,
  },
  {
    status: 400,
    code: 'ErrorAttachmentSizeShouldNotBeLessThanMinimumSize',
    verdict: 'message',
    reason: 'Graph takes no upload session for so small a file; this is a defect of Postrider.',
    source: 'https://github.com/microsoftgraph/microsoft-graph-docs/pull/7044',
  },
  {
    status: 400,
    code: 'UnableToDeserializePostBody',
    verdict: 'message',
    reason: 'Graph cannot read the request as we wrote it; this is a defect of Postrider.',
    source: errors,
  },
  {
    status: 400,
    code: 'BadRequest',
    message: /maximum request length/i,
    verdict: 'message',
    reason: tooLarge,
    source: 'https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/682',
  },
  {
    status: 400,
    code: 'BadRequest',
    verdict: 'message',
    reason: 'Graph finds the request malformed; this is a defect of Postrider.',
    source: errors,
  },
  {
    status: 400,
    code: 'ErrorInvalidIdMalformed',
    verdict: 'message',
    reason: 'Graph finds the name of the mailbox malformed: check the sender.',
    source: ews,
  },
  {
    status: 413,
    verdict: 'message',
    reason: tooLarge,
    source: 'https://github.com/microsoftgraph/msgraph-sdk-powershell/issues/1554',
  },
  {
    code: 'RequestEntityTooLarge',
    verdict: 'message',
    reason: tooLarge,
    source: 'https://github.com/microsoftgraph/msgraph-sdk-powershell/issues/1554',
  },
  {
    code: 'ErrorMessageSizeExceeded',
    verdict: 'message',
    reason:
      "The message exceeds the mailbox's maximum size for sending: raise it (Set-Mailbox -MaxSendSize) or send less.",
    source: ews,
  },

  // The set-up.
  {
    status: 401,
    verdict: 'configuration',
    reason:
      'Graph does not accept our token, not even a new one: check POSTRIDER_TENANT_ID, POSTRIDER_CLOUD and POSTRIDER_GRAPH_RESOURCE.',
    source: errors,
  },
  {
    status: 403,
    code: 'ErrorAccessDenied',
    message: /OData is disabled|RAOP/i,
    verdict: 'configuration',
    reason:
      'An application access policy of the tenant keeps the app from this mailbox: extend it (changes take up to 30 minutes).',
    source: 'https://learn.microsoft.com/graph/auth-limit-mailbox-access',
  },
  {
    status: 403,
    code: 'ErrorAccessDenied',
    verdict: 'configuration',
    reason:
      'The app may not send from this mailbox: grant Mail.Send with admin consent, or put the mailbox into the scope of its Exchange role (grants take 30 minutes to 2 hours).',
    source: `${sendMail}; https://learn.microsoft.com/exchange/permissions-exo/application-rbac`,
  },
  {
    status: 403,
    code: 'Authorization_RequestDenied',
    verdict: 'configuration',
    reason: 'The app lacks the permission Mail.Send: grant it with admin consent.',
    source: errors,
  },
  {
    status: 403,
    code: 'ErrorSendAsDenied',
    verdict: 'refused',
    reason:
      'The mailbox may not send as the address in From: grant it Send As on that address (Add-RecipientPermission), or send from the mailbox itself.',
    source: 'https://learn.microsoft.com/graph/outlook-send-mail-from-other-user',
  },
  {
    status: 403,
    code: 'ErrorMessageSubmissionBlocked',
    verdict: 'configuration',
    reason:
      'Exchange has blocked the mailbox from sending: release it in the Defender portal under Restricted entities.',
    retryAfterSeconds: oneHour,
    source: 'Seen with consumer accounts; not in the documentation read on 2026-11-20',
  },
  {
    status: 403,
    verdict: 'configuration',
    reason: 'Graph forbids the app to send from this mailbox: check its permissions.',
    source: errors,
  },
  { status: 404, code: 'ErrorInvalidUser', verdict: 'configuration', reason: noMailbox, source: errors },
  {
    status: 404,
    code: 'ResourceNotFound',
    verdict: 'configuration',
    reason: noMailbox,
    source: 'https://github.com/microsoftgraph/microsoft-graph-docs/issues/10481',
  },
  {
    status: 404,
    code: 'MailboxNotEnabledForRESTAPI',
    verdict: 'configuration',
    reason:
      'The mailbox of the sender is inactive, soft-deleted, unlicensed or on premises: give it an Exchange Online licence (needs up to 15 minutes).',
    source: knownIssues,
  },
  {
    status: 404,
    code: 'ErrorNonExistentMailbox',
    verdict: 'configuration',
    reason: noMailbox,
    source: ews,
  },
  {
    status: 404,
    code: 'ErrorItemNotFound',
    verdict: 'transient',
    reason: 'The draft of the message has vanished from the mailbox.',
    source: ews,
  },
  { status: 404, verdict: 'configuration', reason: noMailbox, source: errors },
  {
    code: 'ErrorQuotaExceeded',
    verdict: 'configuration',
    reason: 'The mailbox of the sender is full, and every message sent passes through it: make room in it.',
    retryAfterSeconds: oneHour,
    source: ews,
  },
  {
    status: 507,
    verdict: 'configuration',
    reason: 'The mailbox of the sender is full, and every message sent passes through it: make room in it.',
    retryAfterSeconds: oneHour,
    source: errors,
  },

  // Too much, or not now.
  {
    code: 'CommandConcurrencyLimitReached',
    verdict: 'unknown',
    reason: 'Exchange reached a limit while it worked on the message: it may have been sent all the same.',
    source: 'https://learn.microsoft.com/answers/questions/5629476',
  },
  {
    status: 429,
    verdict: 'throttled',
    reason: 'Graph asks to send more slowly.',
    source: throttling,
  },
  {
    code: 'ErrorSubmissionQuotaExceeded',
    verdict: 'throttled',
    reason: 'The mailbox has reached its sending limit for 24 hours (10,000 recipients).',
    retryAfterSeconds: oneHour,
    source: ews,
  },
  {
    status: 509,
    verdict: 'throttled',
    reason: 'The app has exceeded its bandwidth.',
    source: errors,
  },
  {
    code: 'ErrorServerBusy',
    verdict: 'transient',
    reason: 'Exchange is busy.',
    source: ews,
  },
  {
    code: 'serviceNotAvailable',
    verdict: 'transient',
    reason: 'Graph is not available for the moment.',
    source: errors,
  },
  // EWS documents these as refusals before the store was reached.
  {
    code: 'ErrorMailboxStoreUnavailable',
    verdict: 'transient',
    reason: 'The mailbox of the sender cannot be reached for the moment.',
    source: ews,
  },
  {
    code: 'ErrorMailboxMoveInProgress',
    verdict: 'transient',
    reason: 'The mailbox of the sender is being moved.',
    source: ews,
  },
  {
    code: 'ErrorInsufficientResources',
    verdict: 'transient',
    reason: 'Exchange is short of resources.',
    source: ews,
  },
  {
    code: 'ErrorTooManyObjectsOpened',
    verdict: 'transient',
    reason: 'Too much is going on in the mailbox of the sender.',
    source: ews,
  },
  {
    code: 'ErrorExceededConnectionCount',
    verdict: 'transient',
    reason: 'Too much is going on in the mailbox of the sender.',
    source: ews,
  },

  // It may have been sent.
  {
    code: 'ErrorInternalServerTransientError',
    verdict: 'unknown',
    reason: 'Exchange failed while it worked on the message: it may have been sent.',
    source: ews,
  },
  {
    code: 'ErrorTimeoutExpired',
    verdict: 'unknown',
    reason: 'Exchange ran out of time while it worked on the message: it may have been sent.',
    source: ews,
  },
  {
    code: 'ErrorConnectionFailed',
    verdict: 'unknown',
    reason: 'Exchange lost the mailbox while it worked on the message: it may have been sent.',
    source: ews,
  },
  {
    status: 500,
    verdict: 'unknown',
    reason: 'Graph failed while it worked on the message: it may have been sent.',
    source: 'https://learn.microsoft.com/answers/questions/5629476',
  },
  {
    status: 502,
    verdict: 'unknown',
    reason: 'A gateway before Graph failed: the message may have been sent.',
    source: errors,
  },
  {
    status: 503,
    verdict: 'unknown',
    reason: 'Graph was not available and did not say that it had refused the message: it may have been sent.',
    source: 'https://learn.microsoft.com/answers/questions/5629476',
  },
  {
    status: 504,
    verdict: 'unknown',
    reason: 'A gateway before Graph gave up waiting: the message may have been sent, and commonly was.',
    source: 'https://learn.microsoft.com/answers/questions/2286986',
  },
];
