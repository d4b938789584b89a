/**
 * The sandbox: Azurite, the pretend Microsoft 365 and the inbox page in this process, the bridge in a child.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { keyEntropyBytes, makeApiKey } from '../../../shared/access/api-key.ts';
import type { Hook } from '../../../shared/access/hook.ts';
import { openAccessStore } from '../../../shared/access/store.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { openStorage, storageNames } from '../../../shared/platform/storage.ts';
import { buildBundle, entry } from '../../build.ts';
import { startInbox } from '../../simulators/inbox/inbox.ts';
import { startMicrosoft365 } from '../../simulators/microsoft365.ts';
import { startAzurite } from '../azurite.ts';
import { StartFailure } from '../host/start-failure.ts';
import { bridgeSettings } from '../bridge-settings.ts';
import { startBridge } from './bridge-process.ts';
import { freePort, freePorts } from './ports.ts';

/** What `npm start` may be told. */
export interface SandboxOptions {
  /** Port of the bridge; 7071 when free. */
  readonly port?: number;
  /** Port of the inbox page; 8025 when free. */
  readonly inboxPort?: number;
  /** `POSTRIDER_TRANSPORTS` for the bridge. */
  readonly transports?: string;
  /** Folder that keeps storage; a temporary one when omitted. */
  readonly data?: string;
  /** False leaves the bridge to somebody else, such as Core Tools. */
  readonly bridge?: boolean;
  /** File that tells, while the sandbox runs, what a bridge must be told: `npm run settings -- --from-sandbox` reads it. */
  readonly settingsFile?: string;
}

/** A running sandbox. */
export interface Sandbox {
  readonly bridgeUrl: string;
  readonly inboxUrl: string;
  readonly controlUrl: string;
  readonly apiKey: string;
  /** A `curl` command that sends a first mail. */
  readonly curl: string;
  /** Address of a hook, with its key. */
  readonly hookUrl: string;
  readonly transports: string;
  /** Storage connection string. */
  readonly storage: string;
  /** Process id of the bridge as it runs now. */
  bridgePid(): number | undefined;
  stop(): Promise<void>;
}

/** The address the sandbox's key may send as. */
const sender = 'alerts@contoso.com';

/** For whatever can post: a line of curl, a tool, `postrider trigger`. */
const hook: Hook = {
  name: 'demo',
  submitter: 'sandbox',
  from: `Alerts <${sender}>`,
  to: ['you@example.com'],
  allowGet: true,
};

/**
 * Starts everything.
 *
 * @param say is told, a line at a time, what a person should know while it runs.
 * @throws Error with one sentence when something cannot be started; what had been started is stopped then.
 */
export async function startSandbox(options: SandboxOptions, say: (line: string) => void): Promise<Sandbox> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const each of stops.splice(0).toReversed()) await each().catch(() => undefined);
  };
  try {
    const folder = await mkdtemp(path.join(tmpdir(), 'postrider-'));
    stops.push(() => rm(folder, { recursive: true, force: true }));
    const [port = 0, inboxPort = 0] = await freePorts([options.port ?? 7071, options.inboxPort ?? 8025], say);

    const withBridge = options.bridge !== false;
    const [microsoft365, azurite] = await Promise.all([
      startMicrosoft365({ mailboxes: [{ address: sender, displayName: 'Contoso alerts' }] }),
      startStorage(options.data ?? path.join(folder, 'storage')),
      ...(withBridge ? [buildInto(folder)] : []),
    ]);
    stops.push(
      () => microsoft365.stop(),
      () => azurite.stop(),
    );
    const { apiKey, hookKey } = await makeKeys(azurite.connectionString);
    const curl = curlLine(`http://127.0.0.1:${port}`, apiKey);
    const inbox = await startInbox({
      store: microsoft365.store,
      faults: { ...microsoft365.faults },
      port: inboxPort,
      banner: curl,
    });
    stops.push(() => inbox.stop());

    const caFile = path.join(folder, 'ca.pem');
    await writeFile(caFile, microsoft365.caPem);
    const transports = options.transports ?? process.env['POSTRIDER_TRANSPORTS'] ?? 'graph,smtp';
    const environment = {
      ...bridgeSettings(microsoft365, azurite.connectionString),
      ...ownSettings(),
      POSTRIDER_TRANSPORTS: transports,
      NODE_EXTRA_CA_CERTS: caFile,
    };
    const bridge = withBridge
      ? await startBridge({ entry: path.join(folder, 'dist', entry), port, say, environment })
      : undefined;
    if (bridge) stops.push(() => bridge.stop());
    if (options.settingsFile !== undefined) {
      stops.push(await tellSettings(options.settingsFile, environment));
    }

    const bridgeUrl = bridge?.url ?? `http://127.0.0.1:${port}`;
    return {
      bridgeUrl,
      inboxUrl: inbox.url,
      controlUrl: microsoft365.urls.control,
      apiKey,
      curl,
      hookUrl: `${bridgeUrl}/hooks/${hook.name}/${hookKey}`,
      transports,
      storage: isUsual(azurite.ports) ? 'UseDevelopmentStorage=true' : azurite.connectionString,
      bridgePid: () => bridge?.pid(),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Writes the file for its owner alone. @returns what takes it away again. */
async function tellSettings(
  file: string,
  settings: Readonly<Record<string, string>>,
): Promise<() => Promise<void>> {
  await mkdir(path.dirname(file), { recursive: true });
  await rm(file, { force: true });
  await writeFile(file, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
  return () => rm(file, { force: true });
}

/** Builds into the sandbox's own folder, so that two sandboxes and a build do not take each other's files away. */
async function buildInto(folder: string): Promise<void> {
  await writeFile(path.join(folder, 'package.json'), '{"type":"module"}');
  await buildBundle(path.join(folder, 'dist'));
}

/** Blob, queue and table of Azurite, to which `UseDevelopmentStorage=true` leads. */
const usualPorts = [10_000, 10_001, 10_002] as const;

const isUsual = ({ blob, queue, table }: Record<'blob' | 'queue' | 'table', number>): boolean =>
  [blob, queue, table].join() === usualPorts.join();

async function startStorage(directory: string) {
  const free = await Promise.all(usualPorts.map(async (port) => (await freePort(port)) === port));
  if (free.every(Boolean)) {
    try {
      return await startAzurite({ directory, ports: usualPorts });
    } catch (error) {
      // Somebody else was quicker to take one of them.
      if (!(error instanceof StartFailure)) throw error;
    }
  }
  return await startAzurite({ directory });
}

/** A submitter with a key, and a hook with one of its own. */
async function makeKeys(connection: string): Promise<{ apiKey: string; hookKey: string }> {
  const register = openAccessStore(
    openStorage({ AzureWebJobsStorage: connection }).table(storageNames.access),
    systemClock,
  );
  const [api, forHook] = [makeApiKey(randomBytes(keyEntropyBytes)), makeApiKey(randomBytes(keyEntropyBytes))];
  const createdAt = systemClock.now();
  const { submitter } = hook;
  await register.submitters.put({ name: submitter, senders: [sender], networks: [], disabled: false });
  await register.keys.put({ id: api.id, submitter, hash: api.hash, createdAt });
  await register.hooks.put(hook);
  await register.keys.put({ id: forHook.id, submitter, hook: hook.name, hash: forHook.hash, createdAt });
  return { apiKey: api.text, hookKey: forHook.text };
}

/** Settings of the caller's environment that are meant for the bridge. */
function ownSettings(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      name.startsWith('POSTRIDER_') && name !== 'POSTRIDER_DEBUG' && value ? [[name, value]] : [],
    ),
  );
}

function curlLine(url: string, key: string): string {
  const mail = JSON.stringify({
    from: `Postrider <${sender}>`,
    to: 'you@example.com',
    subject: 'It works',
    text: 'A first mail from Postrider.',
  });
  return `curl -sS ${url}/emails \\\n  -H 'Authorization: Bearer ${key}' \\\n  -H 'Content-Type: application/json' \\\n  -d '${mail}'`;
}
