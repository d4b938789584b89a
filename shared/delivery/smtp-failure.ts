/** What nodemailer threw, read into an outcome. Pure. */
import { domainToASCII } from 'node:url';
import { AttachmentError, attachmentUnreadable } from './attachment-error.ts';
import { explainNetworkError } from './network-errors.ts';
import type { ProviderTrace, RejectedRecipient } from '../reporting/event.ts';
import type { Outcome } from './outcome.ts';
import type { SmtpPhase } from './smtp-progress.ts';
import { classifySmtpReply, enhancedStatusCode } from './smtp-replies.ts';
import { oneLine, outcomeOf, type Setback, type Verdict } from './verdict.ts';

/** There was no token to log in with: an error that carries its outcome through nodemailer. */
export class NoTokenError extends Error {
  override readonly name = 'NoTokenError';
  readonly outcome: Extract<Outcome, { kind: 'deferred' }>;

  constructor(outcome: Extract<Outcome, { kind: 'deferred' }>) {
    super(outcome.reason);
    this.outcome = outcome;
  }
}

/** The fields of a nodemailer error that are looked at (nodemailer 10.6.0, errors.js). */
interface SmtpError {
  readonly code?: string;
  readonly response?: string;
  readonly rejectedErrors: readonly RejectedRecipient[];
}

/** Codes of errors that say something about the connection and nothing about the message. */
const connectionCodes = new Set(['ECONNECTION', 'ESOCKET', 'ETIMEDOUT']);

/**
 * Whether the connection had ended before the message was begun, so that the message can go over another one at once. A server
 * may close an idle connection at any time (RFC 5321 §4.5.3.2.7), and announces it by 421.
 */
export function connectionWasStale(error: unknown, phase: SmtpPhase): boolean {
  if (phase !== 'waiting') return false;
  const { code, response } = read(error);
  if (response !== undefined) return response.startsWith('421');
  // A queued message of a pool that was given up has an error without a code.
  return code === undefined ? wasGivenUp(error) : connectionCodes.has(code);
}

const wasGivenUp = (error: unknown): boolean =>
  error instanceof Error && error.message === 'Connection pool was closed';

/** Whether the server refused the token (or a right that it checks together with it). */
export const tokenWasRefused = (error: unknown): boolean => read(error).response?.startsWith('535') ?? false;

/**
 * Reads an error into an outcome.
 *
 * @param host what was being talked to, with its port.
 */
export function explainSmtpError(error: unknown, phase: SmtpPhase, host: string): Setback {
  if (error instanceof NoTokenError) return error.outcome;
  if (isAttachmentError(error)) return outcomeOf(attachmentUnreadable, {});
  const { code, response, rejectedErrors } = read(error);
  // Recipients stand in an error only when all were refused; when some were taken the message went on to them.
  const said = loudest(rejectedErrors) ?? response;
  if (said !== undefined) return outcomeOf(classifySmtpReply(said), traceOf(said), shorten(rejectedErrors));
  if (code === 'EMESSAGE' || code === 'EENVELOPE' || code === 'EMAXRECIPIENTS') {
    const reason = 'The message is beyond what the server announced to take, in size or in its addresses.';
    return outcomeOf({ verdict: 'message', reason }, { code });
  }
  const network = explainNetworkError(error, host);
  const trace = network.code === undefined ? {} : { code: network.code };
  if (phase !== 'written') return outcomeOf({ verdict: 'transient', reason: network.reason }, trace);
  const reason = `${network.reason} The message had been written: it may have been sent.`;
  return outcomeOf({ verdict: 'unknown', reason }, trace);
}

/**
 * Which verdict speaks for the message when recipients were refused for several reasons: a limit of the mailbox concerns all of
 * them; then what passes soonest; what is permanent only when nothing else is there.
 */
const loudness: readonly Verdict[] = ['throttled', 'transient', 'configuration', 'refused', 'message'];

const rank = (reply: string): number => loudness.indexOf(classifySmtpReply(reply).verdict);

function loudest(rejected: readonly RejectedRecipient[]): string | undefined {
  return rejected.map(({ reply }) => reply).toSorted((a, b) => rank(a) - rank(b))[0];
}

/** What a reply leaves in the trace. */
export function traceOf(reply: string): ProviderTrace {
  const code = enhancedStatusCode(reply);
  return {
    status: Number(reply.slice(0, 3)),
    ...(code === undefined ? {} : { code }),
    reply: oneLine(reply),
  };
}

/** Characters that the replies to all recipients of an attempt may take together: they are kept in the message's row. */
const repliesLimit = 20_000;

/** Characters that every reply may have, however many there are. */
const leastReply = 60;

/** The recipients that were refused one by one, in the server's words, and whether our table says to try them again. */
export const rejectedRecipients = (errors: unknown): RejectedRecipient[] => shorten(readRejected(errors));

function shorten(rejected: readonly RejectedRecipient[]): RejectedRecipient[] {
  const length = Math.max(leastReply, Math.floor(repliesLimit / rejected.length));
  return rejected.map((one) => ({ ...one, reply: one.reply.slice(0, length) }));
}

function readRejected(errors: unknown): RejectedRecipient[] {
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((error: unknown) => {
    const address = field(error, 'recipient');
    if (address === undefined) return [];
    const reply = oneLine(field(error, 'response') ?? '');
    const code = enhancedStatusCode(reply);
    const { verdict } = classifySmtpReply(reply);
    return [
      {
        address: withALabels(address),
        reply,
        ...(code === undefined ? {} : { code }),
        ...(isPermanent(verdict) ? {} : { temporary: true }),
      },
    ];
  });
}

/** nodemailer writes the domain in U-labels when the local part is not ASCII; everything else here has A-labels. */
function withALabels(address: string): string {
  const domain = address.lastIndexOf('@') + 1;
  return address.slice(0, domain) + domainToASCII(address.slice(domain));
}

const isPermanent = (verdict: Verdict): boolean => verdict === 'message' || verdict === 'refused';

function read(error: unknown): SmtpError {
  const code = field(error, 'code');
  const response = field(error, 'response');
  const rejectedErrors = readRejected(
    typeof error === 'object' && error !== null ? Reflect.get(error, 'rejectedErrors') : undefined,
  );
  return {
    ...(code === undefined ? {} : { code }),
    ...(response !== undefined && /^\d{3}/.test(response) ? { response } : {}),
    rejectedErrors,
  };
}

const isAttachmentError = (error: unknown): boolean =>
  error instanceof AttachmentError || (error instanceof Error && error.cause instanceof AttachmentError);

function field(value: unknown, key: string): string | undefined {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return typeof found === 'string' ? found : undefined;
}
