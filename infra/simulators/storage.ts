/**
 * A small Azure Storage for load, durability and fault runs: the parts of the table, queue and blob wire that the Azure SDKs
 * need for them, in one process. What it has acknowledged is on disk and survives `kill -9`; a queue of any depth is served in
 * O(log n). Azurite promises neither, but knows much more: it stays the storage of all other tests, and
 * test/simulators/storage/conformance.test.ts holds both to the same answers.
 *
 * Left out: other accounts, SAS and tokens, metadata of queues and containers, page and append blobs, leases, snapshots, copies,
 * hierarchical listing, access policies, List Containers, Query Tables, and the checking of signatures and MD5s.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Listening } from './listening.ts';
import { startStorageControl } from './storage/control.ts';
import { StorageFaults } from './storage/faults.ts';
import type { StorageService } from './storage/operation.ts';
import { startServer } from './storage/server.ts';
import { openState } from './storage/state.ts';
import { ACCOUNT } from './storage/wire.ts';

export interface StorageOptions {
  /** Where the journal is kept; without it a temporary folder that goes with `stop`. */
  readonly directory?: string;
  /** Of blob, queue and table; default 0 each: any free port. */
  readonly ports?: readonly [blob: number, queue: number, table: number];
  /** Of the control door; default 0. */
  readonly controlPort?: number;
  /** False keeps everything in memory only, and writes nothing. */
  readonly durable?: boolean;
  /** Of the faults' probabilities, default 1. */
  readonly seed?: number;
  /** Milliseconds since 1970; default: the real time. */
  readonly now?: () => number;
}

/** Requests by service and operation, in Microsoft's names: `{ queue: { PutMessage: 1 }, … }`. */
export type StorageTransactions = Record<StorageService, Record<string, number>>;

export interface StorageSimulator {
  /** With the well-known account and key, and the addresses of all three services. */
  readonly connectionString: string;
  /** With the account's name, without a trailing slash. */
  readonly urls: Readonly<Record<StorageService, string>>;
  readonly ports: Readonly<Record<StorageService, number>>;
  /** `http://127.0.0.1:<port>` of the control door. */
  readonly controlUrl: string;
  /** Undefined when nothing is written. */
  readonly directory: string | undefined;
  readonly faults: StorageFaults;
  /** A copy of the counts since the start or the last reset. A table batch counts as one. */
  transactions(): StorageTransactions;
  resetTransactions(): void;
  /** Cuts all connections. */
  stop(): Promise<void>;
}

/** Public by design: https://learn.microsoft.com/azure/storage/common/storage-connect-azurite */
const KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';
const SERVICES: readonly StorageService[] = ['blob', 'queue', 'table'];

/** @throws the system's error (`EADDRINUSE`, `EACCES`) when a port or the directory cannot be had; nothing is left running then. */
export async function startStorage(options: StorageOptions = {}): Promise<StorageSimulator> {
  const { durable = true, now = Date.now, seed = 1 } = options;
  const temporary = durable && options.directory === undefined;
  const directory = temporary
    ? await mkdtemp(path.join(tmpdir(), 'postrider-storage-'))
    : durable
      ? options.directory
      : undefined;
  if (directory !== undefined) await mkdir(directory, { recursive: true });
  const state = await openState(directory && path.join(directory, 'journal'));
  const faults = new StorageFaults(seed);
  let counts: StorageTransactions = { blob: {}, queue: {}, table: {} };
  const transactions = (): StorageTransactions => structuredClone(counts);
  const resetTransactions = (): void => {
    counts = { blob: {}, queue: {}, table: {} };
  };
  const running: Listening[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
    await state.close();
    if (temporary && directory !== undefined) await rm(directory, { recursive: true, force: true });
  };
  const started = async (starting: Promise<Listening>): Promise<number> => {
    const server = await starting;
    running.push(server);
    return server.port;
  };
  const ports: Record<StorageService, number> = { blob: 0, queue: 0, table: 0 };
  try {
    for (const [i, service] of SERVICES.entries()) {
      const count = (name: string): void => {
        counts[service][name] = (counts[service][name] ?? 0) + 1;
      };
      const port = options.ports?.[i] ?? 0;
      ports[service] = await started(startServer({ service, port, state, faults, now, count }));
    }
    const control = { faults, transactions, resetTransactions };
    const controlPort = await started(startStorageControl(control, options.controlPort ?? 0));
    const urlOf = (service: StorageService): string => `http://127.0.0.1:${ports[service]}/${ACCOUNT}`;
    const urls = { blob: urlOf('blob'), queue: urlOf('queue'), table: urlOf('table') };
    return {
      connectionString: `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${KEY};BlobEndpoint=${urls.blob};QueueEndpoint=${urls.queue};TableEndpoint=${urls.table};`,
      urls,
      ports,
      controlUrl: `http://127.0.0.1:${controlPort}`,
      directory,
      faults,
      transactions,
      resetTransactions,
      stop,
    };
  } catch (cause) {
    await stop();
    throw cause;
  }
}
