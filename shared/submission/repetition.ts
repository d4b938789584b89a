/**
 * Which earlier message a request would repeat, looked up and not claimed: the same keys in the same order as `submit`.
 */
import type { HeldRecord, Records } from '../outbox/record.ts';
import type { Submitter } from '../access/submitter.ts';
import type { SendingMode } from '../access/mode.ts';
import { contentIds, deliveryKey, fingerprint, keyedMessageId } from './idempotency.ts';
import type { Submission } from './parse.ts';
import { hasRunOut, keySpace, type SubmitRequest } from './submit.ts';

/** The request, read. */
export interface MaybeRepeated {
  readonly submitter: Submitter;
  readonly mode: SendingMode;
  /** Of its `Idempotency-Key`. */
  readonly key: string | undefined;
  readonly request: Pick<SubmitRequest, 'header' | 'body' | 'delivery'>;
  readonly submission: Submission;
  readonly now: Date;
}

/** Finds it. @returns undefined when the request would make a message of its own. */
export async function earlierOf(
  records: Pick<Records, 'get'>,
  { submitter, mode, key, request, submission, now }: MaybeRepeated,
): Promise<HeldRecord | undefined> {
  const { header, body, delivery } = request;
  const space = keySpace(submitter.name, mode);
  const within = async (text: string, seconds: number) => {
    const { before, current } = contentIds(space, text, seconds, now);
    const earlier = await records.get(before);
    const isRecent = earlier && now.getTime() - earlier.acceptedAt.getTime() <= seconds * 1000;
    return isRecent ? earlier : await records.get(current);
  };
  const told = key ?? delivery?.key ?? deliveryKey(header, submission.message);
  if (told !== undefined && key === undefined && delivery) {
    const first = await records.get(keyedMessageId(space, told, 0));
    const counts = first && now.getTime() - first.acceptedAt.getTime() <= delivery.lifetime * 1000;
    return !first || counts ? first : await within(told, delivery.lifetime);
  }
  if (told !== undefined) {
    for (let generation = 0; ; generation++) {
      const record = await records.get(keyedMessageId(space, told, generation));
      if (!record || !hasRunOut(record, now)) return record;
    }
  }
  const { dedupeWindow } = submitter;
  return dedupeWindow === undefined ? undefined : await within(fingerprint(body), dedupeWindow);
}
