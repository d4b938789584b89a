import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { graphErrors } from '../../shared/delivery/graph-errors.ts';
import { classifyGraphAnswer, type GraphAnswer } from '../../shared/delivery/graph-verdict.ts';
import type { Verdict } from '../../shared/delivery/verdict.ts';

const answer = (status: number, code?: string, message = '', retryAfterSeconds?: number): GraphAnswer => ({
  status,
  codes: code === undefined ? [] : [code],
  message,
  ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
});

/** One answer per row, and what it must come to. Messages are those that were seen. */
const samples: readonly (readonly [GraphAnswer, Verdict])[] = [
  [
    answer(
      400,
      'ErrorInvalidRecipients',
      "At least one recipient is not valid., Recipient 'x' is not resolved.",
    ),
    'message',
  ],
  [answer(400, 'ErrorMimeContentInvalidBase64String', 'Invalid base64 string for MIME content.'), 'message'],
  [answer(400, 'ErrorMimeContentInvalid'), 'message'],
  [answer(400, 'InvalidInternetMessageHeader'), 'message'],
  [answer(400, 'InvalidInternetMessageHeaderCollection'), 'message'],
  [answer(400, 'ErrorInvalidPropertySet'), 'message'],
  [answer(400, 'ErrorAttachmentSizeShouldNotBeLessThanMinimumSize'), 'message'],
  [answer(400, 'UnableToDeserializePostBody'), 'message'],
  [answer(400, 'BadRequest', 'The maximum request length supported is 4MB.'), 'message'],
  [answer(400, 'BadRequest', 'Something else.'), 'message'],
  [answer(400, 'ErrorInvalidIdMalformed'), 'message'],
  [answer(413), 'message'],
  [answer(400, 'RequestEntityTooLarge'), 'message'],
  [answer(400, 'ErrorMessageSizeExceeded', 'The message exceeds the maximum supported size.'), 'message'],
  [
    answer(401, 'InvalidAuthenticationToken', 'Lifetime validation failed, the token is expired.'),
    'configuration',
  ],
  [answer(403, 'ErrorAccessDenied', 'Access to OData is disabled.'), 'configuration'],
  [answer(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.'), 'configuration'],
  [answer(403, 'Authorization_RequestDenied'), 'configuration'],
  [answer(403, 'ErrorSendAsDenied'), 'refused'],
  [answer(403, 'ErrorMessageSubmissionBlocked'), 'configuration'],
  [answer(403, 'SomethingNew'), 'configuration'],
  [answer(404, 'ErrorInvalidUser', "The requested user 'oid@tid' is invalid."), 'configuration'],
  [answer(404, 'ResourceNotFound', 'Resource could not be discovered.'), 'configuration'],
  [answer(404, 'MailboxNotEnabledForRESTAPI'), 'configuration'],
  [answer(404, 'ErrorNonExistentMailbox'), 'configuration'],
  [answer(404, 'ErrorItemNotFound'), 'transient'],
  [answer(404), 'configuration'],
  [answer(403, 'ErrorQuotaExceeded'), 'configuration'],
  [answer(507), 'configuration'],
  [answer(429, 'CommandConcurrencyLimitReached'), 'unknown'],
  [answer(429, 'TooManyRequests', 'Please retry again later.', 3), 'throttled'],
  [answer(403, 'ErrorSubmissionQuotaExceeded'), 'throttled'],
  [answer(509), 'throttled'],
  [answer(503, 'ErrorServerBusy'), 'transient'],
  [answer(503, 'serviceNotAvailable'), 'transient'],
  [answer(503, 'ErrorMailboxStoreUnavailable'), 'transient'],
  [answer(503, 'ErrorMailboxMoveInProgress'), 'transient'],
  [answer(500, 'ErrorInsufficientResources'), 'transient'],
  [answer(500, 'ErrorTooManyObjectsOpened'), 'transient'],
  [answer(500, 'ErrorExceededConnectionCount'), 'transient'],
  [answer(500, 'ErrorInternalServerTransientError'), 'unknown'],
  [answer(500, 'ErrorTimeoutExpired'), 'unknown'],
  [answer(503, 'ErrorConnectionFailed'), 'unknown'],
  [answer(500, 'ErrorInternalServerError'), 'unknown'],
  [answer(502), 'unknown'],
  [answer(503), 'unknown'],
  [answer(504, 'UnknownError'), 'unknown'],
];

test('every row is met by an answer, and gives its verdict', () => {
  const met = new Set<string>();
  for (const [sample, verdict] of samples) {
    const finding = classifyGraphAnswer(sample);
    assert.equal(finding.verdict, verdict, JSON.stringify(sample));
    met.add(`${finding.verdict} ${finding.reason}`);
  }
  for (const row of graphErrors) assert.ok(met.has(`${row.verdict} ${row.reason}`), JSON.stringify(row));
  assert.equal(samples.length, graphErrors.length);
});

test('every row names its source and can be found', () => {
  for (const row of graphErrors) {
    assert.match(row.source, /https:\/\/|documentation/, JSON.stringify(row));
    assert.ok(row.status !== undefined || row.code !== undefined);
    assert.match(row.reason, /^[A-Z].*\.$/);
  }
});

test('a message chooses between hints, never between verdicts', () => {
  for (const row of graphErrors.filter(({ message }) => message)) {
    const plain = graphErrors.find(
      (other) => !other.message && other.status === row.status && other.code === row.code,
    );
    assert.equal(plain?.verdict, row.verdict);
  }
});

test('an access policy is told apart from a missing permission', () => {
  assert.match(
    classifyGraphAnswer(answer(403, 'ErrorAccessDenied', '[RAOP] : Blocked by tenant')).reason,
    /policy/,
  );
});

test('what no row knows is transient below 500, and doubtful from there and where success was not the documented one', () => {
  assert.equal(classifyGraphAnswer(answer(400, 'ErrorNobodyKnows')).verdict, 'transient');
  assert.equal(classifyGraphAnswer(answer(400)).verdict, 'transient');
  assert.equal(classifyGraphAnswer(answer(302)).verdict, 'transient');
  assert.equal(classifyGraphAnswer(answer(200)).verdict, 'unknown');
  assert.equal(classifyGraphAnswer(answer(520, 'Odd')).verdict, 'unknown');
});

test('a limit or quota that is in no table is waited for', () => {
  const finding = classifyGraphAnswer(answer(400, 'ErrorExceededMessageLimit'));
  assert.deepEqual([finding.verdict, finding.retryAfterSeconds], ['throttled', 3600]);
});

test('a 503 that says when to come back has not sent', () => {
  const finding = classifyGraphAnswer(answer(503, undefined, '', 17));
  assert.deepEqual([finding.verdict, finding.retryAfterSeconds], ['transient', 17]);
});

test("the provider's own time goes before ours", () => {
  assert.equal(classifyGraphAnswer(answer(507, undefined, '', 5)).retryAfterSeconds, 5);
  assert.equal(classifyGraphAnswer(answer(507)).retryAfterSeconds, 3600);
});

test('codes are compared without regard to case, and nested ones count when the outer is not listed', () => {
  assert.equal(classifyGraphAnswer(answer(503, 'errorserverbusy')).verdict, 'transient');
  const nested = { ...answer(500), codes: ['Outer', 'ErrorServerBusy'] };
  assert.equal(classifyGraphAnswer(nested).verdict, 'transient');
});
