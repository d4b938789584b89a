import { setTimeout as delay } from 'node:timers/promises';
import type { HostConfig } from './host-json.ts';
import type { Invoker } from './invoker.ts';
import type { Log } from './log.ts';
import type { RegisteredFunction } from './registry.ts';

export interface TriggerOptions {
  queues: RegisteredFunction[];
  timers: RegisteredFunction[];
  timersDirectory: string;
  config: HostConfig;
  invoker: Invoker;
  log: Log;
}

/** The listeners that are not HTTP. */
export interface Triggers {
  /** Takes no new work; resolves when the work under way has ended. */
  stop(): Promise<void>;
}

interface Listener {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** How long a first request may take to come, and how long the listeners wait for it at most. */
const HEAD_START_MS = 50;
const LONGEST_HEAD_START_MS = 2000;

/**
 * Resolves when HTTP has had its head start: after a moment, and when no invocation is under way. How long a first request takes
 * depends on the machine, and loading the listeners must not be part of it. Where requests never pause, they start all the same.
 */
export async function headStart(
  running: () => number,
  pause: (ms: number) => Promise<void> = delay,
): Promise<void> {
  for (let passed = 0; passed < LONGEST_HEAD_START_MS; passed += HEAD_START_MS) {
    await pause(HEAD_START_MS);
    if (running() === 0) return;
  }
}

/** Starts the queue and timer listeners; their modules are loaded only when the app has such functions. */
export async function startTriggers(options: TriggerOptions): Promise<Triggers> {
  const listeners = [...(await queueListeners(options)), ...(await timerListeners(options))];
  const stop = async (): Promise<void> => {
    await Promise.all(listeners.map((listener) => listener.stop()));
  };
  const results = await Promise.allSettled(listeners.map((listener) => listener.start()));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  return { stop };
}

async function queueListeners({ queues, config, invoker, log }: TriggerOptions): Promise<Listener[]> {
  if (queues.length === 0) return [];
  const { createQueueListener } = await import('./queue/listener.ts');
  const wake = (queueUrl: string): void => {
    for (const listener of listeners) if (listener.queueUrl === queueUrl) listener.wake();
  };
  const listeners = queues.map((fn) => createQueueListener({ fn, config, invoker, log, onPoisoned: wake }));
  return listeners;
}

async function timerListeners({
  timers,
  invoker,
  log,
  timersDirectory,
}: TriggerOptions): Promise<Listener[]> {
  if (timers.length === 0) return [];
  const { createTimerListener } = await import('./timer/listener.ts');
  return timers.map((fn) => createTimerListener({ fn, invoker, log, directory: timersDirectory }));
}
