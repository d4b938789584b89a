/**
 * The bridge as a child process on the local host, started again when it dies, as the platform would.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const host = fileURLToPath(new URL('../host/main.ts', import.meta.url));
const app = fileURLToPath(new URL('../../..', import.meta.url));

/** A bridge that runs. */
export interface BridgeProcess {
  readonly url: string;
  pid(): number | undefined;
  stop(): Promise<void>;
}

/**
 * Starts the bridge and waits until it answers.
 *
 * @throws Error with the bridge's own sentence when its first start fails.
 */
export async function startBridge(options: {
  /** The bundle's entry. */
  readonly entry: string;
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly say: (line: string) => void;
}): Promise<BridgeProcess> {
  let child: ChildProcess | undefined;
  let stopping = false;

  const start = async (): Promise<string> => {
    const process_ = spawn(
      process.execPath,
      [host, app, '--port', String(options.port), '--entry', options.entry],
      {
        env: { ...inherited(), ...options.environment },
        // Its first line on standard output is for parents without a channel.
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      },
    );
    child = process_;
    let greeted = false;
    process_.stdout?.on('data', (chunk: Buffer) => {
      const text = chunk.toString();
      process.stdout.write(greeted ? text : text.replace(/^\{"ready":true.*\n/, ''));
      greeted = true;
    });
    const complaints: string[] = [];
    process_.stderr?.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk);
      complaints.push(chunk.toString());
    });
    return await new Promise<string>((resolve, reject) => {
      process_.once('message', (message) => resolve((message as { url: string }).url));
      process_.once('exit', (code, signal) => {
        reject(
          new Error(
            `the bridge did not start (${signal ?? code}): ${complaints.join('').trim().split('\n').at(-1) ?? ''}`,
          ),
        );
      });
    });
  };

  const url = await start();
  watch();

  async function restart(): Promise<void> {
    try {
      await start();
      options.say('The bridge is up again.');
      watch();
    } catch (error) {
      options.say(`${(error as Error).message}; it stays down.`);
    }
  }

  function watch(): void {
    child?.once('exit', (code, signal) => {
      if (stopping) return;
      options.say(`The bridge died (${signal ?? `exit code ${code}`}); starting it again …`);
      void restart();
    });
  }

  return {
    url,
    pid: () => child?.pid,
    async stop() {
      stopping = true;
      const running = child;
      if (!running || running.exitCode !== null || running.signalCode !== null) return;
      const gone = new Promise<void>((resolve) => {
        running.once('exit', () => resolve());
      });
      running.kill('SIGTERM');
      const killer = setTimeout(() => running.kill('SIGKILL'), 15_000);
      await gone;
      clearTimeout(killer);
    },
  };
}

/** The environment without what npm and a parent's test runner add. */
function inherited(): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('npm_') && name !== 'NODE_TEST_CONTEXT'),
  );
}
