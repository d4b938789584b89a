#!/usr/bin/env node
/**
 * node infra/local/azurite-main.ts [--directory folder] [--ports blob,queue,table]
 * Prints `{"ready":true,"connectionString":…,"urls":…,"ports":…,"directory":…}` on standard output when all three
 * services answer. Default ports are Azurite's own: 10000,10001,10002; 0 takes any free one.
 */
import { parseArgs } from 'node:util';
import { startAzurite } from './azurite.ts';
import { runInForeground } from './host/foreground.ts';
import { reasonOf, StartFailure } from './host/start-failure.ts';

await runInForeground(async () => {
  const { directory, ports } = commandLine();
  const [blob = 10_000, queue = 10_001, table = 10_002] = ports;
  const azurite = await startAzurite({
    ports: [blob, queue, table],
    ...(directory !== undefined && { directory }),
  });
  const { connectionString, urls } = azurite;
  const ready = { connectionString, urls, ports: azurite.ports, directory: azurite.directory };
  return { ready, stop: () => azurite.stop() };
});

function commandLine(): { directory: string | undefined; ports: number[] } {
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({ options: { directory: text, ports: text } });
    const ports = values.ports?.split(',').map(Number) ?? [];
    if (!ports.every((port) => Number.isInteger(port) && port >= 0 && port <= 65_535)) {
      throw new Error(`--ports ${values.ports} is not three port numbers, as in 10000,10001,10002`);
    }
    return { directory: values.directory, ports };
  } catch (cause) {
    throw new StartFailure(`The command line cannot be read: ${reasonOf(cause)}.`, { cause });
  }
}
