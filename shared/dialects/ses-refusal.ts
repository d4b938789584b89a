/**
 * Refusals in the words of Amazon SES: exceptions that its clients know, and the states of the entries of a bulk request.
 * Source: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html#API_SendEmail_Errors
 */
import { type Problem, type ProblemCode } from '../platform/problem.ts';
import { refusals } from '../platform/refusals.ts';
import { spelled } from './ses.ts';
import { foreignFaults, type ForeignAnswer, type Translation } from './translation.ts';

type Exception = readonly [status: number, name: string];

const rejected: Exception = [400, 'MessageRejected'];

const exceptions: Partial<Readonly<Record<ProblemCode, Exception>>> = {
  'missing-credentials': [403, 'MissingAuthenticationTokenException'],
  'invalid-api-key': [403, 'UnrecognizedClientException'],
  'invalid-signature': [403, 'InvalidSignatureException'],
  'ambiguous-credentials': [403, 'UnrecognizedClientException'],
  // What policy says of the message is what SES says of unverified senders and forbidden content.
  'sender-not-allowed': rejected,
  'display-name-not-allowed': rejected,
  'reply-to-not-allowed': rejected,
  'recipient-not-allowed': rejected,
  'recipient-suppressed': rejected,
  'attachment-not-allowed': rejected,
  'header-not-allowed': rejected,
  'header-required': rejected,
  'mail-loop': rejected,
  'submitter-disabled': [400, 'SendingPausedException'],
  'sending-suspended': [503, 'SendingPausedException'],
  'template-not-found': [404, 'NotFoundException'],
  'not-found': [404, 'NotFoundException'],
  'message-not-found': [404, 'NotFoundException'],
  'internal-error': [500, 'InternalServiceErrorException'],
};

function exceptionOf({ code, errors = [] }: Problem): Exception {
  const known = exceptions[code];
  if (known) return known;
  const { status } = refusals[code];
  if (status === 429) return [429, 'TooManyRequestsException'];
  if (status === 503) return [503, 'ServiceUnavailableException'];
  if (status === 403) return [403, 'AccessDeniedException'];
  // No sender that was verified looks like this; nodemailer's `verify` waits for it.
  return errors[0]?.pointer === '#/from' ? rejected : [400, 'BadRequestException'];
}

const sentence = (problem: Problem, names: Translation['spelled']): string => {
  const [first] = foreignFaults(problem, names);
  return first && first.field !== '' ? `${first.field}: ${first.detail}` : problem.detail;
};

/** A refusal, whose name stands in `x-amzn-errortype`. @param id of the request. */
export function sesRefusal(
  problem: Problem,
  id: string,
  message?: Pick<Translation, 'spelled'>,
): ForeignAnswer {
  const [status, name] = exceptionOf(problem);
  return {
    status,
    headers: { 'x-amzn-errortype': name, 'x-amzn-requestid': id },
    body: { message: sentence(problem, message?.spelled ?? spelled) },
  };
}

const states: Partial<Readonly<Record<ProblemCode, string>>> = {
  'template-not-found': 'TEMPLATE_NOT_FOUND',
  'submitter-disabled': 'ACCOUNT_SENDING_PAUSED',
  'sending-suspended': 'ACCOUNT_SENDING_PAUSED',
  'quota-exceeded': 'ACCOUNT_THROTTLED',
  'wait-too-long': 'ACCOUNT_THROTTLED',
  'storage-unavailable': 'TRANSIENT_FAILURE',
  'internal-error': 'FAILED',
};

/** What became of an entry that was refused. */
export function sesEntryRefused(
  problem: Problem,
  message?: Pick<Translation, 'spelled'>,
): { readonly Status: string; readonly Error: string } {
  const state = exceptionOf(problem) === rejected ? 'MESSAGE_REJECTED' : 'INVALID_PARAMETER';
  return {
    Status: states[problem.code] ?? state,
    Error: sentence(problem, message?.spelled ?? spelled),
  };
}
