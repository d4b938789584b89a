/** What a run plays on: storage, the pretend Microsoft 365, and bridge processes in their cells. */
import { mkdir, mkdtemp, cp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildBundle } from '../../infra/build.ts';
import { createAuthority } from '../../infra/simulators/authority.ts';
import { startChild, type Child } from '../bench/child.ts';
import { registerApp } from '../journeys/tenant.ts';
import { startCell, type Cell, type CellParts } from './cell.ts';
import { openLedger, type Ledger } from './ledger.ts';
import { startMicrosoft365Process, type Microsoft365Process } from './microsoft365.ts';
import type { TortureOptions } from './options.ts';
import type { Random } from './random.ts';
import { startStopwatch, type Stopwatch } from './stopwatch.ts';
import type { Traps } from './traps.ts';
import { openWeather, type Weather } from './weather.ts';

/** The stage. */
export interface Stage {
  readonly cells: readonly Cell[];
  readonly microsoft365: Microsoft365Process;
  readonly ledger: Ledger;
  readonly stopwatch: Stopwatch;
  readonly weather: Weather;
  /** Connection string of storage, without a proxy. */
  readonly storage: string;
  readonly apiKey: string;
  /** Ends the storage process and starts it again with the same data. */
  restartStorage(): Promise<void>;
  /** Stories of processes that ended by themselves. */
  readonly falls: readonly string[];
  stop(): Promise<void>;
}

/** The mailboxes that send. */
export const senders = ['alerts', 'billing', 'orders', 'devices'].map((name) => `${name}@contoso.com`);

const root = path.resolve(import.meta.dirname, '../..');

/** Short times, so that a run sees in minutes what a week would bring; no limit of pace but that of concurrency. */
const settings = {
  POSTRIDER_RETRY_SCHEDULE: '1s,2s,3s',
  POSTRIDER_ATTEMPT_TIMEOUT: '4s',
  POSTRIDER_MAILBOX_MESSAGES_PER_MINUTE: '0',
  POSTRIDER_MAILBOX_RECIPIENTS_PER_DAY: '0',
  POSTRIDER_MAILBOX_UPLOAD_BYTES: '0',
  POSTRIDER_LOG_LEVEL: process.env['POSTRIDER_DEBUG'] ? 'debug' : 'error',
};

/** Permissions beside those that sending takes. */
const permissions = { none: [], read: ['Mail.Read'], drafts: ['Mail.ReadWrite'] } as const;

/** Sets the stage. */
export async function setStage(
  options: TortureOptions,
  { random, traps }: { readonly random: Random; readonly traps: Traps },
): Promise<Stage> {
  const folder = await mkdtemp(path.join(tmpdir(), 'postrider-torture-'));
  const running: { stop(): Promise<void> }[] = [];
  const stopwatch = startStopwatch();
  const stop = async (): Promise<void> => {
    stopwatch.stop();
    await Promise.allSettled(running.splice(1).map((part) => part.stop()));
    // Storage last: what a process still has under way needs it.
    await Promise.allSettled(running.splice(0).map((part) => part.stop()));
    if (!process.env['POSTRIDER_DEBUG']) await rm(folder, { recursive: true, force: true });
  };
  try {
    const storage = await startStorage(options.storage, folder);
    running.push(storage);
    const granted = permissions[options.lookup];
    const roles = ['Mail.Send', 'SMTP.SendAsApp', ...granted];
    const microsoft365 = await startMicrosoft365Process(folder, senders, roles);
    running.push(microsoft365.child);
    const { facts } = microsoft365;
    const authority = await createAuthority();
    const certificates = path.join(folder, 'ca.pem');
    await writeFile(certificates, `${facts.caPem}\n${authority.caPem}`);
    const tls = { ...(await authority.issue(['localhost'])), ca: facts.caPem };
    const app = await buildApp(path.join(folder, 'app'));
    const apiKey = await registerApp(storage, { senders });
    const ledger = openLedger(() => stopwatch.now());
    const weather = openWeather(storage.connectionString, random.fork());
    const falls: string[] = [];
    const started = async (parts: CellParts): Promise<Cell> => {
      const cell = await startCell(parts);
      running.push(cell);
      return cell;
    };
    const cells = await Promise.all(
      Array.from({ length: options.processes }, (_, index) =>
        started({
          index,
          app,
          folder,
          storage: storage.connectionString,
          microsoft365: { graph: facts.urls.graph, login: facts.urls.login, smtp: facts.smtp.port },
          tls,
          traps,
          ledger,
          weather,
          random: random.fork(),
          fell: (story) => void falls.push(story),
          settings: {
            ...settings,
            POSTRIDER_TENANT_ID: facts.tenantId,
            POSTRIDER_CLIENT_ID: facts.clientId,
            POSTRIDER_CLIENT_SECRET: facts.clientSecret,
            POSTRIDER_TRANSPORTS: options.transport,
            POSTRIDER_GRAPH_PERMISSIONS: granted.join(),
            POSTRIDER_LEASE: `${options.lease}s`,
            NODE_EXTRA_CA_CERTS: certificates,
          },
        }),
      ),
    );
    return {
      cells,
      microsoft365,
      ledger,
      stopwatch,
      weather,
      storage: storage.connectionString,
      apiKey,
      restartStorage: () => storage.restart(),
      falls,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The bundle that Azure runs, with our host.json. */
export async function buildApp(folder: string): Promise<string> {
  await mkdir(path.join(folder, 'dist'), { recursive: true });
  await cp(path.join(root, 'host.json'), path.join(folder, 'host.json'));
  await writeFile(
    path.join(folder, 'package.json'),
    JSON.stringify({ type: 'module', main: 'dist/postrider.js' }),
  );
  await buildBundle(path.relative(root, path.join(folder, 'dist')));
  return folder;
}

const programs = {
  azurite: { file: 'infra/local/azurite-main.ts', signal: 'SIGTERM' },
  simulator: { file: 'infra/simulators/storage-main.ts', signal: 'SIGKILL' },
} as const;

/** Azurite is asked to go, since it forgets up to 5 s when it is killed; the simulator is killed. */
async function startStorage(kind: TortureOptions['storage'], folder: string) {
  const { file, signal } = programs[kind];
  const start = async (
    ports: readonly number[],
  ): Promise<{ child: Child; facts: Record<string, unknown> }> => {
    const child = startChild({
      program: path.join(root, file),
      arguments: ['--ports', ports.join(), '--directory', path.join(folder, 'storage')],
      folder,
    });
    return { child, facts: await child.ready };
  };
  let { child, facts } = await start([0, 0, 0]);
  const { blob = 0, queue = 0, table = 0 }: Record<string, number> = Object(facts['ports']);
  return {
    connectionString: String(facts['connectionString']),
    async restart() {
      const ended = new Promise((resolve) => child.process.once('exit', resolve));
      child.process.kill(signal);
      await ended;
      ({ child, facts } = await start([blob, queue, table]));
    },
    stop: () => child.stop(),
  };
}
