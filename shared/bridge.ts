/**
 * The composition root: Config → Bridge. The only file that names concrete doors.
 *
 * Triggers, local host, command line and tests are four users of it. What only delivery needs is loaded when the first message
 * is delivered: the half that accepts must start fast, since senders give up after 4 s.
 */
import { randomUUID } from 'node:crypto';
import type { Administrator, Caller } from './access/authorize.ts';
import { openCollection } from './access/collection.ts';
import { openDoorkeeper, type Doorkeeper } from './access/doorkeeper.ts';
import { lastUseKind, openLastUses, type LastUses } from './access/last-use.ts';
import { parseNetwork } from './access/network.ts';
import type { OperatorRole } from './access/operator.ts';
import type { HookVisit } from './access/authorize-hook.ts';
import { openQuotaGate } from './access/quota-gate.ts';
import type { KeyScope } from './access/stored-key.ts';
import { openAccessStore, type AccessStore } from './access/store.ts';
import { inspectCredential } from './delivery/credential.ts';
import { deadLetter } from './delivery/dead-letter.ts';
import type { DeliverParts } from './delivery/attempt.ts';
import { openCircuits } from './delivery/circuit.ts';
import { deliver } from './delivery/deliver.ts';
import type { DryRunView } from './delivery/dry-run.ts';
import { openMicrosoft365 } from './delivery/microsoft365.ts';
import { prepareDeparture } from './delivery/departure.ts';
import { planRoute } from './delivery/plan.ts';
import { routesOf } from './delivery/route.ts';
import type { Turn } from './delivery/settle.ts';
import type { RequestFacts } from './http.ts';
import { cancel } from './outbox/cancel.ts';
import type { OutboxEntry, Priority } from './outbox/entry.ts';
import { openDeadLetters, type DeadLetters } from './operator/dead-letters.ts';
import { createHousekeeping, type HousekeepingReport } from './outbox/housekeeping.ts';
import { openOutbox } from './outbox/open.ts';
import type { Outbox } from './outbox/outbox.ts';
import { reschedule } from './outbox/reschedule.ts';
import { sweep, type SweepReport } from './outbox/sweep.ts';
import { openPace } from './pace/pace.ts';
import { systemClock, type Clock } from './platform/clock.ts';
import { ConfigurationError, type Config } from './platform/config.ts';
import { idOfUuid } from './platform/id.ts';
import { createLog, type Log } from './platform/log.ts';
import { ok, refuse, type Result } from './platform/problem.ts';
import { putEntry } from './platform/queue.ts';
import { storageNames, type Storage } from './platform/storage.ts';
import { statusView, type StatusView } from './reporting/status.ts';
import { createAnnouncer, type WebhookBell } from './reporting/webhook-announcer.ts';
import type { WebhookEntry } from './reporting/webhook-entry.ts';
import type { WebhookParts } from './reporting/webhook-turn.ts';
import { preferredWait, within } from './submission/preferred-wait.ts';
import { readTemplated, readTemplatedBatch } from './submission/read-templated.ts';
import { parseRescheduling } from './submission/rescheduling.ts';
import { createFairness } from './submission/flood.ts';
import { readBatch, submitBatch } from './submission/submit-batch.ts';
import { submitEach } from './submission/submit-each.ts';
import type { SnsClient } from './submission/sns-client.ts';
import type { HookOutcome } from './submission/submit-hook.ts';
import type { Translated } from './submission/translated.ts';
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
  /** When keys were last used. */
  readonly uses: LastUses;
  /** Who may come in; `authorize` and `authorizeOperator` ask it. */
  readonly doorkeeper: Doorkeeper;
  /** For operators. */
  readonly deadLetters: DeadLetters;
  /** Who is asking, and whether the key is good for what is to be done. */
  authorize(facts: RequestFacts, needed: KeyScope): Promise<Result<Caller>>;
  /**
   * Who is asking at a hook; `submitHook` looks at the signature, where there must be one.
   *
   * @param name of the hook; undefined when only the key tells.
   */
  authorizeHook(facts: RequestFacts, name: string | undefined): Promise<Result<HookVisit>>;
  /** Headers that tell a caller what is left of its limits. */
  rateLimit(caller: Caller): Record<string, string>;
  /** Which operator is asking, and whether the role will do. */
  authorizeOperator(facts: RequestFacts, needed: OperatorRole): Promise<Result<Administrator>>;
  /** Accepts a message from a known caller. */
  submit(
    caller: Caller,
    facts: RequestFacts,
    body: Uint8Array,
    translated?: Translated,
  ): Promise<Result<Accepted>>;
  /** Says what would become of a message, with the refusals of `submit`, and accepts nothing. */
  dryRun(
    caller: Caller,
    facts: RequestFacts,
    body: Uint8Array,
    translated?: Translated,
  ): Promise<Result<DryRunView>>;
  /** Accepts up to 100 messages from a known caller, all or none. */
  submitBatch(
    caller: Caller,
    facts: RequestFacts,
    body: Uint8Array,
    translated?: readonly Translated[],
  ): Promise<Result<readonly Accepted[]>>;
  /** Accepts messages from a known caller, each on its own. */
  submitEach(
    caller: Caller,
    facts: RequestFacts,
    body: Uint8Array,
    translated: readonly Translated[],
  ): Promise<Result<readonly Result<Accepted>[]>>;
  /** Accepts what the sender of a hook says, as a mail about it. */
  submitHook(visit: HookVisit, facts: RequestFacts, body: Uint8Array): Promise<Result<HookOutcome>>;
  /** Says what speaks against messages, and accepts nothing. */
  check(
    caller: Caller,
    facts: RequestFacts,
    body: Uint8Array,
    translated: readonly Translated[],
  ): Result<void>;
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
  keepHouse(): Promise<HousekeepingReport>;
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
  const telling = () => (webhooks ??= openWebhooks({ config, access, outbox, ring, clock, log, random }));
  let sns: Promise<SnsClient> | undefined;
  const keepHouse = createHousekeeping(outbox, {
    content: config.contentRetention,
    record: config.recordRetention,
  });
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
    quota,
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

  const register = () => access.register();
  const uses = openLastUses(
    openCollection(storage.table(storageNames.uses), lastUseKind, () => undefined),
    clock,
    log,
  );
  const doorkeeper = openDoorkeeper({ access, uses, clock, certificates: config.clientCertificates });

  return {
    config,
    log,
    access,
    uses,
    doorkeeper,
    deadLetters: openDeadLetters({ outbox, clock, log, lifetime: config.lifetime }),
    async authorize(facts, needed) {
      const caller = await doorkeeper.submitter(facts, needed);
      if (!caller.ok) return caller;
      const taken = await quota.take(caller.value.submitter, { requests: 1 });
      return taken.ok ? caller : taken;
    },
    async authorizeHook(facts, name) {
      const visit = await doorkeeper.hook(facts, name);
      if (!visit.ok) return visit;
      const taken = await quota.take(visit.value.caller.submitter, { requests: 1 });
      return taken.ok ? visit : taken;
    },
    rateLimit: ({ submitter }) => quota.headers(submitter),
    authorizeOperator: (facts, needed) => doorkeeper.operator(facts, needed),
    async submit(caller, facts, body, translated) {
      const request = { caller, header: facts.header, body };
      const parts = { ...submission, express: express(preferredWait(config, facts.header)) };
      const templated = translated ? ok(translated) : await readTemplated(register, request);
      return templated.ok ? await submit(parts, { ...request, translated: templated.value }) : templated;
    },
    async dryRun(caller, { header }, body, translated) {
      const key = readIdempotencyKey(header('idempotency-key'));
      if (!key.ok) return key;
      const request = { caller, header, body };
      const templated = translated ? ok(translated) : await readTemplated(register, request);
      if (!templated.ok) return templated;
      const read = readSubmission(submission, { ...request, translated: templated.value });
      if (!read.ok) return read;
      const { dryRun } = await import('./delivery/dry-run.ts');
      return ok(await dryRun(delivery, read.value));
    },
    async submitBatch(caller, { header }, body, translated) {
      const request = { caller, header, body };
      const parts = { ...submission, express: express(undefined) };
      const templated = translated ? ok(translated) : await readTemplatedBatch(register, request);
      return templated.ok ? await submitBatch(parts, { ...request, translated: templated.value }) : templated;
    },
    submitEach: (caller, { header }, body, translated) =>
      submitEach({ ...submission, express: express(undefined) }, { caller, header, body, translated }),
    async submitHook({ caller, hook }, { method, header, query }, body) {
      const { submitHook } = await import('./submission/submit-hook.ts');
      const parts = { ...submission, express: express(undefined) };
      return await submitHook(
        {
          clock,
          register: await register(),
          sns: () =>
            (sns ??= import('./submission/sns-client.ts').then((door) => door.createSnsClient(clock))),
          submit: (translated, deliveryKey) =>
            submit(parts, { caller, header, body, translated, deliveryKey }),
        },
        { hook, caller, method, header, query, body },
      );
    },
    check(caller, { header }, body, translated) {
      const read = readBatch(submission, { caller, header, body, translated });
      return read.ok ? ok(undefined) : read;
    },
    async status(caller, id) {
      const record = await outbox.records.get(idOfUuid(id) ?? id);
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
    keepHouse: () => keepHouse(clock.now()),
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
      await Promise.all([microsoft365.close(), pace.close(), uses.settled()]);
    },
  };
}

function inspectFrontEnd({ frontEnd }: Config): void {
  const networks = 'networks' in frontEnd ? frontEnd.networks : [];
  const wrong = networks.find((text) => parseNetwork(text) === undefined);
  if (wrong === undefined) return;
  throw new ConfigurationError(
    `POSTRIDER_FRONT_END_NETWORKS has "${wrong}", which is no network: write 10.1.0.0/16 or 2001:db8::/48, with no bits set behind the prefix (see docs/configuration.md)`,
  );
}

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

const healthy = { state: 'closed' } as const;

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1).toLowerCase();

const noSuchMessage = () =>
  refuse(
    'message-not-found',
    'There is no message with this id among yours. Ids are kept for as long as the record is.',
  );

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
