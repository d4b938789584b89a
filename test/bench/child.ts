/** A program of ours as a child process: started, asked, stopped. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A running child. */
export interface Child {
  readonly pid: number;
  readonly process: ChildProcess;
  /** The object it sent when it was ready; rejects with the end of its log when it ends before. */
  readonly ready: Promise<Record<string, unknown>>;
  /** The last lines of its standard error. */
  complaints(): string;
  /** Asks it to stop and waits until it has; rejects when it ended by itself or did not end well. May be called twice. */
  stop(): Promise<void>;
}

/** How a child is started. */
export interface ChildOptions {
  /** Path of the program, absolute. */
  readonly program: string;
  readonly arguments?: readonly string[];
  /** Beside the inherited environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** A folder for its standard error: a file costs the child less than a pipe that somebody must read. */
  readonly folder: string;
  /** Options of node itself, such as `--cpu-prof`. */
  readonly nodeOptions?: readonly string[];
}

let started = 0;

/** Starts a child. Returns at once, so that a cold start can be timed from here. */
export function startChild(options: ChildOptions): Child {
  const logFile = path.join(options.folder, `child-${(started += 1)}.log`);
  const log = openSync(logFile, 'w');
  const child = spawn(
    process.execPath,
    [...(options.nodeOptions ?? []), options.program, ...(options.arguments ?? [])],
    { env: { ...inherited(), ...options.environment }, stdio: ['ignore', 'ignore', log, 'ipc'] },
  );
  closeSync(log);
  const complaints = (): string => readFileSync(logFile, 'utf8').trim().split('\n').slice(-5).join('\n');
  const name = path.basename(options.program);
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  const ready = new Promise<Record<string, unknown>>((resolve, reject) => {
    child.once('message', (message) => resolve({ ...Object(message) }));
    void ended.then((how) => reject(new Error(`${name} did not start (${how}): ${complaints()}`)));
  });
  // Whoever does not wait for it learns of a failure in another way.
  ready.catch(() => undefined);
  let stopping: Promise<void> | undefined;
  return {
    pid: child.pid ?? 0,
    process: child,
    ready,
    complaints,
    stop: () => (stopping ??= stop()),
  };

  async function stop(): Promise<void> {
    const alive = child.exitCode === null && child.signalCode === null;
    if (alive) child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    const how = await ended;
    clearTimeout(killer);
    // 143: the signal came before there was anything to drain.
    const well = how === 'exit code 0' || how === 'exit code 143';
    if (!alive || !well) throw new Error(`${name} died (${how}): ${complaints()}`);
  }
}

/** The environment without what npm and a test runner add, and without settings meant for another bridge. */
function inherited(): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(?:npm_|NODE_TEST_CONTEXT$|POSTRIDER_|AzureWebJobs|AzureFunctionsJobHost)/.test(name),
    ),
  );
}
