#!/usr/bin/env node
/**
 * node infra/local/host/main.ts [appDirectory] [--port 7071] [--hostname 127.0.0.1] [--entry file] [--timers folder]
 * Prints `{"ready":true,"url":…,"port":…,"functions":[…]}` on standard output when HTTP answers; queue and timer triggers start a
 * moment later.
 */
import { parseArgs } from 'node:util';
import { runInForeground } from './foreground.ts';
import { startHost } from './host.ts';
import { reasonOf, StartFailure } from './start-failure.ts';

await runInForeground(async (announce) => {
  const { directory, port, hostname, entry, timers } = commandLine();
  const host = await startHost({
    appDirectory: directory,
    port,
    onListening: announce,
    ...(hostname !== undefined && { hostname }),
    ...(entry !== undefined && { entry }),
    ...(timers !== undefined && { timersDirectory: timers }),
  });
  const { url, functions } = host;
  return { ready: { url, port: host.port, functions }, stop: () => host.stop() };
});

function commandLine(): {
  directory: string;
  port: number;
  hostname: string | undefined;
  entry: string | undefined;
  timers: string | undefined;
} {
  const text = { type: 'string' } as const;
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { port: text, hostname: text, entry: text, timers: text },
    });
    const port = Number(values.port ?? 7071);
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      throw new Error(`--port ${values.port} is no port`);
    const { hostname, entry, timers } = values;
    return { directory: positionals[0] ?? '.', port, hostname, entry, timers };
  } catch (cause) {
    throw new StartFailure(`The command line cannot be read: ${reasonOf(cause)}.`, { cause });
  }
}
