/**
 * Loaded before every test file (`npm test`): looks at every line of the bridge's log, whoever writes it, for addresses and credentials.
 * Worlds keep their log and look for themselves, also for what they have planted (journeys/planted.ts); this is for bridges that a test
 * opens without a world, and for those in processes of their own.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { leakIn } from './journeys/planted.ts';

/** How a line of our log begins, as it is and inside a line of the host's (shared/platform/log.ts). */
const ours = /\{\\?"event\\?":/;

const leaks: string[] = [];

function look(line: string): void {
  if (!ours.test(line)) return;
  const leak = leakIn(line);
  if (leak !== undefined) leaks.push(`"${leak.slice(0, 60)}" in ${line.slice(0, 500)}`);
}

for (const method of ['debug', 'info', 'warn', 'error', 'log'] as const) {
  const write = console[method];
  console[method] = (...parts: unknown[]) => {
    look(parts.map(String).join(' '));
    write.apply(console, parts);
  };
}

// Every process that is started from here: its output is looked at on its way in, and left as it is.
subscribe('child_process', (message) => {
  const { process: child } = message as { process: ChildProcess };
  queueMicrotask(() => {
    for (const stream of [child.stdout, child.stderr]) if (stream) watch(stream);
  });
});

function watch(stream: Readable): void {
  const push = stream.push.bind(stream);
  let rest = '';
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    const lines = (rest + (chunk instanceof Uint8Array ? Buffer.from(chunk).toString() : '')).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(look);
    return push(chunk, encoding);
  };
}

process.on('exit', () => {
  if (leaks.length === 0) return;
  process.exitCode = 1;
  process.stderr.write(`The log shows what it must not:\n${leaks.join('\n')}\n`);
});
