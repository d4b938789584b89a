import { reasonOf, StartFailure } from './start-failure.ts';

export interface Service {
  /** What the parent process is told, beside `ready: true`. */
  ready: object;
  stop(): Promise<void>;
}

/**
 * Runs a service as the whole of this process. When it is ready, prints one line of JSON on standard output and, to a
 * parent with an IPC channel, sends the same object. SIGTERM, SIGINT and the end of the parent's channel stop it
 * cleanly with exit code 0; a second signal ends the process at once. A failed start prints one sentence and exits 1;
 * with POSTRIDER_DEBUG set the stack follows.
 */
export async function runInForeground(
  start: (announce: (ready: object) => void) => Promise<Service>,
): Promise<void> {
  let announced = false;
  const announce = (facts: object): void => {
    if (announced) return;
    announced = true;
    const ready = { ready: true, ...facts };
    process.stdout.write(`${JSON.stringify(ready)}\n`);
    process.send?.(ready);
  };
  let stopping = false;
  const started = Promise.withResolvers<Service>();
  const stop = async (code: number): Promise<void> => {
    if (stopping || !announced) process.exit(code);
    stopping = true;
    try {
      await (await started.promise).stop();
    } catch (error) {
      fail(error);
    }
    process.exit(0);
  };
  process.on('SIGTERM', () => void stop(143));
  process.on('SIGINT', () => void stop(130));
  process.on('disconnect', () => void stop(1));
  try {
    const service = await start(announce);
    announce(service.ready);
    started.resolve(service);
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): never {
  const sentence = error instanceof StartFailure ? error.message : `The start failed: ${reasonOf(error)}.`;
  process.stderr.write(`${sentence}\n`);
  if (process.env['POSTRIDER_DEBUG']) console.error(error);
  process.exit(1);
}
