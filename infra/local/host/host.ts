import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { loadApp } from './app.ts';
import { HOST_VERSION } from './core.ts';
import { type HostConfig, readHostJson } from './host-json.ts';
import { createHttpListener, type HttpListener } from './http/server.ts';
import { createInvoker, type Invoker, logFailure, newInvocationId } from './invoker.ts';
import { createLog, type Log, type LogSink, stderrSink } from './log.ts';
import { type RegisteredFunction, type Registry, runHooks } from './registry.ts';
import { applySettings, isDisabled } from './settings.ts';
import { StartFailure } from './start-failure.ts';
import { headStart, startTriggers, type Triggers } from './triggers.ts';

export interface HostOptions {
  /** The folder with host.json and package.json. */
  appDirectory: string;
  /** Entry file relative to the folder, instead of `main` of package.json. */
  entry?: string;
  /** Default 7071; 0 takes any free port. */
  port?: number;
  /** Default 127.0.0.1. */
  hostname?: string;
  /** Settings that win over the environment and local.settings.json. */
  settings?: Readonly<Record<string, string>>;
  /** Default: short lines on standard error. */
  log?: LogSink;
  /** Where the status of timers is kept; default `.postrider/timers` in the folder. */
  timersDirectory?: string;
  /**
   * Called as soon as HTTP answers. The other triggers then start a moment later, and not while a request is being answered, so that
   * the first one does not wait for them: in Azure they run in another process or on another instance. Without it everything starts
   * together.
   */
  onListening?: (host: Pick<Host, 'url' | 'port' | 'functions'>) => void;
}

export interface Host {
  /** Without a trailing slash. */
  url: string;
  port: number;
  /** Names of the functions that run, in the order in which routes are tried. */
  functions: string[];
  /**
   * Drains: takes no new work, waits up to 10 s for what is running, then runs the appTerminate hooks (5 s).
   * Safe to call twice.
   */
  stop(): Promise<void>;
}

/** `processShutdownTimeout` and `WorkerTerminateGracePeriodInSeconds` of the real host. */
const DRAIN_MS = 10_000;
const TERMINATE_MS = 5_000;

/**
 * Runs an Azure Functions app of the Node v4 programming model in this process, from its registrations and its
 * host.json, with the real `@azure/functions` library. What it leaves out is listed in docs/local-host.md.
 * Rejects with a StartFailure, having closed what it had opened. Two hosts in one process share the environment.
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const directory = path.resolve(options.appDirectory);
  const restore = await applySettings(directory, options.settings ?? {});
  try {
    const config = await readHostJson(directory);
    const log = createLog(config.logLevels, options.log ?? stderrSink);
    const registry = await loadApp(directory, options.entry, log);
    return await run(options, directory, config, log, registry, restore);
  } catch (error) {
    restore();
    throw error;
  }
}

async function run(
  options: HostOptions,
  directory: string,
  config: HostConfig,
  log: Log,
  registry: Registry,
  restore: () => void,
): Promise<Host> {
  const functions = runnable(registry);
  const invoker = createInvoker({
    registry,
    log,
    timeoutMs: config.functionTimeoutMs,
    onTimeout: (name, id) => endProcess(log, name, id, config.functionTimeoutMs),
  });
  let state = 'Initialized';
  const status = { id: path.basename(directory), version: HOST_VERSION, instanceId: randomUUID() };
  const http = createHttpListener({
    functions: ofType(functions, 'httptrigger'),
    routePrefix: config.routePrefix,
    invoker,
    log,
    admin: {
      status: () => ({ ...status, state, processUptime: Math.round(process.uptime() * 1000) }),
      runTimer: (name) => runTimer(ofType(functions, 'timertrigger'), name, invoker, log),
    },
  });
  const hostname = options.hostname ?? '127.0.0.1';
  const names = functions.map(({ name }) => name);
  const url = (port: number) => `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`;
  const opening = http.start(options.port ?? 7071, hostname);
  if (options.onListening) {
    const port = await opening;
    options.onListening({ url: url(port), port, functions: names });
    await headStart(() => invoker.running());
  }
  const starting = startTriggers({
    queues: ofType(functions, 'queuetrigger'),
    timers: ofType(functions, 'timertrigger'),
    timersDirectory: options.timersDirectory ?? path.join(directory, '.postrider', 'timers'),
    config,
    invoker,
    log,
  });
  const [opened, started] = await Promise.allSettled([opening, starting]);
  if (opened.status === 'rejected') {
    if (started.status === 'fulfilled') await started.value.stop();
    throw opened.reason;
  }
  if (started.status === 'rejected') {
    await http.stop();
    throw started.reason;
  }
  state = 'Running';
  const port = opened.value;
  log.write('information', 'Host', `Running ${names.length} functions on port ${port}: ${names.join(', ')}`);
  if (names.length === 0) log.write('warning', 'Host', 'No functions were found.');
  let stopping: Promise<void> | undefined;
  return {
    url: url(port),
    port,
    functions: names,
    stop() {
      state = 'Stopping';
      stopping ??= drain(http, started.value, invoker, registry, log).finally(restore);
      return stopping;
    },
  };
}

/** Starts a timer function out of turn; false when there is none of that name. */
function runTimer(timers: RegisteredFunction[], name: string, invoker: Invoker, log: Log): boolean {
  const fn = timers.find((timer) => compare(timer.name.toLowerCase(), name.toLowerCase()) === 0);
  if (!fn) return false;
  const invocationId = newInvocationId();
  const info = { Schedule: { AdjustForDST: true }, ScheduleStatus: null, IsPastDue: false };
  const data = { json: JSON.stringify(info) };
  invoker
    .invoke(fn, { invocationId, data, triggerMetadata: {} })
    .catch((error: unknown) => logFailure(log, fn.name, invocationId, error));
  return true;
}

/** The app's functions by name, as the host orders them, without the disabled ones. */
function runnable(registry: Registry): RegisteredFunction[] {
  const functions = [...registry.functions.values()].filter(({ name }) => !isDisabled(name));
  for (const fn of functions) {
    if (!['httptrigger', 'queuetrigger', 'timertrigger'].includes(fn.trigger.type.toLowerCase())) {
      throw new StartFailure(
        `Function '${fn.name}' has a ${fn.trigger.type}; the local host runs HTTP, storage queue and timer triggers only.`,
      );
    }
    const extra = Object.entries(fn.metadata.bindings).find(
      ([name, { type }]) => name !== fn.trigger.name && type?.toLowerCase() !== 'http',
    );
    if (extra) {
      throw new StartFailure(
        `Function '${fn.name}' has an input or output binding of type ${extra[1].type}, which the local host does not run.`,
      );
    }
  }
  return functions.sort((a, b) => compare(a.name.toLowerCase(), b.name.toLowerCase()));
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function ofType(functions: RegisteredFunction[], type: string): RegisteredFunction[] {
  return functions.filter(({ trigger }) => trigger.type.toLowerCase() === type);
}

async function drain(
  http: HttpListener,
  triggers: Triggers,
  invoker: Invoker,
  registry: Registry,
  log: Log,
): Promise<void> {
  const quiet = await within(DRAIN_MS, Promise.all([http.stop(), triggers.stop()]));
  if (!quiet) log.write('warning', 'Host', `Stopped with ${invoker.running()} invocations still running.`);
  http.destroy();
  const { appHookData, appOnlyHookData: hookData } = registry;
  const ended = await within(TERMINATE_MS, runHooks(registry, 'appTerminate', { hookData, appHookData }));
  if (!ended) log.write('warning', 'Host', 'The appTerminate hooks did not end in time.');
}

/** True when the work ended in time. */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, ms, false);
  try {
    return await Promise.race([work.then(() => true), promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The host kills the whole worker on a timeout, and with it every other invocation. */
function endProcess(log: Log, name: string, invocationId: string, timeoutMs: number): void {
  const message = `Timeout value of ${timeoutMs / 1000} s was exceeded by function '${name}': the process ends, with all that runs in it.`;
  log.write('critical', 'Host', message, { invocationId });
  process.exit(1);
}
