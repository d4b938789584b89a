/**
 * The composition root: Config → Bridge. The only file that names concrete doors.
 *
 * Triggers, local host, command line and tests are four users of it. What only delivery needs is loaded when the first message
 * is delivered: the half that accepts must start fast, since senders give up after 4 s.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { openCollection } from './access/collection.ts';
import { lastUseKind, openLastUses, type LastUses } from './access/last-use.ts';
import { inspectFrontEnd } from './access/front-end.ts';
import { openQuotaGate } from './access/quota-gate.ts';
import { suppressedOf } from './access/suppression.ts';
import { suspensionOf } from './access/suspension.ts';
import { proveStorage } from './access/prove-storage.ts';
import { openAccessStore, type AccessStore } from './access/store.ts';
import { openAuditTrail, type AuditTrail } from './audit/trail.ts';
import { inspectCredential } from './delivery/credential.ts';
import { createCredentialReport, type CredentialReport } from './delivery/credential-report.ts';
import { createCredentialWatch, type CredentialWatch } from './delivery/credential-watch.ts';
import { deadLetter } from './delivery/dead-letter.ts';
import type { DeliverParts } from './delivery/attempt.ts';
import { openCircuits } from './delivery/circuit.ts';
import { deliver } from './delivery/deliver.ts';
import { openMicrosoft365 } from './delivery/microsoft365.ts';
import { routesOf } from './delivery/route.ts';
import type { Turn } from './delivery/settle.ts';
import type { OutboxEntry, Priority } from './outbox/entry.ts';
import type { Desk } from './operator/desk.ts';
import { createHousekeeping, type HousekeepingReport } from './outbox/housekeeping.ts';
import { openOutbox } from './outbox/open.ts';
import { sweep, type SweepReport } from './outbox/sweep.ts';
import { openPace } from './pace/pace.ts';
import { systemClock, type Clock } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import { createLog, type Log } from './platform/log.ts';
import { putEntry } from './platform/queue.ts';
import { storageNames, type Storage } from './platform/storage.ts';
import { openWebhooks } from './reporting/open-webhooks.ts';
import { openAlertLedger } from './sense/ledger.ts';
import { createAnnouncer, type WebhookBell } from './reporting/webhook-announcer.ts';
import type { WebhookEntry } from './reporting/webhook-entry.ts';
import type { WebhookParts } from './reporting/webhook-turn.ts';
import { openAcceptance, type Acceptance } from './acceptance.ts';
import { openBatchDesk, type BatchDesk } from './submission/batch-desk.ts';
import { openEntrance, type Entrance } from './entrance.ts';

/** Everything Postrider does, for whoever triggers it. Methods throw RestError when storage cannot be reached. */
export interface Bridge extends Entrance, Acceptance, BatchDesk {
  readonly config: Config;
  readonly log: Log;
  readonly access: AccessStore;
  /** When keys were last used. */
  readonly uses: LastUses;
  /** Who was refused what, and who changed what. */
  readonly audit: AuditTrail;
  /** For operators; loaded when the first of them calls. */
  desk(): Promise<Desk>;
  /** Takes a delivery turn for a doorbell. @param priority of the queue that it came from; normal when omitted. */
  deliver(entry: OutboxEntry, priority?: Priority): Promise<Turn>;
  /** Records that the queue gave up on a doorbell. */
  deadLetter(entry: OutboxEntry): Promise<void>;
  /** Takes a turn of telling a webhook endpoint of an event. */
  tell(entry: WebhookEntry): Promise<void>;
  /** Records that the queue gave up on telling; it is tried again later. */
  tellLater(entry: WebhookEntry): Promise<void>;
  /** Rings again for whatever was left behind. @param count whether it is to be counted how it stands. */
  sweep(count?: boolean): Promise<SweepReport>;
  /** Removes what has been kept for long enough. */
  keepHouse(): Promise<HousekeepingReport & { readonly audit: number; readonly hooks: number }>;
  /** Says, once a day, when the credential of the app is about to end. */
  readonly watchCredential: CredentialWatch;
  /** How the credential of the app stands. Never rejects for what a vault did. */
  credentialReport(): Promise<CredentialReport>;
  /** Reads the register once: proves that storage answers, and warms the first request up. @throws ConfigurationError */
  warmUp(): Promise<void>;
  /** Closes connections. */
  close(): Promise<void>;
}

/** What tests may replace. */
export interface BridgeOptions {
  readonly clock?: Clock;
  readonly log?: Log;
  readonly random?: () => number;
}

/**
 * Builds the bridge. Opens no connection.
 *
 * @throws ConfigurationError when the configured certificate cannot be used, or a network of the front end is none.
 */
export function createBridge(config: Config, storage: Storage, options: BridgeOptions = {}): Bridge {
  const clock = options.clock ?? systemClock;
  inspectCredential(config, clock);
  inspectFrontEnd(config);
  const log = options.log ?? createLog(config.logLevel);
  const random = options.random ?? Math.random;
  const access = openAccessStore(storage.table(storageNames.access), clock);
  const events = storage.queue(storageNames.events);
  const ring: WebhookBell = (entry, seconds) => putEntry(events, entry, seconds);
  const outbox = openOutbox(storage, log, createAnnouncer({ access, ring, log }));
  let webhooks: Promise<WebhookParts> | undefined;
  const telling = () =>
    (webhooks ??= openWebhooks({
      config,
      access,
      read: (id) => outbox.records.get(id),
      ring,
      clock,
      log,
      random,
    }));
  const keepHouse = createHousekeeping(outbox, {
    content: config.contentRetention,
    record: config.recordRetention,
  });
  const trail = storage.table(storageNames.audit);
  const audit = openAuditTrail({ client: trail, clock, log, newId: randomUUID });
  const microsoft365 = openMicrosoft365(config, clock, log);
  const paceTable = storage.table(storageNames.pace);
  const pace = openPace({ table: paceTable, limits: config.pace, clock, wait, newId: randomUUID });
  const quota = openQuotaGate(paceTable, clock);
  const delivery: DeliverParts = {
    outbox,
    clock,
    log,
    wait,
    lease: config.lease,
    transport: (name) => microsoft365.transport(name),
    ...(config.graphPermissions.length > 0 ? { sentCopies: () => microsoft365.sentCopies() } : {}),
    routes: (sender, id) => routesOf(config, sender, id),
    permissions: config.graphPermissions,
    circuits: openCircuits({ table: paceTable, clock, log }),
    pace,
    isExternal: (address) => !config.internalDomains.includes(domainOf(address)),
    suspension: async (record) => suspensionOf(await access.register(), record, clock.now()),
    suppressed: async (addresses) => suppressedOf(await access.register(), addresses, clock.now()),
    schedule: config.retrySchedule,
    attemptTimeout: config.attemptTimeout,
    random,
  };
  const ledger = openAlertLedger(storage.table(storageNames.alerts));
  const uses = openLastUses(
    openCollection(storage.table(storageNames.uses), lastUseKind, () => undefined),
    clock,
    log,
  );
  const { credential } = config;
  const certificates = () => microsoft365.certificates();
  let desk: Promise<Desk> | undefined;
  const openLateDesk = async () => {
    const { openDesk } = await import('./operator/desk.ts');
    return openDesk({
      access,
      outbox,
      audit,
      clock,
      randomBytes,
      signIn: config.operatorSignIn,
      lifetime: config.lifetime,
    });
  };

  return {
    config,
    log,
    access,
    uses,
    ...openEntrance({ config, access, uses, quota, clock, log, wait }),
    ...openBatchDesk(outbox, clock),
    ...openAcceptance({ config, access, outbox, quota, delivery, ledger, clock, log }),
    audit,
    desk: () => (desk ??= openLateDesk()),
    deliver: (entry, priority) => deliver(delivery, entry, priority),
    deadLetter: (entry) => deadLetter(delivery, entry),
    async tell(entry) {
      const { tell } = await import('./reporting/webhook-turn.ts');
      await tell(await telling(), entry);
    },
    async tellLater(entry) {
      const { tellLater } = await import('./reporting/webhook-turn.ts');
      await tellLater({ ring, log, random }, entry);
    },
    async keepHouse() {
      const now = clock.now();
      const before = new Date(now.getTime() - config.auditRetention * 1000);
      const report = { ...(await keepHouse(now)), audit: await audit.removeBefore(before) };
      const { clearStrays } = await import('./sense/strays.ts');
      const { hooks } = (await access.register()).entries;
      return { ...report, hooks: await clearStrays(ledger, hooks, now) };
    },
    watchCredential: createCredentialWatch({ credential, certificates, clock, log }),
    credentialReport: createCredentialReport({ credential, certificates, clock, wait }),
    sweep: (count = false) =>
      sweep(outbox, clock.now(), {
        lease: config.lease,
        ...(count ? { countFor: config.lifetime } : {}),
      }),
    warmUp: () => proveStorage(access),
    async close() {
      await Promise.all([microsoft365.close(), pace.close(), uses.settled(), audit.flush()]);
    },
  };
}

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1).toLowerCase();
