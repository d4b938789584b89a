import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

export const LOCAL = path.resolve(import.meta.dirname, '../../../infra/local');

/** A program of infra/local as its own process, with what it has written so far. */
export interface Child {
  process: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** The object of the ready message; rejects with the standard error when the process ends first. */
  ready: Promise<Record<string, unknown>>;
  exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** Starts `node infra/local/<file> …` with an IPC channel. The caller ends it. */
export function startChild(file: string, args: string[], env: Record<string, string> = {}): Child {
  const child = spawn(process.execPath, [path.join(LOCAL, file), ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const { promise: ready, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
  child.once('message', (message) => resolve({ ...Object(message) }));
  const exit = once(child, 'close').then(() => {
    reject(new Error(`ended before it was ready: ${stderr}`));
    return { code: child.exitCode, signal: child.signalCode };
  });
  ready.catch(() => {});
  return { process: child, stdout: () => stdout, stderr: () => stderr, ready, exit };
}
