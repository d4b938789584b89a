/**
 * What a crash point is played on: storage and the pretend Microsoft 365 in this process, and one bridge process in a cell, which is
 * killed at a point and started again. Nobody else sees its storage, so that what follows is certain.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';
import { startAzurite } from '../../infra/local/azurite.ts';
import { bridgeSettings } from '../../infra/local/bridge-settings.ts';
import { createAuthority, type Authority } from '../../infra/simulators/authority.ts';
import { startMicrosoft365, type Microsoft365 } from '../../infra/simulators/microsoft365.ts';
import { openStorage, storageNames, type Storage } from '../../shared/platform/storage.ts';
import type { StatusView } from '../../shared/reporting/status.ts';
import { startCell, type Cell } from '../torture/cell.ts';
import type { CrashPoint } from '../torture/crash-points.ts';
import { openLedger } from '../torture/ledger.ts';
import { seeded } from '../torture/random.ts';
import { openTraps } from '../torture/traps.ts';
import { openWeather } from '../torture/weather.ts';
import { registerApp, sender } from './tenant.ts';

/** What a stage is set with. */
export interface CrashStageOptions {
  /** A folder of its own for logs, timers and certificates. */
  readonly folder: string;
  /** The bundle. */
  readonly app: string;
  /** Settings beside the necessary ones. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Permissions beside Mail.Send and SMTP.SendAsApp, granted and configured. */
  readonly permissions?: readonly string[];
  /** Called before the bridge starts. */
  readonly prepare?: (stage: Pick<CrashStage, 'authority' | 'storage'>) => Promise<void>;
}

/** An answer of the bridge. */
interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // eslint-disable-next-line typescript/no-explicit-any -- a test looks into it at will
  readonly json: any;
}

/** The stage. */
export interface CrashStage {
  readonly cell: Cell;
  readonly microsoft365: Microsoft365;
  /** Of the receivers of webhooks. */
  readonly authority: Authority;
  readonly storage: Storage;
  /** The process dies at this point when it comes by. */
  trap(point: Pick<CrashPoint, 'step' | 'phase'>): void;
  /** A request with the key; repeated until it is answered. `lost`: how often it was not. */
  request(
    method: string,
    to: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer & { readonly lost: number }>;
  /** Runs a timer of the bridge now. */
  run(timer: 'sweep' | 'housekeeping'): Promise<void>;
  /**
   * Sweeps until all traps have sprung and the message has the status; gives it.
   *
   * @param ahead seconds that the clock of the bridge is set ahead while the message waits for another look or attempt.
   */
  until(id: string, wanted: string, ahead?: number): Promise<StatusView>;
  /** Copies that the pretend Microsoft 365 accepted. */
  copies(subject: string): number;
  /** How many blobs of content there are. */
  blobs(): Promise<number>;
  /** How many drafts lie in the mailbox; needs Mail.ReadWrite. */
  drafts(): Promise<number>;
  stop(): Promise<void>;
}

/** The shortest lease there is, and short times to go with it. */
const settings = {
  POSTRIDER_LEASE: '5s',
  POSTRIDER_RETRY_SCHEDULE: '1s',
  POSTRIDER_WEBHOOK_ALLOW_PRIVATE: 'true',
  POSTRIDER_LOG_LEVEL: 'error',
};

/** How long anything is waited for, in milliseconds. */
const patience = 120_000;

/** Waits until something holds. */
export async function when(holds: () => boolean, what: string): Promise<void> {
  const end = performance.now() + patience;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`In vain: ${what}.`);
    await sleep(20);
  }
}

/** Sets a stage. */
export async function setCrashStage(options: CrashStageOptions): Promise<CrashStage> {
  const { folder, app, permissions = [], prepare } = options;
  await mkdir(folder, { recursive: true });
  const [azurite, microsoft365, authority] = await Promise.all([
    startAzurite(),
    startMicrosoft365({ mailboxes: [sender], roles: ['Mail.Send', 'SMTP.SendAsApp', ...permissions] }),
    createAuthority(),
  ]);
  const storage = openStorage({ AzureWebJobsStorage: azurite.connectionString });
  const key = await registerApp(azurite);
  await prepare?.({ authority, storage });
  const certificates = path.join(folder, 'ca.pem');
  await writeFile(certificates, `${microsoft365.caPem}\n${authority.caPem}`);
  const waiting: Pick<CrashPoint, 'step' | 'phase'>[] = [];
  const traps = openTraps((point) => void waiting.splice(waiting.indexOf(point), 1), false);
  const falls: string[] = [];
  const cell = await startCell({
    index: 0,
    app,
    folder,
    storage: azurite.connectionString,
    microsoft365: { ...microsoft365.urls, smtp: microsoft365.smtp.port },
    tls: { ...(await authority.issue(['localhost'])), ca: microsoft365.caPem },
    traps,
    ledger: openLedger(),
    weather: openWeather(azurite.connectionString, seeded(1)),
    random: seeded(1),
    fell: (story) => void falls.push(story),
    settings: {
      ...bridgeSettings(microsoft365, azurite.connectionString),
      ...settings,
      ...(permissions.length > 0 ? { POSTRIDER_GRAPH_PERMISSIONS: permissions.join() } : {}),
      NODE_EXTRA_CA_CERTS: certificates,
      // Two processes a stage: what the first ones have compiled the others need not.
      NODE_COMPILE_CACHE: path.join(app, 'compiled'),
      ...options.settings,
    },
  });

  /** Asks until it is answered, by a new process if need be. */
  const ask = async (
    to: string,
    init: RequestInit,
  ): Promise<{ response: Response; text: string; lost: number }> => {
    const end = performance.now() + patience;
    for (let lost = 0; ;) {
      try {
        if (cell.url !== undefined) {
          const response = await fetch(`${cell.url}${to}`, init);
          return { response, text: await response.text(), lost };
        }
      } catch {
        lost++;
      }
      if (performance.now() > end) throw new Error(`No answer from ${to}. ${falls.join(' ')}`);
      await sleep(20);
    }
  };

  const stage: CrashStage = {
    cell,
    microsoft365,
    authority,
    storage,
    trap(point) {
      const whole: CrashPoint = { ...point, name: '', doubt: false, after: '' };
      waiting.push(whole);
      traps.set(whole);
    },
    async request(method, to, body, headers = {}) {
      const { response, text, lost } = await ask(to, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, headers: response.headers, json: tryJson(text), lost };
    },
    async run(timer) {
      await ask(`/admin/functions/${timer}`, { method: 'POST', body: '{}' });
    },
    async until(id, wanted, ahead = 0) {
      const end = performance.now() + patience;
      let events: unknown;
      for (let tries = 1; ; tries++) {
        // Asking for the status reads the row, and a read of the row may be the point.
        if (waiting.length === 0) {
          const { json } = await stage.request('GET', `/emails/${id}`);
          const found = json as StatusView;
          if (found.status === wanted) return found;
          if (found.status === 'deferred' && ahead > 0) cell.setClock(ahead * 1000);
          ({ events } = found);
        }
        if (performance.now() > end) {
          const points = waiting.map(({ step, phase }) => `${step} ${phase}`).join(', ');
          throw new Error(`Not ${wanted}: ${JSON.stringify(events)}; nobody at: ${points}; ${falls.join()}`);
        }
        // A sweep reads all partitions: many stages that sweep all the time leave no processor for what they wait for.
        if (tries % 6 === 0) await stage.run('sweep');
        await sleep(250);
      }
    },
    copies: (subject) =>
      microsoft365.store.list().filter(({ mime }) => mime.includes(`Subject: ${subject}\r\n`)).length,
    blobs: async () => await countBlobs(storage),
    drafts: async () => await countDrafts(microsoft365),
    async stop() {
      await cell.stop();
      await microsoft365.stop();
      await azurite.stop();
    },
  };
  return stage;
}

async function countBlobs(storage: Storage): Promise<number> {
  const container = await storage.container(storageNames.content);
  if (!(await container.exists())) return 0;
  return (await Array.fromAsync(container.listBlobsFlat())).length;
}

async function countDrafts({ caPem, urls, ...app }: Microsoft365): Promise<number> {
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), caPem]);
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: app.clientId,
    client_secret: app.clientSecret,
    scope: 'https://graph.microsoft.com/.default',
  });
  const granted = await fetch(`${urls.login}/${app.tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    body: form,
  });
  const { access_token: token } = (await granted.json()) as { access_token: string };
  const drafts = await fetch(`${urls.graph}/v1.0/users/${sender}/mailFolders/drafts/messages`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return ((await drafts.json()) as { value: unknown[] }).value.length;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
