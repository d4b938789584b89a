/**
 * What submitters do with batches: messages that they give one id, so that they can be taken back together.
 */
import type { Caller } from '../access/authorize.ts';
import { cancelBatch } from '../outbox/cancel-batch.ts';
import { cancel } from '../outbox/cancel.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { Clock } from '../platform/clock.ts';
import { isMessageId, newMessageId } from '../platform/id.ts';
import { ok, refuse, type Result } from '../platform/problem.ts';

/** The desk. Methods reject with RestError when storage cannot be reached. */
export interface BatchDesk {
  /** An id for a batch. Nothing is stored: it is the caller's by what is sent with it. */
  newBatch(): string;
  /** A batch id as it is; `invalid-submission` for anything else. */
  batchId(text: string): Result<string>;
  /**
   * Submits messages of a batch. Those that were accepted while it was cancelled are taken back.
   *
   * @param submit gives the ids of the messages.
   * @returns what `submit` does; `batch-cancelled` when the batch is.
   */
  inBatch(
    caller: Caller,
    batch: string | undefined,
    submit: () => Promise<Result<readonly string[]>>,
  ): Promise<Result<readonly string[]>>;
  /** Takes back what waits of a batch, and whatever is submitted with its id from now on; asking twice is no fault. */
  cancelBatch(caller: Caller, batch: string): Promise<Result<void>>;
  /** The caller's cancelled batches, or this one of them. */
  cancelledBatches(caller: Caller, batch?: string): Promise<Result<readonly string[]>>;
}

/** Opens it. */
export function openBatchDesk(outbox: Outbox, clock: Clock): BatchDesk {
  const { batches } = outbox;
  return {
    newBatch: () => newMessageId(clock.now()),
    batchId,
    async inBatch({ submitter: { name: submitter } }, id, submit) {
      if (id === undefined) return await submit();
      if (await batches.isCancelled({ submitter, id })) return cancelled();
      const ids = await submit();
      if (!ids.ok || !(await batches.isCancelled({ submitter, id }))) return ids;
      for (const message of ids.value) await cancel(outbox, submitter, message, clock.now());
      return cancelled();
    },
    async cancelBatch({ submitter: { name: submitter } }, text) {
      const id = batchId(text);
      if (!id.ok) return id;
      await cancelBatch(outbox, { submitter, id: id.value }, clock.now());
      return ok(undefined);
    },
    async cancelledBatches({ submitter: { name: submitter } }, text) {
      if (text === undefined) return ok(await batches.cancelled(submitter));
      const id = batchId(text);
      if (!id.ok) return id;
      return ok((await batches.isCancelled({ submitter, id: id.value })) ? [id.value] : []);
    },
  };
}

const cancelled = () =>
  refuse('batch-cancelled', 'This batch was cancelled. Nothing of it is sent any more.');

const batchId = (text: string): Result<string> =>
  isMessageId(text) ? ok(text) : refuse('invalid-submission', 'Have a batch id made by POST /v3/mail/batch.');
