/**
 * One bridge process in its cell: every connection it makes goes through proxies of its own, so that it is known who asks, and it is
 * started again whenever it has gone.
 */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StorageService } from '../../infra/local/azurite-operations.ts';
import { startChild, type Child } from '../bench/child.ts';
import type { Step } from './crash-points.ts';
import { startHttpProxy, type Asked, type HttpProxy, type Phase, type Watch } from './http-proxy.ts';
import type { Ledger } from './ledger.ts';
import { startFaultProxy, type FaultProxy } from './proxy.ts';
import type { Random } from './random.ts';
import { readStorage } from './storage-wire.ts';
import type { Traps } from './traps.ts';
import type { Weather } from './weather.ts';

/** A cell. */
export interface Cell {
  /** Where its HTTP is; undefined while it is down. */
  readonly url: string | undefined;
  readonly graph: FaultProxy;
  readonly entra: FaultProxy;
  readonly smtp: FaultProxy;
  readonly storage: readonly HttpProxy[];
  /** Whether it sends one message at most. */
  readonly alone: boolean;
  /** kill -9. It comes back by itself. */
  kill(): void;
  /** SIGTERM, as a deployment does. It comes back by itself. */
  terminate(): void;
  /** SIGSTOP for so many milliseconds. */
  freeze(milliseconds: number): Promise<void>;
  /** Sets the process's clock off by so many milliseconds, until it is started again. */
  setClock(offset: number): void;
  /** Ends it for good. */
  stop(): Promise<void>;
}

/** What a cell is made of. */
export interface CellParts {
  readonly index: number;
  /** The app's directory. */
  readonly app: string;
  /** A folder for logs and timers. */
  readonly folder: string;
  /** Settings beside the addresses. */
  readonly settings: Readonly<Record<string, string>>;
  /** Connection string of storage. */
  readonly storage: string;
  readonly microsoft365: { readonly graph: string; readonly login: string; readonly smtp: number };
  /** The certificate of the proxies, and the authority of the pretend Microsoft 365. */
  readonly tls: { readonly key: string; readonly cert: string; readonly ca: string };
  readonly traps: Traps;
  readonly ledger: Ledger;
  readonly weather: Weather;
  readonly random: Random;
  /** Told when the process ended without having been asked to. */
  readonly fell: (story: string) => void;
}

const services: readonly StorageService[] = ['blob', 'queue', 'table'];
const host = path.resolve(import.meta.dirname, '../../infra/local/host/main.ts');
const clock = path.join(import.meta.dirname, 'clock.ts');

/** Starts the proxies and the process; resolves when it answers. */
export async function startCell(parts: CellParts): Promise<Cell> {
  const { index, ledger, traps, weather, random, microsoft365, tls } = parts;
  let child: Child | undefined;
  let url: string | undefined;
  const state = { stopping: false };
  let started = false;

  /** What a killed process has still put on the wire goes no further, so that it ends exactly at its point. */
  let dead = false;

  const kill = (): void => {
    child?.process.kill('SIGKILL');
    dead = true;
    url = undefined;
    ledger.remark(undefined, `p${index} KILLED`);
    ledger.killed(index);
  };
  /** False when the process has just died of this step. */
  const survives = (step: Step, phase: Phase, alone: boolean): boolean => {
    if (dead) return false;
    if (url === undefined || !traps.springs(step, phase, alone)) return true;
    kill();
    return false;
  };

  const marked = new Set<string>();
  /** Messages that the process has claimed and may be sending. */
  const claimed = new Set<string>();
  const watchStorage =
    (service: StorageService): Watch =>
    (phase, asked, answered) => {
      const act = readStorage(service, asked, answered);
      const swept = act.step === 'doorbell-put' && act.messages.some((message) => marked.has(message));
      const done = answered === undefined || answered.status < 300;
      if (phase === 'committed' && done) {
        ledger.note(index, act);
        for (const message of act.messages) {
          if (act.step === 'claim' || act.step === 'express-insert') claimed.add(message);
          if (act.step === 'postpone' || act.step === 'settle') claimed.delete(message);
          if (act.step === 'sweep-mark') marked.add(message);
          else marked.delete(message);
        }
        if (url === undefined) ledger.killed(index);
        if (act.step === 'doorbell-put') weather.copyDoorbell(asked);
      }
      const alone = [...claimed].every((message) => act.messages.includes(message));
      if (done && !survives(swept ? 'sweep-ring' : act.step, phase, alone)) return false;
      return phase !== 'committed' || !weather.losesAnswer();
    };
  const watchGraph: Watch = (phase, asked, answered) => {
    const step = graphStep(asked);
    // The tag of a message stands in its JSON, or in the filter of a look-up.
    const text = `${decodeURIComponent(asked.url)} ${asked.body.toString('latin1', 0, 4096)}`;
    const message = /["']([0-9a-z]{26})["']/.exec(text)?.[1];
    const status = answered === undefined ? '' : ` (${answered.status})`;
    if (message !== undefined) ledger.remark(message, `p${index} ${step} ${phase}${status}`);
    if (answered !== undefined && answered.status >= 300) return true;
    return survives(step, phase, claimed.size < 2);
  };
  // What waits for the first token has not been sent.
  const watchEntra: Watch = (phase, { method }) =>
    method === 'POST' ? survives('token', phase, true) : true;

  const storage = await Promise.all(
    services.map((service) =>
      startHttpProxy({ upstream: originOf(parts.storage, service), watch: watchStorage(service) }),
    ),
  );
  const graphHttp = await startHttpProxy({ upstream: microsoft365.graph, tls, watch: watchGraph });
  const graph = await startFaultProxy(graphHttp.port);
  const entraHttp = await startHttpProxy({
    upstream: microsoft365.login,
    tls,
    watch: watchEntra,
    // Discovery names the endpoints; the bridge shall not find its way around the proxy.
    rewrite: (text) => text.replaceAll(microsoft365.login, `https://localhost:${entra.port}`),
  });
  const entra: FaultProxy = await startFaultProxy(entraHttp.port);
  const smtp = await startFaultProxy(microsoft365.smtp);
  const proxies = [...storage, graph, graphHttp, entra, entraHttp, smtp];

  const environment = {
    ...parts.settings,
    AzureWebJobsStorage: services.reduce(
      (text, service, i) => text.replace(originOf(text, service), `http://127.0.0.1:${storage[i]?.port}`),
      parts.storage,
    ),
    POSTRIDER_GRAPH_URL: `https://localhost:${graph.port}`,
    POSTRIDER_LOGIN_URL: `https://localhost:${entra.port}`,
    POSTRIDER_SMTP_HOST: 'localhost',
    POSTRIDER_SMTP_PORT: String(smtp.port),
  };

  const first = Promise.withResolvers<void>();
  const life = live();
  const stopProxies = async (): Promise<void> => {
    await Promise.all(proxies.map((proxy) => proxy.stop()));
  };
  await first.promise.catch(async (error: unknown) => {
    await stopProxies();
    throw error;
  });
  return {
    get url() {
      return url;
    },
    get alone() {
      return claimed.size < 2;
    },
    graph,
    entra,
    smtp,
    storage,
    kill,
    terminate() {
      url = undefined;
      child?.process.kill('SIGTERM');
    },
    async freeze(milliseconds) {
      const frozen = child?.process;
      frozen?.kill('SIGSTOP');
      await sleep(milliseconds);
      frozen?.kill('SIGCONT');
    },
    setClock: (clockOffset) => void child?.process.send({ clockOffset }, () => undefined),
    async stop() {
      state.stopping = true;
      url = undefined;
      child?.process.kill('SIGTERM');
      const killer = setTimeout(() => child?.process.kill('SIGKILL'), 15_000);
      await life;
      clearTimeout(killer);
      await stopProxies();
    },
  };

  /** Starts the process again and again, with a pause as a platform needs one. */
  async function live(): Promise<void> {
    while (!state.stopping) {
      await once().catch((error: unknown) => {
        // Storage may be down just then; but the very first start must succeed.
        if (!started) state.stopping = true;
        first.reject(error);
      });
      if (!state.stopping) await sleep(random.whole(100, 800));
    }
  }

  async function once(): Promise<void> {
    claimed.clear();
    dead = false;
    child = startChild({
      program: host,
      arguments: [parts.app, '--port', '0', '--timers', path.join(parts.folder, `timers-${index}`)],
      environment,
      folder: parts.folder,
      nodeOptions: ['--import', clock],
    });
    const current = child;
    const { process, ready } = current;
    const ended = new Promise<string>((resolve) => {
      process.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    ({ url } = { url: String((await ready)['url']) });
    started = true;
    first.resolve();
    const how = await ended;
    // Nobody took the address away, so nobody asked it to go.
    if (url !== undefined && !state.stopping) parts.fell(`${how}: ${current.complaints()}`);
    url = undefined;
    ledger.killed(index);
  }
}

function graphStep({ method, url }: Asked): Step {
  if (method === 'GET') return 'graph-look';
  if (method === 'DELETE') return 'draft-deleted';
  if (/\/(?:sendMail|send)(?:\?|$)/i.test(url)) return 'graph-send';
  return /\/messages(?:\?|$)/i.test(url) ? 'draft-created' : 'draft-file';
}

function originOf(connection: string, service: StorageService): string {
  const endpoint = new RegExp(`${service}Endpoint=([^;]+)`, 'i').exec(connection)?.[1];
  if (endpoint === undefined) throw new Error(`The connection string names no ${service} endpoint.`);
  return new URL(endpoint).origin;
}
