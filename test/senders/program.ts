/** Programs of the system that send to a hook as their users have them: run, waited for, and ended by their own process id. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { keyEntropyBytes, makeApiKey } from '../../shared/access/api-key.ts';
import type { Hook } from '../../shared/access/hook.ts';
import { openAccessStore } from '../../shared/access/store.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { sender, startWorld, type ArrivedMail, type World } from '../journeys/world.ts';

/** Reason to skip a test, or false when all of the programs are there. */
export function missing(...programs: readonly string[]): string | false {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const lacking = programs.filter((name) => !folders.some((folder) => existsSync(path.join(folder, name))));
  return lacking.length === 0 ? false : `needs ${lacking.join(', ')}`;
}

/** A world with the hook "ops", and a key that is good for it alone. */
export async function startSenderWorld(): Promise<World & { readonly hookKey: string }> {
  const key = makeApiKey(randomBytes(keyEntropyBytes));
  const hook: Hook = { name: 'ops', submitter: 'app', from: `Alerts <${sender}>`, to: ['ops@example.com'] };
  const world = await startWorld(
    {},
    {
      before: async (storage) => {
        const { hooks, keys } = openAccessStore(storage.table(storageNames.access), systemClock);
        await hooks.put(hook);
        await keys.put({ id: key.id, hash: key.hash, submitter: 'app', hook: 'ops', createdAt: new Date() });
      },
    },
  );
  return { ...world, hookKey: key.text };
}

/** What a program said and how it ended. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a program to its end; ends it after 30 s. */
export async function run(program: string, args: readonly string[], input = ''): Promise<Ran> {
  const child = spawn(program, args, { stdio: 'pipe', timeout: 30_000, killSignal: 'SIGKILL' });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [out, err, [code]] = await Promise.all([
    child.stdout.toArray(),
    child.stderr.toArray(),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { code, out: out.join(''), err: err.join('') };
}

/** Starts a program that goes on. @returns what ends it, and what it has said. */
export function start(program: string, args: readonly string[]) {
  const child: ChildProcess = spawn(program, args, { stdio: 'pipe' });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, 'exit');
  return {
    said: () => said,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(killer);
    },
  };
}

/** A port that nobody has now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits for a mail whose subject is like this. @param said what to show when none comes. */
export async function mailLike(
  world: World,
  subject: RegExp,
  said: () => string = () => '',
): Promise<ArrivedMail> {
  const { default: PostalMime } = await import('postal-mime');
  for (let tries = 0; tries < 300; tries++) {
    for (const accepted of world.microsoft365.store.list()) {
      const parsed = await PostalMime.parse(accepted.mime);
      if (subject.test(parsed.subject ?? '')) return { accepted, parsed };
    }
    await sleep(100);
  }
  throw new Error(`no mail came with a subject like ${subject}: ${said()}`);
}
