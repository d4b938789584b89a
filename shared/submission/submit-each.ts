/**
 * From a request with several messages to durable ones, each accepted or refused on its own: what Postmark's batches promise, and
 * Resend's permissive ones.
 */
import { batchLimit } from '../platform/id.ts';
import { ok, type Result } from '../platform/problem.ts';
import { readIdempotencyKey } from './idempotency.ts';
import type { Submission } from './parse.ts';
import { writeBatch, type BatchRequest } from './submit-batch.ts';
import { readSubmission, type Accepted, type SubmitParts } from './submit.ts';
import type { Translated } from './translated.ts';

/** The request: any number of messages, or what was refused of them already. */
export interface EachRequest extends Omit<BatchRequest, 'translated'> {
  readonly translated: readonly Result<Translated>[];
}

/**
 * Submits each.
 *
 * Those that nothing speaks against are written a hundred at a time. The ones that share a transaction share its refusals.
 *
 * @returns one result per message, in their order; a refusal of the whole only for a faulty Idempotency-Key.
 * @throws RestError when storage cannot be reached; some may have been written then, and the same key repeats none of them.
 */
export async function submitEach(
  parts: SubmitParts,
  request: EachRequest,
): Promise<Result<readonly Result<Accepted>[]>> {
  const key = readIdempotencyKey(request.header('idempotency-key'));
  if (!key.ok) return key;
  const { caller, header, body } = request;
  const results = new Map<number, Result<Accepted>>();
  const good: { readonly i: number; readonly submission: Submission }[] = [];
  for (const [i, translated] of request.translated.entries()) {
    const read = translated.ok
      ? readSubmission(parts, { caller, header, body, translated: translated.value })
      : translated;
    if (read.ok) good.push({ i, submission: read.value });
    else results.set(i, read);
  }
  for (let from = 0; from < good.length; from += batchLimit) {
    const group = good.slice(from, from + batchLimit);
    const covered = key.value === undefined || from === 0 ? key.value : `${key.value}\0${from}`;
    const submissions = group.map(({ submission }) => submission);
    const written = await writeBatch(parts, request, submissions, covered);
    for (const [at, { i }] of group.entries()) {
      const one = written.ok ? written.value[at] : undefined;
      if (one) results.set(i, ok(one));
      else if (!written.ok) results.set(i, written);
    }
  }
  return ok(request.translated.flatMap((_, i) => results.get(i) ?? []));
}
