import type { HostConfig } from '../host-json.ts';
import type { Invoker } from '../invoker.ts';
import type { Log } from '../log.ts';
import type { RegisteredFunction } from '../registry.ts';
import { resolveNames } from '../settings.ts';
import { reasonOf, StartFailure } from '../start-failure.ts';
import { attempt, type AttemptContext, LEASE_SECONDS } from './attempt.ts';
import { createBackoff } from './backoff.ts';
import { queueAccount } from './connection.ts';
import type { QueueMessage } from './message.ts';
import { createQueueClient, type QueueClient, StorageFault } from './queue-client.ts';

export interface QueueListener {
  queueUrl: string;
  /** Checks that the service answers, then polls; throws a StartFailure when it does not. */
  start(): Promise<void>;
  /** Polls no more; resolves when the messages under way are settled. */
  stop(): Promise<void>;
  /** Ends the present pause between two polls. */
  wake(): void;
}

export interface QueueListenerOptions {
  fn: RegisteredFunction;
  config: HostConfig;
  invoker: Invoker;
  log: Log;
  onPoisoned: (queueUrl: string) => void;
}

/**
 * A storage queue trigger: up to `batchSize` messages a poll, the next poll when no more than `newBatchThreshold` are
 * under way, a randomised pause after empty polls. The trigger waits for a queue that does not exist, it never makes
 * one. Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger
 */
export function createQueueListener({
  fn,
  config,
  invoker,
  log,
  onPoisoned,
}: QueueListenerOptions): QueueListener {
  const { queueName, connection } = fn.trigger;
  const setting = typeof connection === 'string' && connection !== '' ? connection : 'AzureWebJobsStorage';
  const account = queueAccount(setting);
  const name = resolveNames(String(queueName), `The queueName of function '${fn.name}'`).toLowerCase();
  const queue = createQueueClient(account, name);
  const options = config.queues;
  const context: AttemptContext = {
    fn,
    queue,
    poison: hasPoison(name) ? createQueueClient(account, `${name}-poison`) : undefined,
    options,
    invoker,
    log,
    onPoisoned,
  };
  const backoff = createBackoff(options.maxPollingIntervalMs, Math.random);
  const running = new Set<Promise<void>>();
  let exists = false;
  const state = { stopping: false };
  let polling: Promise<void> | undefined;
  let wake = doNothing;

  async function poll(): Promise<void> {
    let found = false;
    while (!state.stopping) {
      const messages = await receive();
      if (messages.length === 0) {
        await pause(backoff(found));
        found = false;
        continue;
      }
      found = true;
      if (state.stopping) await release(queue, messages);
      else messages.forEach(begin);
      while (running.size > options.newBatchThreshold && !state.stopping) await Promise.race(running);
    }
  }

  async function receive(): Promise<QueueMessage[]> {
    try {
      exists ||= await queue.exists();
      return exists ? await queue.receive(options.batchSize, LEASE_SECONDS) : [];
    } catch (error) {
      exists = false;
      log.write('warning', `Function.${fn.name}`, `Queue '${name}' cannot be read: ${reasonOf(error)}.`);
      return [];
    }
  }

  function begin(message: QueueMessage): void {
    const work = attempt(context, message).finally(() => running.delete(work));
    running.add(work);
  }

  function pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
    if (state.stopping) wake();
    return promise;
  }

  return {
    queueUrl: queue.url,
    wake: () => wake(),
    async start() {
      exists = await firstContact(queue, account.endpoint, setting);
      polling = poll();
    },
    async stop() {
      state.stopping = true;
      wake();
      await polling;
      await Promise.all(running);
    },
  };
}

async function firstContact(queue: QueueClient, endpoint: string, setting: string): Promise<boolean> {
  try {
    return await queue.exists();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : reasonOf(cause);
    throw new StartFailure(
      cause instanceof StorageFault
        ? `The queue service at ${endpoint} refuses the connection string in '${setting}' (${cause.status} ${code}).`
        : `The queue service at ${endpoint} does not answer (${code}): start it, or correct the setting '${setting}'.`,
      { cause },
    );
  }
}

/** Gives back what a last poll brought in while the listener was stopping, instead of hiding it for ten minutes. */
async function release(queue: QueueClient, messages: QueueMessage[]): Promise<void> {
  await Promise.allSettled(messages.map(({ id, popReceipt }) => queue.hide(id, popReceipt, 0)));
}

function doNothing(): void {}

function hasPoison(name: string): boolean {
  return !name.endsWith('-poison') && name.length + '-poison'.length <= 63;
}
