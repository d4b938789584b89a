/**
 * The composition root: Config → Bridge. The only file that names concrete doors.
 *
 * Triggers, local host, command line and tests are four users of it. What only delivery needs is loaded when the first message
 * is delivered: the half that accepts must start fast, since senders give up after 4 s.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import {
  authorize,
  authorizeOperator,
  shownKeys,
  type Administrator,
  type Caller,
} from './access/authorize.ts';
import type { OperatorRole } from './access/operator.ts';
import { apiKeyId } from './access/api-key.ts';
import { holderOf, type Holder } from './access/holder.ts';
import { authorizeSignedIn, principalHeader } from './access/sign-in.ts';
import { openAccessStore, type AccessStore } from './access/store.ts';
import { openAuditTrail, type AuditTrail } from './audit/trail.ts';
import { inspectCredential } from './delivery/credential.ts';
import { deadLetter } from './delivery/dead-letter.ts';
import type { DeliverParts } from './delivery/attempt.ts';
import { openCircuits } from './delivery/circuit.ts';
import { deliver } from './delivery/deliver.ts';
import type { DryRunView } from './delivery/dry-run.ts';
import { prepareDeparture } from './delivery/departure.ts';
import { planRoute } from './delivery/plan.ts';
import { routesOf } from './delivery/route.ts';
import type { SentCopies } from './delivery/doubt.ts';
import type { Turn } from './delivery/settle.ts';
import type { TokenSource, Transport, TransportName } from './delivery/transport.ts';
import type { RequestFacts } from './http.ts';
import { cancel } from './outbox/cancel.ts';
import type { OutboxEntry, Priority } from './outbox/entry.ts';
import { openDeadLetters, type DeadLetters } from './operator/dead-letters.ts';
import { openKeyRing, type KeyRing } from './operator/key-ring.ts';
import { openShelves, type Shelves } from './operator/shelves.ts';
import { createHousekeeping, type HousekeepingReport } from './outbox/housekeeping.ts';
import { openOutbox } from './outbox/open.ts';
import type { Outbox } from './outbox/outbox.ts';
import { reschedule } from './outbox/reschedule.ts';
import { sweep, type SweepReport } from './outbox/sweep.ts';
import { openPace } from './pace/pace.ts';
import { systemClock, type Clock } from './platform/clock.ts';
import { ConfigurationError, type Config } from './platform/config.ts';
import { createLog, type Log } from './platform/log.ts';
import { ok, refuse, type Result } from './platform/problem.ts';
import { putEntry } from './platform/queue.ts';
import { storageNames, type Storage } from './platform/storage.ts';
import type { State } from './reporting/event.ts';
import { statusView, type StatusView } from './reporting/status.ts';
import { createAnnouncer, type WebhookBell } from './reporting/webhook-announcer.ts';
import type { WebhookEntry } from './reporting/webhook-entry.ts';
import type { WebhookParts } from './reporting/webhook-turn.ts';
import { parseRescheduling } from './submission/rescheduling.ts';
import { createFairness } from './submission/flood.ts';
import { submitBatch } from './submission/submit-batch.ts';
import { readIdempotencyKey } from './submission/idempotency.ts';
import {
  readSubmission,
  submit,
  type Accepted,
  type Express,
  type SubmitParts,
} from './submission/submit.ts';

/** Everything Postrider does, for whoever triggers it. Methods throw RestError when storage cannot be reached. */
export interface Bridge {
  readonly config: Config;
  readonly log: Log;
  readonly access: AccessStore;
  /** Who was refused what, and who changed what. */
  readonly audit: AuditTrail;
  /** For operators. */
  readonly deadLetters: DeadLetters;
  readonly shelves: Shelves;
  readonly keyRing: KeyRing;
  /** Who is asking. */
  authorize(facts: RequestFacts): Promise<Result<Caller>>;
  /** Which operator is asking, and whether the role will do. */
  authorizeOperator(facts: RequestFacts, needed: OperatorRole): Promise<Result<Administrator>>;
  /** Whose request was refused, as far as a right key tells. Never throws. */
  holder(facts: RequestFacts): Promise<Holder>;
  /** Accepts a message from a known caller. */
  submit(caller: Caller, facts: RequestFacts, body: Uint8Array): Promise<Result<Accepted>>;
  /** Says what would become of a message, with the refusals of `submit`, and accepts nothing. */
  dryRun(caller: Caller, facts: RequestFacts, body: Uint8Array): Promise<Result<DryRunView>>;
  /** Accepts up to 100 messages from a known caller, all or none. */
  submitBatch(caller: Caller, facts: RequestFacts, body: Uint8Array): Promise<Result<readonly Accepted[]>>;
  /** The status of one of the caller's messages. */
  status(caller: Caller, id: string): Promise<Result<StatusView>>;
  /** Takes one of the caller's messages back before it is sent; asking twice is no fault. */
  cancel(caller: Caller, id: string): Promise<Result<void>>;
  /** Has one of the caller's messages sent at another time, named in the body, while it waits. */
  reschedule(caller: Caller, id: string, facts: RequestFacts, body: Uint8Array): Promise<Result<void>>;
  /** Takes a delivery turn for a doorbell. @param priority of the queue that it came from; normal when omitted. */
  deliver(entry: OutboxEntry, priority?: Priority): Promise<Turn>;
  /** Records that the queue gave up on a doorbell. */
  deadLetter(entry: OutboxEntry): Promise<void>;
  /** Takes a turn of telling a webhook endpoint of an event. */
  tell(entry: WebhookEntry): Promise<void>;
  /** Records that the queue gave up on telling; it is tried again later. */
  tellLater(entry: WebhookEntry): Promise<void>;
  /** Rings again for whatever was left behind. */
  sweep(): Promise<SweepReport>;
  /** Removes what has been kept for long enough. */
  keepHouse(): Promise<HousekeepingReport & { readonly audit: number }>;
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
 * @throws ConfigurationError when the configured certificate cannot be used.
 */
export function createBridge(config: Config, storage: Storage, options: BridgeOptions = {}): Bridge {
  const clock = options.clock ?? systemClock;
  inspectCredential(config, clock);
  const log = options.log ?? createLog(config.logLevel);
  const random = options.random ?? Math.random;
  const access = openAccessStore(storage.table(storageNames.access), clock);
  const events = storage.queue(storageNames.events);
  const ring: WebhookBell = (entry, seconds) => putEntry(events, entry, seconds);
  const outbox = openOutbox(storage, log, createAnnouncer({ access, ring, log }));
  let webhooks: Promise<WebhookParts> | undefined;
  const telling = () => (webhooks ??= openWebhooks({ config, access, outbox, ring, clock, log, random }));
  const keepHouse = createHousekeeping(outbox, {
    content: config.contentRetention,
    record: config.recordRetention,
  });
  const trail = storage.table(storageNames.audit);
  const audit = openAuditTrail({ client: trail, clock, log, newId: randomUUID });
  const microsoft365 = openMicrosoft365(config, clock, log);
  const paceTable = storage.table(storageNames.pace);
  const pace = openPace({ table: paceTable, limits: config.pace, clock, wait, newId: randomUUID });
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
    schedule: config.retrySchedule,
    attemptTimeout: config.attemptTimeout,
    random,
  };
  const submission: Omit<SubmitParts, 'express'> = {
    outbox,
    clock,
    lifetime: config.lifetime,
    onUnknown: config.onUnknown,
    tooLarge: ({ message }) => {
      const { permissions } = delivery;
      const routes = routesOf(config, message.from.address, '');
      const plan = planRoute({ message, routes, permissions, now: clock.now(), health: () => healthy });
      return plan.kind === 'impossible' ? plan.reason : undefined;
    },
    fairness: createFairness(),
    queueUp: (place) => {
      // The members of a pool share the load evenly, so that any of them tells how long the line is.
      const [first] = routesOf(config, place.mailbox, randomUUID());
      return pace.queueUp({ ...place, mailbox: first?.mailbox ?? place.mailbox });
    },
  };
  const express = (seconds: number | undefined): Express => ({
    async begin(record, { message }) {
      if (seconds === undefined) return undefined;
      const departure = await prepareDeparture(delivery, record, message);
      return departure && { ...departure, send: (stored) => within(seconds, departure.send(stored)) };
    },
  });

  const signIn = config.operatorSignIn;
  const registerParts = { access, audit, clock, signIn, randomBytes };
  const registerFor = ({ header }: RequestFacts) => {
    const [key] = shownKeys(header);
    return access.register(key === undefined ? undefined : apiKeyId(key));
  };

  return {
    config,
    log,
    access,
    audit,
    shelves: openShelves(registerParts),
    keyRing: openKeyRing(registerParts),
    deadLetters: openDeadLetters({ outbox, clock, audit, lifetime: config.lifetime }),
    authorize: async (facts) => authorize(await registerFor(facts), facts),
    async authorizeOperator(facts, needed) {
      const { header } = facts;
      const signedIn = header(principalHeader) !== undefined && shownKeys(header).length === 0;
      return config.operatorSignIn && signedIn
        ? authorizeSignedIn(facts, config.tenantId, needed)
        : authorizeOperator(await registerFor(facts), facts, needed);
    },
    async holder(facts) {
      try {
        return holderOf(await registerFor(facts), facts.header);
      } catch {
        return { kind: 'stranger' };
      }
    },
    submit: (caller, facts, body) =>
      submit(
        { ...submission, express: express(preferredWait(config, facts)) },
        { caller, header: facts.header, body },
      ),
    async dryRun(caller, { header }, body) {
      const key = readIdempotencyKey(header('idempotency-key'));
      if (!key.ok) return key;
      const read = readSubmission(submission, { caller, header, body });
      if (!read.ok) return read;
      const { dryRun } = await import('./delivery/dry-run.ts');
      return ok(await dryRun(delivery, read.value));
    },
    submitBatch: (caller, facts, body) =>
      submitBatch({ ...submission, express: express(undefined) }, { caller, header: facts.header, body }),
    async status(caller, id) {
      const record = await outbox.records.get(id);
      // Another submitter's message is as unknown as one that never was.
      if (!record || record.submitter !== caller.submitter.name) {
        return noSuchMessage();
      }
      return ok(statusView(record));
    },
    async cancel(caller, id) {
      const state = await cancel(outbox, caller.submitter.name, id, clock.now());
      if (state === 'cancelled') return ok(undefined);
      if (state === undefined) return noSuchMessage();
      return refuse('not-cancellable', `The message is ${state}: it is too late to cancel it.`);
    },
    async reschedule(caller, id, { header }, body) {
      const now = clock.now();
      const at = parseRescheduling(body, header('content-type'), header('content-encoding'), now);
      if (!at.ok) return at;
      const { name: submitter } = caller.submitter;
      const { lifetime } = config;
      const state = await reschedule(outbox, { id, submitter, at: at.value, now, lifetime });
      if (state === 'rescheduled') return ok(undefined);
      if (state === undefined) return noSuchMessage();
      return refuse('not-reschedulable', `The message is ${state}: it is too late to reschedule it.`);
    },
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
      return { ...(await keepHouse(now)), audit: await audit.removeBefore(before) };
    },
    sweep: () => sweep(outbox, clock.now(), config.lease),
    async warmUp() {
      try {
        await access.register();
      } catch (error) {
        const code = (error as { code?: string }).code ?? 'no code';
        throw new ConfigurationError(
          `the storage account that AzureWebJobsStorage names does not answer (${code}): check the setting and the account's network rules`,
          { cause: error },
        );
      }
    },
    async close() {
      await Promise.all([microsoft365.close(), pace.close(), audit.flush()]);
    },
  };
}

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The state that sending leads to, or `sending` when that takes longer. No timer outlives the answer. */
const within = (seconds: number, sent: Promise<State>): Promise<State> =>
  new Promise((resolve, reject) => {
    const late = setTimeout(() => resolve('sending'), seconds * 1000);
    void sent.then(resolve, reject).finally(() => clearTimeout(late));
  });

const healthy = { state: 'closed' } as const;

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1).toLowerCase();

/** Longest that a call waits for its message to be sent, in seconds, whatever it asks for: senders and proxies give up by then. */
const longestWait = 60;

/** Seconds that the caller would wait for the message to be sent (`Prefer: wait`, RFC 7240 §4.3); undefined for not at all. */
function preferredWait(config: Config, { header }: RequestFacts): number | undefined {
  const asked = /(?:^|,)\s*wait\s*=\s*"?(\d{1,9})/i.exec(header('prefer') ?? '')?.[1];
  if (config.sendOnAccept === 'never') return undefined;
  if (asked !== undefined) return Number(asked) > 0 ? Math.min(Number(asked), longestWait) : undefined;
  return config.sendOnAccept === 'always' ? longestWait : undefined;
}

const noSuchMessage = () =>
  refuse(
    'message-not-found',
    'There is no message with this id among yours. Ids are kept for as long as the record is.',
  );

/** The doors to Microsoft 365, each loaded when it is first needed. */
interface OpenMicrosoft365 {
  transport(name: TransportName): Promise<Transport>;
  sentCopies(): Promise<SentCopies>;
  close(): Promise<void>;
}

function openMicrosoft365(config: Config, clock: Clock, log: Log): OpenMicrosoft365 {
  let tokens: Promise<TokenSource> | undefined;
  let copies: Promise<SentCopies> | undefined;
  const transports = new Map<TransportName, Promise<Transport>>();
  const tokenSource = (): Promise<TokenSource> =>
    (tokens ??= import('./delivery/entra.ts').then(({ createTokenSource }) =>
      createTokenSource({ config, clock, log }),
    ));
  const open = async (name: TransportName): Promise<Transport> => {
    const parts = { config, tokens: await tokenSource(), clock };
    if (name === 'graph') return (await import('./delivery/graph.ts')).createGraphTransport(parts);
    return (await import('./delivery/smtp.ts')).createSmtpTransport(parts);
  };
  return {
    transport(name) {
      const transport = transports.get(name) ?? open(name);
      transports.set(name, transport);
      return transport;
    },
    sentCopies: () =>
      (copies ??= (async () => {
        const { createSentCopies } = await import('./delivery/sent-copies.ts');
        return createSentCopies({ config, tokens: await tokenSource(), clock });
      })()),
    async close() {
      for (const transport of transports.values()) await (await transport).close();
    },
  };
}

async function openWebhooks({
  config,
  outbox,
  ...parts
}: Omit<WebhookParts, 'post' | 'read'> & { config: Config; outbox: Outbox }): Promise<WebhookParts> {
  const { createWebhookClient, systemResolve } = await import('./reporting/webhook-client.ts');
  const { webhookAllowPrivate: allowPrivate } = config;
  const post = createWebhookClient({ allowPrivate, clock: parts.clock, resolve: systemResolve });
  return { ...parts, post, read: (id) => outbox.records.get(id) };
}
