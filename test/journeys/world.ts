/**
 * The world of a journey: Azurite, the pretend Microsoft 365 and the local host with the real functions, in one process, and a
 * client that speaks HTTP to it. One world per test file: a process holds one app.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import PostalMime, { type Email } from 'postal-mime';
import { startAzurite, type Azurite } from '../../infra/local/azurite.ts';
import { startHost, type Host } from '../../infra/local/host/host.ts';
import type { AcceptedMail } from '../../infra/simulators/mail-store.ts';
import {
  startMicrosoft365,
  type Microsoft365,
  type Microsoft365Options,
} from '../../infra/simulators/microsoft365.ts';
import type { Submitter } from '../../shared/access/submitter.ts';
import { openStorage, storageNames, type Storage } from '../../shared/platform/storage.ts';
import type { StatusView } from '../../shared/reporting/status.ts';
import { Planted, secretsIn } from './planted.ts';
import { registerApp, sender, settingsFor } from './tenant.ts';

export { sender } from './tenant.ts';

/** A running world. */
export interface World {
  readonly azurite: Account;
  readonly storage: Storage;
  readonly microsoft365: Microsoft365;
  readonly host: Host;
  /** A key of the submitter "app", which may send as `sender`. */
  readonly key: string;
  /** Every line the functions and the host logged. When the world stops they are searched for what must not be there. */
  readonly logged: string[];
  /** A request with the key, unless `headers` says otherwise. Body objects are sent as JSON. */
  request(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string | undefined>,
  ): Promise<Answer>;
  /** Submits a mail with defaults for whatever is missing; asserts nothing. */
  submit(mail?: Record<string, unknown>, headers?: Record<string, string | undefined>): Promise<Answer>;
  /** Waits until a message's status passes, and gives it. */
  settled(id: string, until?: (status: StatusView) => boolean): Promise<StatusView>;
  /** The mails that the pretend Microsoft 365 accepted whose subject is this, or all of them, oldest first. */
  mails(subject?: string): Promise<readonly ArrivedMail[]>;
  /** How many rows, blobs and queue messages there are. */
  stored(): Promise<Stored>;
  /** The same once it passes: the doorbell and the content of a message go a moment after it has been relayed. */
  storedUntil(passes: (stored: Stored) => boolean): Promise<Stored>;
  stop(): Promise<void>;
}

/** How much is stored. */
interface Stored {
  readonly rows: number;
  readonly blobs: number;
  readonly entries: number;
}

/** A storage account: Azurite, or the simulator for what needs a deep queue. */
export type Account = Pick<Azurite, 'connectionString' | 'transactions' | 'resetTransactions' | 'stop'>;

/** An HTTP answer, read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined when it is none. */
  // eslint-disable-next-line typescript/no-explicit-any -- a test looks into it at will
  readonly json: any;
}

/** A mail as accepted and as parsed. */
export interface ArrivedMail {
  readonly accepted: AcceptedMail;
  readonly parsed: Email;
}

/** Starts a world. `settings` are application settings beside the necessary ones. */
export async function startWorld(
  settings: Readonly<Record<string, string>> = {},
  options: Microsoft365Options & {
    readonly submitter?: Partial<Submitter>;
    readonly account?: Account;
    /** Done before the host starts: the bridge looks again for a key that it does not know, but not at once. */
    readonly before?: (storage: Storage, account: Account) => Promise<void>;
  } = {},
): Promise<World> {
  const folder = await mkdtemp(path.join(tmpdir(), 'postrider-world-'));
  const [azurite, microsoft365] = await Promise.all([
    options.account ?? startAzurite(),
    startMicrosoft365({ mailboxes: [sender], ...options }),
  ]);
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), microsoft365.caPem]);
  const storage = openStorage({ AzureWebJobsStorage: azurite.connectionString });
  const key = await registerApp(azurite, options.submitter);

  await options.before?.(storage, azurite);

  const logged: string[] = [];
  for (const method of ['debug', 'info', 'warn', 'error'] as const) {
    console[method] = (...parts: unknown[]) => void logged.push(parts.map(String).join(' '));
  }
  const host = await startHost({
    appDirectory: path.resolve(import.meta.dirname, '../..'),
    entry: 'functions/index.ts',
    port: 0,
    timersDirectory: folder,
    log: (entry) => void logged.push(JSON.stringify(entry)),
    settings: {
      ...settingsFor(microsoft365, azurite),
      ...settings,
    },
  });

  const planted = new Planted([
    key,
    ...secretsIn(settingsFor(microsoft365, azurite)),
    ...secretsIn(settings),
  ]);

  const request: World['request'] = async (method, to, body, headers = {}) => {
    planted.note(headers, body);
    const given = { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers };
    const sent = Object.fromEntries(
      Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    );
    const raw =
      typeof body === 'string' || body instanceof Uint8Array || body === undefined
        ? body
        : JSON.stringify(body);
    const response = await fetch(`${host.url}${to}`, {
      method,
      headers: sent,
      ...(raw === undefined ? {} : { body: raw as string }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: tryJson(text) };
  };

  const world: World = {
    azurite,
    storage,
    microsoft365,
    host,
    key,
    logged,
    request,
    submit: (mail = {}, headers = {}) =>
      request(
        'POST',
        '/emails',
        { from: sender, to: 'ops@example.com', subject: 'A subject', text: 'A text', ...mail },
        headers,
      ),
    async settled(id, until = ({ status }) => !['accepted', 'sending'].includes(status)) {
      for (let tries = 0; ; tries++) {
        const { json } = await request('GET', `/emails/${id}`);
        if (json && until(json as StatusView)) return json as StatusView;
        if (tries > 300) throw new Error(`message ${id} did not get there: ${JSON.stringify(json)}`);
        await sleep(50);
      }
    },
    async mails(subject) {
      const all = await Promise.all(
        microsoft365.store
          .list()
          .map(async (accepted) => ({ accepted, parsed: await PostalMime.parse(accepted.mime) })),
      );
      return all.filter(({ parsed }) => subject === undefined || parsed.subject === subject).toReversed();
    },
    async stored() {
      return {
        rows: await count(storage.table(storageNames.messages).listEntities()),
        blobs: await count((await storage.container(storageNames.content)).listBlobsFlat()),
        entries: await storage
          .queue(storageNames.queue)
          .getProperties()
          .then(
            (p) => p.approximateMessagesCount ?? 0,
            () => 0,
          ),
      };
    },
    async storedUntil(passes) {
      for (let tries = 0; ; tries++) {
        const stored = await world.stored();
        if (passes(stored)) return stored;
        if (tries > 300) throw new Error(`It never came to that: ${JSON.stringify(stored)}`);
        await sleep(50);
      }
    },
    async stop() {
      // What is left open after a minute must not hold the whole suite up; all tests of the file have been told by then.
      setTimeout(() => process.exit(), 60_000).unref();
      await host.stop();
      await microsoft365.stop();
      await azurite.stop();
      await rm(folder, { recursive: true, force: true });
      planted.assertNotIn(logged);
    },
  };
  return world;
}

async function count(items: AsyncIterable<unknown>): Promise<number> {
  let n = 0;
  try {
    for await (const _ of items) n++;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
  }
  return n;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
