import type { QueueOptions } from '../host-json.ts';
import { type Invoker, logFailure, newInvocationId } from '../invoker.ts';
import type { Log } from '../log.ts';
import type { RegisteredFunction } from '../registry.ts';
import { reasonOf } from '../start-failure.ts';
import type { QueueMessage } from './message.ts';
import { triggerMetadata } from './metadata.ts';
import { type QueueClient, StorageFault } from './queue-client.ts';

/** The trigger always takes messages for ten minutes, whatever host.json says. */
export const LEASE_SECONDS = 600;

export interface AttemptContext {
  fn: RegisteredFunction;
  queue: QueueClient;
  /** Undefined where the host has none: the queue is itself a poison queue, or its name is too long for the suffix. */
  poison: QueueClient | undefined;
  options: QueueOptions;
  invoker: Invoker;
  log: Log;
  /** Called after a message was put on the poison queue, so that a listener on it looks at once. */
  onPoisoned: (queueUrl: string) => void;
}

/**
 * One attempt at one message: decode, run, then delete it, make it visible again, or move it to the poison queue.
 * Never rejects. A message whose receipt was lost on the way (someone else has it now) is left alone.
 * Source: QueueListener and QueueProcessor of the Storage Queues extension, github.com/Azure/azure-sdk-for-net.
 */
export async function attempt(context: AttemptContext, message: QueueMessage): Promise<void> {
  const { fn, queue, options, log } = context;
  try {
    const text = options.messageEncoding === 'base64' ? decode(message.text) : message.text;
    if (text === undefined || message.dequeueCount > options.maxDequeueCount) {
      await moveToPoison(context, message, message.popReceipt);
      return;
    }
    const lease = keepLease(context, message);
    const done = await run(context, message, text);
    await settle(context, message, await lease.end(), done);
  } catch (error) {
    if (!isGone(error)) {
      log.write(
        'error',
        `Function.${fn.name}`,
        `Message ${message.id} of '${queue.name}': ${reasonOf(error)}.`,
      );
    }
  }
}

async function run(
  { fn, invoker, log, queue }: AttemptContext,
  message: QueueMessage,
  text: string,
): Promise<boolean> {
  const invocationId = newInvocationId();
  const started = performance.now();
  try {
    const metadata = triggerMetadata(message, text);
    await invoker.invoke(fn, { invocationId, data: { string: text }, triggerMetadata: metadata });
  } catch (error) {
    logFailure(log, fn.name, invocationId, error);
    return false;
  }
  const category = `Function.${fn.name}`;
  if (log.enabled('information', category)) {
    const durationMs = performance.now() - started;
    const line = `${queue.name} ${message.id} attempt ${message.dequeueCount} done`;
    log.write('information', category, line, { invocationId, durationMs });
  }
  return true;
}

async function settle(
  context: AttemptContext,
  message: QueueMessage,
  receipt: string,
  done: boolean,
): Promise<void> {
  const { queue, poison, options } = context;
  if (done) await queue.remove(message.id, receipt);
  else if (!poison) return;
  else if (message.dequeueCount >= options.maxDequeueCount) await moveToPoison(context, message, receipt);
  else await queue.hide(message.id, receipt, Math.round(options.visibilityTimeoutMs / 1000));
}

async function moveToPoison(context: AttemptContext, message: QueueMessage, receipt: string): Promise<void> {
  const { queue, poison, options, fn, log } = context;
  if (!poison) return;
  const reason =
    message.dequeueCount >= options.maxDequeueCount
      ? `has reached MaxDequeueCount of ${options.maxDequeueCount}`
      : 'is not valid base64';
  log.write('warning', `Function.${fn.name}`, `Message ${message.id} ${reason}: moved to '${poison.name}'.`);
  try {
    await poison.send(message.text);
  } catch (error) {
    if (!(error instanceof StorageFault) || error.code !== 'QueueNotFound') throw error;
    await poison.create();
    await poison.send(message.text);
  }
  await queue.remove(message.id, receipt);
  context.onPoisoned(poison.url);
}

/**
 * Renews the ten minutes at half time, for as long as the invocation runs.
 *
 * @returns `end` gives the last receipt. It waits for a renewal under way, whose answer is the only receipt that still counts.
 */
function keepLease({ queue }: AttemptContext, message: QueueMessage): { end(): Promise<string> } {
  let receipt = message.popReceipt;
  let renewing = Promise.resolve();
  const timer = setInterval(
    () => {
      renewing = renewing.then(renew);
    },
    (LEASE_SECONDS / 2) * 1000,
  );
  timer.unref();
  async function renew(): Promise<void> {
    try {
      receipt = await queue.hide(message.id, receipt, LEASE_SECONDS);
    } catch (error) {
      if (isGone(error)) clearInterval(timer);
    }
  }
  return {
    async end() {
      clearInterval(timer);
      await renewing;
      return receipt;
    },
  };
}

/** Someone else has the message, or it or its queue is no more: nothing is left to do for this attempt. */
function isGone(error: unknown): boolean {
  return (
    error instanceof StorageFault &&
    ['PopReceiptMismatch', 'MessageNotFound', 'QueueNotFound', 'QueueBeingDeleted', 'QueueDisabled'].includes(
      error.code,
    )
  );
}

/** Strict base64 as .NET reads it; undefined when the text is anything else. */
function decode(text: string): string | undefined {
  const packed = text.replace(/\s/g, '');
  const valid = packed.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(packed);
  return valid ? Buffer.from(packed, 'base64').toString('utf8') : undefined;
}
