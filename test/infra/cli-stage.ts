/**
 * The command line as a person runs it: a process, its output and its exit code, against Azurite.
 */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { startAzurite } from '../../infra/local/azurite.ts';
import { openAccessStore, type AccessStore } from '../../shared/access/store.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { openStorage, storageNames, type Storage } from '../../shared/platform/storage.ts';
import { bareEnvironment } from '../bare-environment.ts';

const program = path.resolve(import.meta.dirname, '../../infra/cli/postrider.ts');

/** What a run left. */
export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A storage account and a command line that works on it. */
export interface CliStage {
  readonly storage: Storage;
  readonly access: AccessStore;
  run(
    args: readonly string[],
    more?: { env?: Record<string, string>; input?: string | Buffer },
  ): Promise<Run>;
  /** Runs with `--json`; the exit code must be 0. */
  json<T>(...args: string[]): Promise<T>;
  stop(): Promise<void>;
}

/** Starts the account. */
export async function startCli(): Promise<CliStage> {
  const azurite = await startAzurite();
  const storage = openStorage({ AzureWebJobsStorage: azurite.connectionString });
  const run: CliStage['run'] = (args, { env = {}, input = '' } = {}) =>
    new Promise((resolve) => {
      const environment = {
        ...bareEnvironment,
        AzureWebJobsStorage: azurite.connectionString,
        ...env,
      };
      const options = { env: environment, cwd: path.dirname(program) };
      const child = execFile(process.execPath, [program, ...args], options, (error, out, err) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
      });
      child.stdin?.end(input);
    });
  return {
    storage,
    access: openAccessStore(storage.table(storageNames.access), systemClock),
    run,
    async json<T>(...args: string[]) {
      const { code, out, err } = await run([...args, '--json']);
      if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${err}`);
      return JSON.parse(out) as T;
    },
    stop: () => azurite.stop(),
  };
}
