import { type Invoker, logFailure, newInvocationId } from '../invoker.ts';
import type { Log } from '../log.ts';
import type { RegisteredFunction } from '../registry.ts';
import { resolveNames } from '../settings.ts';
import { reasonOf, StartFailure } from '../start-failure.ts';
import { createFileMonitor, resume, type TimerMonitor, type TimerStatus } from './monitor.ts';
import { parseSchedule, type Schedule } from './schedule.ts';

export interface TimerListener {
  start(): Promise<void>;
  /** Runs no more; resolves when a run under way has ended. */
  stop(): Promise<void>;
}

export interface TimerListenerOptions {
  fn: RegisteredFunction;
  invoker: Invoker;
  log: Log;
  /** Folder of the status files. */
  directory: string;
}

/** setTimeout takes 31 bits of milliseconds; longer waits are taken in slices. */
const SLICE_MS = 2 ** 31 - 1;

/**
 * A timer trigger. Runs never overlap, missed ticks are skipped, a failed run does not change the schedule.
 * Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer
 */
export function createTimerListener({ fn, invoker, log, directory }: TimerListenerOptions): TimerListener {
  const { useMonitor, runOnStartup } = fn.trigger;
  const schedule = scheduleOf(fn);
  const monitor: TimerMonitor | undefined =
    useMonitor === false || schedule.subMinute ? undefined : createFileMonitor(directory, fn.name);
  let status: TimerStatus;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;

  function arm(at: number, pastDue: boolean): void {
    if (stopped) return;
    const wait = at - Date.now();
    timer = setTimeout(
      () => {
        if (wait > SLICE_MS) arm(at, pastDue);
        else running = run(pastDue);
      },
      Math.max(0, Math.min(wait, SLICE_MS)),
    );
  }

  async function run(pastDue: boolean): Promise<void> {
    const started = new Date();
    await invoke(pastDue);
    const due = new Date(status.Next);
    const last = !pastDue && due > started ? due : started;
    const next = later(schedule, last);
    status = { Last: last.toISOString(), Next: next.toISOString(), LastUpdated: last.toISOString() };
    try {
      await monitor?.save(status);
    } catch (error) {
      log.write('error', `Function.${fn.name}`, `The timer's status cannot be kept: ${reasonOf(error)}.`);
    }
    arm(next.getTime(), false);
  }

  async function invoke(pastDue: boolean): Promise<void> {
    const invocationId = newInvocationId();
    const info = {
      Schedule: { AdjustForDST: true },
      ScheduleStatus: monitor ? status : null,
      IsPastDue: pastDue,
    };
    const category = `Function.${fn.name}`;
    const began = performance.now();
    try {
      await invoker.invoke(fn, { invocationId, data: { json: JSON.stringify(info) }, triggerMetadata: {} });
      const durationMs = performance.now() - began;
      log.write('information', category, 'timer run done', { invocationId, durationMs });
    } catch (error) {
      logFailure(log, fn.name, invocationId, error);
    }
  }

  return {
    async start() {
      const begun = resume(await monitor?.load(), schedule, new Date());
      status = begun.status;
      await monitor?.save(status);
      if (begun.pastDue) arm(0, true);
      else if (runOnStartup === true) arm(0, false);
      else arm(new Date(status.Next).getTime(), false);
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}

/** The next tick that is not already past: what was missed during a long run is skipped. */
function later(schedule: Schedule, last: Date): Date {
  const next = schedule.next(last);
  return next.getTime() > Date.now() ? next : schedule.next(new Date());
}

function scheduleOf(fn: RegisteredFunction): Schedule {
  const text = resolveNames(String(fn.trigger['schedule']), `The schedule of function '${fn.name}'`);
  try {
    return parseSchedule(text, process.env['WEBSITE_TIME_ZONE'] ?? 'UTC');
  } catch (cause) {
    throw new StartFailure(`The schedule of function '${fn.name}' is not usable: ${reasonOf(cause)}.`, {
      cause,
    });
  }
}
