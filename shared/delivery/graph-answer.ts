/**
 * Graph's answers, read into outcomes. Pure but for reading the body.
 *
 * Sending (`sendMail`, `/send`) is the one request whose loss is a doubt. Whatever fails before it has certainly not sent anything.
 */
import type { GraphReply } from './graph-client.ts';
import { classifyGraphAnswer } from './graph-verdict.ts';
import type { ProviderTrace } from '../reporting/event.ts';
import type { Outcome } from './outcome.ts';
import { parseRetryAfter } from '../platform/retry-after.ts';
import { oneLine, outcomeOf, type Setback } from './verdict.ts';

/**
 * Reads what came of a request that sends.
 *
 * @param now what a date in `Retry-After` is counted from.
 * @param notCarried what the form of the request lost.
 */
export async function readSending(
  reply: GraphReply,
  now: Date,
  notCarried: readonly string[],
): Promise<Outcome> {
  if (reply.kind === 'no-token') return reply.outcome;
  if (reply.kind === 'answered') {
    return await readAnswer(reply, now, notCarried);
  }
  const { reason, written } = reply;
  return written
    ? outcomeOf(
        { verdict: 'unknown', reason: `${reason} The message had been written: it may have been sent.` },
        traceOf(reply),
      )
    : outcomeOf({ verdict: 'transient', reason }, traceOf(reply));
}

/** The permission that anything but sending takes. */
const forbidden =
  'The app may not write in this mailbox: grant Mail.ReadWrite with admin consent, or take it out of POSTRIDER_GRAPH_PERMISSIONS (grants take 30 minutes to 2 hours).';

/**
 * Reads the failure of a request that prepares or looks: nothing has been sent by it.
 *
 * @param reply anything but success.
 * @param now what a date in `Retry-After` is counted from.
 */
export async function readSetback(reply: GraphReply, now: Date): Promise<Setback> {
  if (reply.kind === 'no-token') return reply.outcome;
  if (reply.kind === 'lost') return outcomeOf({ verdict: 'transient', reason: reply.reason }, traceOf(reply));
  const outcome = await readAnswer(reply, now, []);
  const { trace } = outcome;
  if (trace.status === 403) return outcomeOf({ verdict: 'configuration', reason: forbidden }, trace);
  if (outcome.kind === 'deferred' || outcome.kind === 'failed') return outcome;
  const reason = `Graph answered ${trace.status} before the message was sent.`;
  return outcomeOf({ verdict: 'transient', reason }, trace);
}

/** What a reply says about itself. */
export function traceOf(reply: Exclude<GraphReply, { kind: 'no-token' }>): ProviderTrace {
  const { clientRequestId } = reply;
  if (reply.kind === 'lost') {
    return { clientRequestId, ...(reply.code === undefined ? {} : { code: reply.code }) };
  }
  const requestId = reply.response.headers.get('request-id');
  return { ...(requestId ? { requestId } : {}), clientRequestId, status: reply.response.status };
}

/** The members of an answer in JSON; none when it is something else. */
export async function readJson(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const value = parse(await response.text());
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

async function readAnswer(
  reply: Extract<GraphReply, { kind: 'answered' }>,
  now: Date,
  notCarried: readonly string[],
): Promise<Outcome> {
  const { response } = reply;
  const seconds = parseRetryAfter(response.headers.get('retry-after'), now);
  const base = traceOf(reply);
  if (response.status === 202) {
    return {
      kind: 'relayed',
      trace: base,
      ...(notCarried.length > 0 ? { notCarried } : {}),
      // It was sent all the same (msgraph-sdk-java#1487); the header speaks of the next one.
      ...(seconds === undefined ? {} : { slowDownSeconds: seconds }),
    };
  }
  const { codes, message } = errorOf(await response.text());
  const finding = classifyGraphAnswer({
    status: response.status,
    codes,
    message,
    ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }),
  });
  const trace: ProviderTrace = {
    ...base,
    ...(codes[0] === undefined ? {} : { code: codes[0] }),
    ...(message ? { reply: oneLine(message) } : {}),
  };
  return outcomeOf(finding, trace);
}

/** `{ error: { code, message, innerError: { code? } } }`, or whatever a gateway wrote instead. */
function errorOf(text: string): { readonly codes: readonly string[]; readonly message: string } {
  const error = member(parse(text), 'error');
  if (error === undefined) return { codes: [], message: text };
  const codes: string[] = [];
  for (let at: unknown = error; at !== undefined && codes.length < 5; at = inner(at)) {
    const code = member(at, 'code');
    if (typeof code === 'string' && code) codes.push(code);
  }
  const message = member(error, 'message');
  return { codes, message: typeof message === 'string' ? message : '' };
}

/** The specification spells it `innererror`, the service `innerError`. */
const inner = (error: unknown): unknown => member(error, 'innerError') ?? member(error, 'innererror');

const member = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
