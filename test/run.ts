/**
 * All tests: `npm test`.
 *
 * In two halves. Coverage of `shared/` is counted where it is tested as such: in the folders of its rooms, which bear their names, and in
 * the journeys through all of them. The other tests (programs, simulators, vendors' clients, senders) run the same code once more from
 * outside, mostly in processes of their own: counting costs them a quarter of their time, and tells nothing.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

const counted = [
  '--experimental-test-coverage',
  '--test-coverage-include=shared/**',
  '--test-coverage-lines=90',
];
const preloaded = ['log-watch', 'uncounted-children'].flatMap((name) => ['--import', `./test/${name}.ts`]);

/** One more than there are processors, since many tests wait for a time to come. */
const concurrency = availableParallelism() + 1;

/** What one process of some hundred has stripped and compiled the others need not. */
const compiled = path.join(tmpdir(), 'postrider-test-compile-cache');

/** Journeys of bridges in processes of their own. */
const apart = /^(?:crash|crash-points|package|start|torture)\.test\.ts$/;

function isCounted(file: string): boolean {
  const [, folder = ''] = file.split(path.sep);
  if (folder === 'journeys') return !apart.test(path.basename(file));
  return existsSync(path.join(root, 'shared', folder));
}

/** Runs files, and tells the exit code. */
async function run(files: readonly string[], options: readonly string[]): Promise<number> {
  const child = spawn(
    process.execPath,
    [...preloaded, '--test', `--test-concurrency=${concurrency}`, ...options, ...files],
    { cwd: root, stdio: 'inherit', env: { NODE_COMPILE_CACHE: compiled, ...process.env } },
  );
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

const files = globSync('test/**/*.test.ts', { cwd: root });
const codes = [
  await run(files.filter(isCounted), counted),
  await run(
    files.filter((file) => !isCounted(file)),
    [],
  ),
];
process.exitCode = Math.max(...codes);
