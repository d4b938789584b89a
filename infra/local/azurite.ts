import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { operationName, resourceName, type StorageService } from './azurite-operations.ts';
import { StartFailure } from './host/start-failure.ts';

export interface AzuriteOptions {
  /** Where the data is kept; without it a temporary folder that goes with `stop`. */
  directory?: string;
  /** Of blob, queue and table; default 0 each: any free port. */
  ports?: readonly [blob: number, queue: number, table: number];
  /** Files in PEM: serves https instead of http. */
  tls?: { certFile: string; keyFile: string };
  /** `basic` accepts any well-formed bearer token for the right audience; needs `tls`. */
  oauth?: 'basic';
}

/** Requests by service and operation: `{ queue: { PutMessage: 1 }, … }`. */
export type Transactions = Record<StorageService, Record<string, number>>;

export interface Azurite {
  /** With the well-known account and key, and the addresses of all three services. */
  connectionString: string;
  /** With the account's name, without a trailing slash. */
  urls: Record<StorageService, string>;
  ports: Record<StorageService, number>;
  directory: string;
  /** A copy of the counts since the start or the last reset. A table batch counts as one. */
  transactions(): Transactions;
  /** As `transactions`, of one table, queue or container: `{ PutMessage: 1 }`. A table batch belongs to `$batch`, not to its table. */
  transactionsOf(name: string): Readonly<Record<string, number>>;
  resetTransactions(): void;
  /** Closes the servers and flushes their data to disk. */
  stop(): Promise<void>;
}

/** Azurite's fixed account: public by design. https://learn.microsoft.com/azure/storage/common/storage-use-azurite */
const ACCOUNT = 'devstoreaccount1';
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const HOST = '127.0.0.1';
const KEEP_ALIVE_SECONDS = 5;
const SERVICES: readonly StorageService[] = ['blob', 'queue', 'table'];

/** What is used of Azurite's server classes, which carry no types. */
interface AzuriteServer {
  httpServer: Server;
  start(): Promise<void>;
  close(): Promise<void>;
  /** The second half of `close`: ends the stores and their timers. */
  afterClose(): Promise<void>;
}
interface AzuriteModule {
  default: new (...args: unknown[]) => AzuriteServer;
}
interface ConfigurationModule {
  default: new (...args: unknown[]) => object;
}

/**
 * Starts Azurite's blob, queue and table servers in this process: disk mode, no access log, no telemetry, every API
 * version accepted (the SDKs send newer ones than it knows). These classes are not a public interface of the package:
 * it is pinned, and test/infra/local/azurite.test.ts holds this file to it.
 * Throws a StartFailure when a port is taken.
 */
export async function startAzurite(options: AzuriteOptions = {}): Promise<Azurite> {
  const directory = options.directory ?? (await mkdtemp(path.join(tmpdir(), 'postrider-azurite-')));
  await mkdir(directory, { recursive: true });
  const counts: Transactions = { blob: {}, queue: {}, table: {} };
  const byName = new Map<string, Record<string, number>>();
  const started: AzuriteServer[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.splice(0).map(closeServer));
    if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
  };
  const ports: Record<StorageService, number> = { blob: 0, queue: 0, table: 0 };
  const urls: Record<StorageService, string> = { blob: '', queue: '', table: '' };
  for (const [i, service] of SERVICES.entries()) {
    const port = options.ports?.[i] ?? 0;
    const server = createServer(service, directory, port, options);
    count(server.httpServer, service, counts, byName);
    try {
      await server.start();
    } catch (cause) {
      await server.afterClose();
      await stop();
      throw startFailure(service, port, cause);
    }
    started.push(server);
    const address = server.httpServer.address();
    ports[service] = typeof address === 'object' && address ? address.port : port;
    urls[service] = `${options.tls ? 'https' : 'http'}://${HOST}:${ports[service]}/${ACCOUNT}`;
  }
  return {
    connectionString: connectionString(urls, options.tls !== undefined),
    urls,
    ports,
    directory,
    transactions: () => structuredClone(counts),
    transactionsOf: (name) => ({ ...byName.get(name) }),
    resetTransactions() {
      byName.clear();
      for (const service of SERVICES) counts[service] = {};
    },
    stop,
  };
}

function createServer(
  service: StorageService,
  directory: string,
  port: number,
  { tls, oauth }: AzuriteOptions,
): AzuriteServer {
  const require = createRequire(import.meta.url);
  const root = `azurite/dist/src/${service}`;
  const title = `${service.charAt(0).toUpperCase()}${service.slice(1)}`;
  const { default: Configuration }: ConfigurationModule = require(`${root}/${title}Configuration.js`);
  const { default: ServerClass }: AzuriteModule = require(`${root}/${title}Server.js`);
  const inDirectory = (name: string): string => path.join(directory, name);
  const metadata = [HOST, port, KEEP_ALIVE_SECONDS, inDirectory(`${service}.json`)];
  const extents = [
    inDirectory(`${service}-extents.json`),
    [{ locationId: 'Default', locationPath: inDirectory(`${service}-data`), maxConcurrency: 50 }],
  ];
  // accessLog, accessLogStream, debugLog, debugLogFile; the table server has debugLog before accessLog: both are false
  const logs =
    service === 'table' ? [false, false, undefined, undefined] : [false, undefined, false, undefined];
  // loose, skipApiVersionCheck, cert, key, pwd, oauth, disableProductStyleUrl, isMemoryPersistence
  const rest = [false, true, tls?.certFile ?? '', tls?.keyFile ?? '', '', oauth, false, false];
  const parts =
    service === 'table' ? [...metadata, ...logs, ...rest] : [...metadata, ...extents, ...logs, ...rest];
  return new ServerClass(new Configuration(...parts));
}

/** A listener in front of Azurite's own: it sees each request once, whatever becomes of it. */
function count(
  server: Server,
  service: StorageService,
  counts: Transactions,
  byName: Map<string, Record<string, number>>,
): void {
  server.prependListener('request', ({ method = '', url = '/', headers }) => {
    const name = operationName(service, method, url, headers);
    counts[service][name] = (counts[service][name] ?? 0) + 1;
    const resource = resourceName(url);
    const own = byName.get(resource) ?? {};
    own[name] = (own[name] ?? 0) + 1;
    byName.set(resource, own);
  });
}

async function closeServer(server: AzuriteServer): Promise<void> {
  await server.close();
  server.httpServer.closeAllConnections();
}

function connectionString(urls: Record<StorageService, string>, secure: boolean): string {
  return [
    `DefaultEndpointsProtocol=${secure ? 'https' : 'http'}`,
    `AccountName=${ACCOUNT}`,
    `AccountKey=${KEY}`,
    `BlobEndpoint=${urls.blob}`,
    `QueueEndpoint=${urls.queue}`,
    `TableEndpoint=${urls.table}`,
    '',
  ].join(';');
}

function startFailure(service: StorageService, port: number, cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code !== 'EADDRINUSE') return cause;
  return new StartFailure(
    `Port ${port} on ${HOST}, wanted for Azurite's ${service} service, is taken: stop the other program or choose other ports with --ports.`,
    { cause },
  );
}
