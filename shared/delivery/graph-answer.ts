/** Graph's answer to `sendMail`, read into an outcome. Pure but for reading the body. */
import { classifyGraphAnswer } from './graph-verdict.ts';
import type { Outcome, ProviderTrace } from './outcome.ts';
import { parseRetryAfter } from '../platform/retry-after.ts';
import { oneLine, outcomeOf } from './verdict.ts';

/**
 * Reads an answer.
 *
 * @param clientRequestId what we sent as `client-request-id`.
 * @param now what a date in `Retry-After` is counted from.
 * @param notCarried what the form of the request lost.
 */
export async function readGraphAnswer(
  response: Response,
  clientRequestId: string,
  now: Date,
  notCarried: readonly string[],
): Promise<Outcome> {
  const seconds = parseRetryAfter(response.headers.get('retry-after'), now);
  const requestId = response.headers.get('request-id');
  const base = { ...(requestId ? { requestId } : {}), clientRequestId, status: response.status };
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
