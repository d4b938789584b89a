/**
 * `npm start`: the whole bridge on this machine, with a pretend Microsoft 365, real storage (Azurite) and an inbox to look into.
 *
 * Storage, simulators and inbox live in this process; the bridge lives in a child, as it would in Azure, and is started again
 * when it dies.
 */
import { parseArgs } from 'node:util';
import { startSandbox, type SandboxOptions } from './sandbox.ts';
import { greeting, help } from './greeting.ts';
import { sandboxSettings } from './settings-file.ts';

const options = readOptions();
let stopping = false;

try {
  const sandbox = await startSandbox(options, (line) => console.log(line));
  const stop = async () => {
    if (stopping) process.exit(1);
    stopping = true;
    console.log('\nStopping …');
    await sandbox.stop();
    process.exit(0);
  };
  process.on('SIGINT', () => void stop());
  process.on('SIGTERM', () => void stop());
  console.log(greeting(sandbox, process.stdout.isTTY));
} catch (error) {
  console.error(`postrider: ${(error as Error).message}`);
  if (process.env['POSTRIDER_DEBUG']) console.error(error);
  process.exit(1);
}

function readOptions(): SandboxOptions {
  try {
    const { values } = parseArgs({
      options: {
        help: { type: 'boolean', short: 'h' },
        port: { type: 'string' },
        'inbox-port': { type: 'string' },
        transports: { type: 'string' },
        data: { type: 'string' },
        'no-bridge': { type: 'boolean' },
      },
    });
    if (values.help) {
      console.log(help);
      process.exit(0);
    }
    const bridgePort = portNumber(values.port, 'port');
    const inboxPort = portNumber(values['inbox-port'], 'inbox-port');
    return {
      ...(bridgePort === undefined ? {} : { port: bridgePort }),
      ...(inboxPort === undefined ? {} : { inboxPort }),
      ...(values.transports ? { transports: values.transports } : {}),
      ...(values.data ? { data: values.data } : {}),
      ...(values['no-bridge'] ? { bridge: false } : {}),
      settingsFile: sandboxSettings,
    };
  } catch (error) {
    console.error(`postrider: ${(error as Error).message}\n\n${help}`);
    process.exit(2);
  }
}

function portNumber(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new TypeError(`--${name} must be a port number, 0 for any`);
}
