/**
 * What a part plays on: Azurite and the pretend Microsoft 365, each in its own process, a registered submitter, the apps built.
 * Each part has its own, so that none finds another's rows.
 */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { keyEntropyBytes, makeApiKey } from '../../shared/access/api-key.ts';
import type { GraphSettings } from '../../infra/simulators/graph/settings.ts';
import { openAccessStore } from '../../shared/access/store.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { openStorage, storageNames } from '../../shared/platform/storage.ts';
import { buildApps, type App } from './apps.ts';
import { startChild, type Child } from './child.ts';
import { mailbox } from './mail.ts';
import { startMicrosoft365Process, type Microsoft365Process } from './microsoft365.ts';

/** The stage. */
export interface Stage {
  /** Connection string of the storage. */
  readonly storage: string;
  readonly microsoft365: Microsoft365Process;
  /** Settings of a bridge or a baseline. */
  readonly settings: Readonly<Record<string, string>>;
  /** An API key that may send as `mailbox`. */
  readonly apiKey: string;
  /** Few and short rounds. */
  readonly quick: boolean;
  /**
   * Starts an app on the local host in its own process. With POSTRIDER_BENCH_PROFILE set to a folder, bridges write a CPU
   * profile there when they stop.
   */
  spawn(app: App, options?: AppOptions): Child;
  /** As `spawn`, and waits until it runs. */
  start(app: App, options?: AppOptions): Promise<RunningApp>;
  /** Starts another storage simulator, and gives its connection string. */
  startStorage(): Promise<string>;
  /** Tells the person at the terminal what is going on. */
  say(line: string): void;
  stop(): Promise<void>;
}

/** What a part needs of its stage. */
export interface StageOptions {
  readonly quick: boolean;
  /** Default: Azurite. The simulator stands deep queues, see infra/simulators/storage.ts. */
  readonly storage?: 'simulator';
  /** Of the pretend Graph; by default it has no limits. */
  readonly graph?: Partial<GraphSettings>;
}

/** How an app is started. */
export interface AppOptions {
  readonly settings?: Readonly<Record<string, string>>;
  /** 0, the default, takes a free port. */
  readonly port?: number;
}

/** An app that runs. */
export interface RunningApp extends Child {
  readonly url: string;
}

/** Switches functions off, as application settings do. */
export const disabled = (...functions: string[]): Record<string, string> =>
  Object.fromEntries(functions.map((name) => [`AzureWebJobs.${name}.Disabled`, 'true']));

/** The pace is kept, but what it allows is more than any part sends: the bench measures us, not the limits of Microsoft. */
const noLimits = {
  POSTRIDER_MAILBOX_MESSAGES_PER_MINUTE: '1000000',
  POSTRIDER_MAILBOX_RECIPIENTS_PER_DAY: '10000000',
  POSTRIDER_MAILBOX_UPLOAD_BYTES: '10000000000',
  POSTRIDER_GRAPH_CONCURRENCY: '0',
};

const simulators = path.resolve(import.meta.dirname, '../../infra/simulators');
const local = path.resolve(import.meta.dirname, '../../infra/local');

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** Sets the stage; what had been started is stopped when something fails. */
export async function setStage({ quick, storage: kind, graph = {} }: StageOptions): Promise<Stage> {
  const folder = await mkdtemp(path.join(tmpdir(), 'postrider-bench-'));
  const children: Child[] = [];
  const stop = async (): Promise<void> => {
    // In the order of need: what an app still has under way needs storage.
    const stopped: PromiseSettledResult<void>[] = [];
    for (const child of children.toReversed()) stopped.push(...(await Promise.allSettled([child.stop()])));
    if (process.env['POSTRIDER_DEBUG']) say(`What the processes said is in ${folder}.`);
    else await rm(folder, { recursive: true, force: true });
    process.off('SIGINT', interrupted);
    const failed = stopped.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  };
  // The children get the signal too, or see that their channel has ended; the folder is ours.
  const interrupted = (): void => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  const startStorage = async (program: string, ...more: string[]): Promise<string> => {
    const child = startChild({ program, arguments: ['--ports', '0,0,0', ...more], folder });
    children.push(child);
    return String((await child.ready)['connectionString']);
  };
  const startSimulator = () => startStorage(path.join(simulators, 'storage-main.ts'), '--memory');
  try {
    say('Building the apps, starting storage and the pretend Microsoft 365 …');
    const starting =
      kind === 'simulator'
        ? startSimulator()
        : startStorage(path.join(local, 'azurite-main.ts'), '--directory', path.join(folder, 'storage'));
    const microsoft365 = await startMicrosoft365Process(folder, graph);
    children.push(microsoft365.child);
    const { facts } = microsoft365;
    const caFile = path.join(folder, 'ca.pem');
    await writeFile(caFile, facts.caPem);
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), facts.caPem]);
    const storage = await starting;
    const apps = await buildApps(path.join(folder, 'apps'));
    const settings = {
      POSTRIDER_TENANT_ID: facts.tenantId,
      POSTRIDER_CLIENT_ID: facts.clientId,
      POSTRIDER_CLIENT_SECRET: facts.clientSecret,
      POSTRIDER_LOGIN_URL: facts.urls.login,
      POSTRIDER_GRAPH_URL: facts.urls.graph,
      POSTRIDER_SMTP_HOST: facts.smtp.host,
      POSTRIDER_SMTP_PORT: String(facts.smtp.port),
      ...noLimits,
      AzureWebJobsStorage: storage,
      NODE_EXTRA_CA_CERTS: caFile,
      BENCH_MAILBOX: mailbox,
    };
    const profiles = process.env['POSTRIDER_BENCH_PROFILE'];
    const spawn = (app: App, options: AppOptions = {}): Child => {
      const child = startChild({
        program: path.join(local, 'host/main.ts'),
        arguments: [apps[app], '--port', String(options.port ?? 0)],
        environment: { ...settings, ...options.settings },
        folder,
        ...(profiles && app === 'bridge'
          ? { nodeOptions: ['--cpu-prof', '--cpu-prof-dir', path.resolve(profiles)] }
          : {}),
      });
      children.push(child);
      return child;
    };
    return {
      storage,
      microsoft365,
      settings,
      apiKey: await makeKey(storage),
      quick,
      spawn,
      async start(app, options) {
        const child = spawn(app, options);
        return { ...child, url: String((await child.ready)['url']) };
      },
      startStorage: startSimulator,
      say,
      stop,
    };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

/** Registers a submitter in a storage account and returns its key. */
export async function makeKey(connection: string, submitter = 'bench'): Promise<string> {
  const table = openStorage({ AzureWebJobsStorage: connection }).table(storageNames.access);
  const register = openAccessStore(table, systemClock);
  const key = makeApiKey(randomBytes(keyEntropyBytes));
  await register.submitters.put({ name: submitter, senders: [mailbox], networks: [], disabled: false });
  await register.keys.put({ id: key.id, submitter, hash: key.hash, createdAt: systemClock.now() });
  return key.text;
}
