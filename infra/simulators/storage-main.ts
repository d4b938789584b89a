#!/usr/bin/env node
/**
 * node infra/simulators/storage-main.ts [--directory folder] [--ports blob,queue,table] [--control port] [--seed number] [--memory]
 * Prints `{"ready":true,"connectionString":…,"urls":…,"ports":…,"controlUrl":…,"directory":…}` on standard output, and sends it
 * to a parent with an IPC channel, when all services answer. Default ports are Azurite's own, 10000,10001,10002; 0 takes any free
 * one, as the control door does by default. `--memory` writes nothing to disk. SIGTERM, SIGINT and the end of the parent's
 * channel stop it with exit code 0.
 */
import { parseArgs } from 'node:util';
import { startStorage, type StorageOptions } from './storage.ts';

try {
  const storage = await startStorage(commandLine());
  const { connectionString, urls, ports, controlUrl, directory } = storage;
  const ready = { ready: true, connectionString, urls, ports, controlUrl, directory };
  const stop = (): void => void storage.stop().then(() => process.exit(0));
  for (const end of ['SIGTERM', 'SIGINT', 'disconnect']) process.once(end, stop);
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  process.send?.(ready);
} catch (cause) {
  process.stderr.write(
    `The storage simulator did not start: ${cause instanceof Error ? cause.message : String(cause)}\n`,
  );
  process.exit(1);
}

function commandLine(): StorageOptions {
  const text = { type: 'string' } as const;
  const options = {
    directory: text,
    ports: text,
    control: text,
    seed: text,
    memory: { type: 'boolean' },
  } as const;
  const { values } = parseArgs({ options });
  const [blob = 10_000, queue = 10_001, table = 10_002] = values.ports?.split(',').map(wholeNumber) ?? [];
  return {
    ports: [blob, queue, table],
    durable: values.memory !== true,
    controlPort: wholeNumber(values.control ?? '0'),
    seed: wholeNumber(values.seed ?? '1'),
    ...(values.directory !== undefined && { directory: values.directory }),
  };
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${text} on the command line is not a whole number.`);
  return Number(text);
}
