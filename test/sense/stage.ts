/** Hooks of one storage account, called through as many bridges as a test likes, at a time that the test sets. */
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { startAzurite, type Azurite } from '../../infra/local/azurite.ts';
import type { Hook } from '../../shared/access/hook.ts';
import { openAccessStore, type AccessStore } from '../../shared/access/store.ts';
import type { Submitter } from '../../shared/access/submitter.ts';
import { createBridge, type Bridge } from '../../shared/bridge.ts';
import { openOutbox } from '../../shared/outbox/open.ts';
import { readConfig } from '../../shared/platform/config.ts';
import type { Log } from '../../shared/platform/log.ts';
import { openStorage, storageNames, type Storage } from '../../shared/platform/storage.ts';
import type { HookOutcome } from '../../shared/submission/submit-hook.ts';

/** A mail that was accepted. */
export interface Mail {
  readonly subject: string;
  readonly to: readonly string[];
  readonly text: string;
  readonly html: string;
  readonly dueAt: Date;
  readonly acceptedAt: Date;
  readonly references: string | undefined;
  /** Names and sizes of its attachments. */
  readonly files: readonly string[];
}

export interface Stage {
  /** Milliseconds since 1970. */
  now: number;
  readonly azurite: Azurite;
  readonly storage: Storage;
  readonly access: AccessStore;
  /** One more instance. @param storage of its own, which may fail. */
  open(storage?: Storage, log?: Log): Bridge;
  /** Registers a hook, which every instance knows at once. */
  register(hook: Partial<Hook> & { readonly name: string }): Promise<Hook>;
  /** Calls it; the call must be taken. */
  call(
    bridge: Bridge,
    hook: Hook,
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<HookOutcome>;
  /** The mails of a hook, by the time they were accepted. */
  mails(hook: Hook): Promise<Mail[]>;
  /** Names of the rows that hooks remember. */
  rows(part?: string): Promise<string[]>;
  /** Names of the rows of alerts that are not over. */
  lasting(part?: string): Promise<string[]>;
  /** Forgets what hooks remember. */
  forget(): Promise<void>;
}

export const submitter: Submitter = { name: 'app', senders: ['@contoso.com'], networks: [], disabled: false };

/** Starts Azurite for the tests of a file. */
export function onStage(): () => Stage {
  let stage: Stage | undefined;
  const opened: Bridge[] = [];
  before(async () => {
    const azurite = await startAzurite();
    const storage = openStorage({ AzureWebJobsStorage: azurite.connectionString });
    stage = setStage(azurite, storage, opened);
    await stage.access.submitters.put(submitter);
  });
  after(async () => {
    await Promise.all(opened.map((bridge) => bridge.close()));
    await stage?.azurite.stop();
  });
  return () => stage ?? assert.fail('Azurite has not started');
}

function setStage(azurite: Azurite, storage: Storage, opened: Bridge[]): Stage {
  const outbox = openOutbox(storage, () => undefined);
  const config = readConfig({
    POSTRIDER_TENANT_ID: 'tenant',
    POSTRIDER_CLIENT_ID: 'client',
    POSTRIDER_CLIENT_SECRET: 'secret',
    POSTRIDER_MAILBOX_MESSAGES_PER_MINUTE: '0',
  });
  const stage: Stage = {
    now: Date.UTC(2026, 10, 28, 12),
    azurite,
    storage,
    access: openAccessStore(storage.table(storageNames.access), { now: () => new Date(stage.now) }),
    open(own = storage, log = () => undefined) {
      const bridge = createBridge(config, own, {
        clock: { now: () => new Date(stage.now) },
        log,
      });
      opened.push(bridge);
      return bridge;
    },
    async register(more) {
      const hook: Hook = { submitter: 'app', from: 'alerts@contoso.com', to: ['ops@example.com'], ...more };
      await stage.access.hooks.put(hook);
      // No picture of the register is older than this.
      stage.now += 31_000;
      return hook;
    },
    async call(bridge, hook, body, headers = {}) {
      const sent: Record<string, string | undefined> = { 'content-type': 'application/json', ...headers };
      const facts = {
        method: 'POST',
        path: `/hooks/${hook.name}`,
        target: `/hooks/${hook.name}`,
        query: new URLSearchParams(),
        header: (name: string) => sent[name],
        clientAddress: undefined,
      };
      const visit = { hook, caller: { submitter }, mustSign: false };
      const bytes = body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
      const outcome = await bridge.submitHook(visit, facts, bytes);
      assert.ok(outcome.ok, JSON.stringify(outcome));
      return outcome.value;
    },
    async mails({ name }) {
      const rows = await Array.fromAsync(storage.table(storageNames.messages).listEntities());
      const all = await Promise.all(
        rows.map(async ({ rowKey }) => {
          const record = (await outbox.records.get(String(rowKey))) ?? assert.fail();
          if (!record.summary.tags.some((tag) => tag.name === 'hook' && tag.value === name)) return [];
          const content = record.content && (await outbox.contents.open(record.content));
          const { message } = content ?? assert.fail('The content is gone.');
          const { text = '', html = '', headers, attachments } = message;
          const files = attachments.map(({ filename, size }) => `${filename} ${size}`);
          const { subject, to } = record.summary;
          const { dueAt, acceptedAt } = record;
          const references = headers.find((header) => header.name === 'References')?.value;
          return [{ subject, to, text, html, dueAt, acceptedAt, references, files }];
        }),
      );
      return all
        .flat()
        .toSorted(
          (a, b) => a.acceptedAt.getTime() - b.acceptedAt.getTime() || (a.subject < b.subject ? -1 : 1),
        );
    },
    async rows(part = '') {
      const rows = await Array.fromAsync(storage.table(storageNames.alerts).listEntities()).catch(() => []);
      return rows
        .map(({ partitionKey, rowKey }) => `${partitionKey} ${rowKey}`)
        .filter((name) => name.includes(part));
    },
    async lasting(part = '') {
      const table = storage.table(storageNames.alerts);
      const rows = await stage.rows(`open-${part}`);
      const states = await Promise.all(
        rows.map(async (name) => {
          const [partition = '', row = ''] = name.split(' ');
          return String((await table.getEntity(partition, row))['state']);
        }),
      );
      return rows.filter((_, i) => !('past' in (JSON.parse(states[i] ?? '') as object)));
    },
    async forget() {
      const table = storage.table(storageNames.alerts);
      for (const name of await stage.rows()) {
        const [partition = '', row = ''] = name.split(' ');
        await table.deleteEntity(partition, row);
      }
    },
  };
  return stage;
}

/** A process that dies: what it asks of storage after so many requests fails, before or after it has been done. */
export function dying(
  storage: Storage,
  requests: number,
  phase: 'before' | 'after',
): Storage & { readonly died: () => boolean } {
  let left = requests;
  let dead = false;
  const policy = {
    name: 'death',
    async sendRequest<Q, R>(request: Q, next: (request: Q) => Promise<R>): Promise<R> {
      if (dead || (phase === 'before' && --left < 0)) {
        dead = true;
        throw new Error('killed');
      }
      const answer = await next(request);
      if (phase === 'after' && --left < 0) {
        dead = true;
        throw new Error('killed');
      }
      return answer;
    },
  };
  return {
    ...storage,
    died: () => dead,
    table(name) {
      const table = storage.table(name);
      table.pipeline.addPolicy(policy);
      return table;
    },
  };
}

/** An instance that is slow: its first request to storage that looks like this waits until it is released. */
export function slow(
  storage: Storage,
  looksLike: (request: { readonly method: string; readonly url: string }) => boolean,
): Storage & { readonly reached: Promise<void>; readonly release: () => void } {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  let waited = false;
  const policy = {
    name: 'slowness',
    async sendRequest<Q extends { method: string; url: string }, R>(
      request: Q,
      next: (request: Q) => Promise<R>,
    ): Promise<R> {
      if (!waited && looksLike(request)) {
        waited = true;
        reached.resolve();
        await released.promise;
      }
      return await next(request);
    },
  };
  return {
    ...storage,
    reached: reached.promise,
    release: () => released.resolve(),
    table(name) {
      const table = storage.table(name);
      table.pipeline.addPolicy(policy);
      return table;
    },
  };
}

let deliveries = 0;

/** What Alertmanager sends about one alert; each call another delivery unless `at` says otherwise. */
export function alertmanager(
  name: string,
  {
    status = 'firing',
    severity = 'warning',
    instance = 'db-01',
    at = deliveries++,
    endsAt = '2026-11-28T10:30:00Z',
  } = {},
) {
  const startsAt = new Date(Date.UTC(2026, 10, 28, 10) + at * 1000).toISOString();
  const resolved = status === 'resolved';
  const labels = { alertname: name, severity, instance };
  return {
    version: '4',
    groupKey: `{}:{alertname="${name}"}`,
    status,
    receiver: 'ops',
    groupLabels: { alertname: name },
    commonLabels: labels,
    commonAnnotations: { summary: name },
    externalURL: 'http://alertmanager.example.com',
    alerts: [
      {
        status,
        labels,
        annotations: { summary: name },
        startsAt,
        endsAt: resolved ? endsAt : '0001-01-01T00:00:00Z',
        generatorURL: 'http://prometheus.example.com/graph',
        fingerprint: `f-${name}-${instance}`,
      },
    ],
  };
}
