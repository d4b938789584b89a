/**
 * What submitters may do with messages: submit them, ask for them, take them back. Part of the composition root.
 */
import { randomUUID } from 'node:crypto';
import type { Caller } from './access/authorize.ts';
import { createSelfMailGuard } from './access/loop-guard.ts';
import { sendingMode } from './access/mode.ts';
import type { QuotaGate } from './access/quota-gate.ts';
import type { AccessStore } from './access/store.ts';
import type { DeliverParts } from './delivery/attempt.ts';
import { prepareDeparture } from './delivery/departure.ts';
import type { DryRunView } from './delivery/dry-run.ts';
import { planRoute } from './delivery/plan.ts';
import { routesOf } from './delivery/route.ts';
import type { RequestFacts } from './http.ts';
import { cancel } from './outbox/cancel.ts';
import { listOwn } from './outbox/own-list.ts';
import { withKeptBody } from './message/kept-body.ts';
import type { Message } from './message/message.ts';
import type { Warning } from './message/warning.ts';
import type { Outbox } from './outbox/outbox.ts';
import { reschedule } from './outbox/reschedule.ts';
import type { Clock } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import { idOfUuid } from './platform/id.ts';
import { ok, refuse, type Result } from './platform/problem.ts';
import { statusView, type StatusView } from './reporting/status.ts';
import type { Log } from './platform/log.ts';
import type { AlertLedger } from './sense/ledger.ts';
import { openHookDesk, type HookDesk } from './submission/hook-desk.ts';
import { createFairness } from './submission/flood.ts';
import { readIdempotencyKey } from './submission/idempotency.ts';
import { newestOfKey } from './submission/newest-of-key.ts';
import { outgoing, type Outgoing } from './submission/outgoing.ts';
import { listEntry, readListQuery, type ListEntry } from './submission/own-list.ts';
import { preferredWait, within } from './submission/preferred-wait.ts';
import {
  readTemplated,
  readTemplatedBatch,
  renderEach,
  renderTranslated,
  renderTranslatedBatch,
} from './submission/read-templated.ts';
import { parseRescheduling } from './submission/rescheduling.ts';
import { readBatch, submitBatch } from './submission/submit-batch.ts';
import { submitEach } from './submission/submit-each.ts';
import {
  readSubmission,
  submit,
  type Accepted,
  type Express,
  type SubmitParts,
} from './submission/submit.ts';
import { parseDocument } from './submission/parse.ts';
import type { Kept, Translated } from './submission/translated.ts';

/** The counter. Methods reject with RestError when storage cannot be reached. */
export interface Acceptance extends HookDesk {
  /** Accepts a message from a known caller. */
  submit(
    caller: Caller,
    facts: RequestFacts,
    body: Uint8Array,
    translated?: Translated,
  ): Promise<Result<Accepted>>;
  /** A message in MIME as the routes of its sender carry it: its body as it is, or else its parts, with a warning. */
  carried<T extends Carried>(caller: Caller, message: T): T;
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
  /** Accepts messages from a known caller, each on its own; what was refused before stays so. */
  submitEach(
    caller: Caller,
    facts: RequestFacts,
    body: Uint8Array,
    translated: readonly Result<Translated>[],
  ): Promise<Result<readonly Result<Accepted>[]>>;
  /** Says what speaks against messages, and accepts nothing. */
  check(
    caller: Caller,
    facts: RequestFacts,
    body: Uint8Array,
    translated: readonly Translated[],
  ): Promise<Result<void>>;
  /** The status of one of the caller's messages. */
  status(caller: Caller, id: string): Promise<Result<StatusView>>;
  /** The status of the message that one of the caller's idempotency keys made last. */
  statusByKey(caller: Caller, key: string): Promise<Result<StatusView>>;
  /** A page of the caller's messages, newest first; see submission/own-list.ts for the query. */
  list(
    caller: Caller,
    query: URLSearchParams,
  ): Promise<Result<{ readonly data: readonly ListEntry[]; readonly more: boolean }>>;
  /** Takes one of the caller's messages back before it is sent; asking twice is no fault. */
  cancel(caller: Caller, id: string): Promise<Result<void>>;
  /** Has one of the caller's messages sent at another time, named in the body, while it waits. */
  reschedule(caller: Caller, id: string, facts: RequestFacts, body: Uint8Array): Promise<Result<void>>;
}

/** A message that a dialect has read. */
type Carried = Translated & { readonly kept?: (Kept & { readonly else: Warning }) | undefined };

/** Opens it. */
export function openAcceptance(given: {
  readonly config: Config;
  readonly access: AccessStore;
  readonly outbox: Outbox;
  readonly quota: QuotaGate;
  readonly delivery: DeliverParts;
  readonly ledger: AlertLedger;
  readonly clock: Clock;
  readonly log: Log;
}): Acceptance {
  const { config, access, outbox, quota, delivery, ledger, clock, log } = given;
  /** Why no route of its sender can carry a message. */
  const impossible = (message: Message): string | undefined => {
    const { permissions } = delivery;
    const routes = routesOf(config, message.from.address, '');
    const plan = planRoute({ message, routes, permissions, now: clock.now(), health: () => healthy });
    return plan.kind === 'impossible' ? plan.reason : undefined;
  };
  const submission: Omit<SubmitParts, 'express' | 'policy'> = {
    outbox,
    clock,
    lifetime: config.lifetime,
    onUnknown: config.onUnknown,
    tooLarge: ({ message }) => impossible(message),
    selfMail: createSelfMailGuard(),
    fairness: createFairness(),
    quota,
    queueUp: (place) => {
      // The members of a pool share the load evenly, so that any of them tells how long the line is.
      const [first] = routesOf(config, place.mailbox, randomUUID());
      return delivery.pace.queueUp({ ...place, mailbox: first?.mailbox ?? place.mailbox });
    },
  };
  const express = (seconds: number | undefined): Express => ({
    async begin(record, { message }) {
      if (seconds === undefined) return undefined;
      const departure = await prepareDeparture(delivery, record, message);
      return departure && { ...departure, send: (stored) => within(seconds, departure.send(stored)) };
    },
  });

  let listing: ReturnType<typeof listOwn> = Promise.resolve(undefined);
  const register = () => access.register();
  const templatedOne = (
    request: { caller: Caller; header: RequestFacts['header']; body: Uint8Array },
    translated: Translated | undefined,
  ): Promise<Result<Translated | undefined>> =>
    translated ? renderTranslated(register, request, translated) : readTemplated(register, request);
  /** @param seconds that the call waits for the message to be sent. */
  const submitParts = async (seconds?: number): Promise<SubmitParts> => ({
    ...submission,
    policy: { register: await register(), internalDomains: config.internalDomains },
    express: express(seconds),
  });
  const foresee = async (mail: Outgoing): Promise<DryRunView> => {
    const { dryRun } = await import('./delivery/dry-run.ts');
    return await dryRun(delivery, mail);
  };
  const route = async (mail: Outgoing): Promise<object> => {
    const { dry_run: _, ...view } = await foresee(mail);
    return view;
  };
  return {
    ...openHookDesk({ submission: () => submitParts(), register, ledger, clock, log, route }),
    async submit(caller, facts, body, translated) {
      const request = { caller, header: facts.header, body };
      const parts = await submitParts(preferredWait(config, facts.header));
      const templated = await templatedOne(request, translated);
      return templated.ok ? await submit(parts, { ...request, translated: templated.value }) : templated;
    },
    carried({ submitter }, translated) {
      const { kept } = translated;
      if (!kept) return translated;
      // Who looks for files that are forbidden must not be shown others than the recipient's program finds.
      const inspected = submitter.policy?.attachments !== undefined;
      const parsed = parseDocument(translated.document);
      // What cannot be read is refused by the steps that follow.
      if (!parsed.ok) return translated;
      const whole = withKeptBody(parsed.value.message, kept.body, kept.bytes.length);
      if (!inspected && !impossible(whole)) return translated;
      return { ...translated, kept: undefined, warnings: [...translated.warnings, kept.else] };
    },
    async dryRun(caller, { header }, body, translated) {
      const key = readIdempotencyKey(header('idempotency-key'));
      if (!key.ok) return key;
      const request = { caller, header, body };
      const templated = await templatedOne(request, translated);
      if (!templated.ok) return templated;
      const read = readSubmission(await submitParts(), { ...request, translated: templated.value });
      if (!read.ok) return read;
      const mode = sendingMode(caller.submitter, header);
      if (!mode.ok) return mode;
      return ok(await foresee(outgoing(read.value, mode.value, header)));
    },
    async submitBatch(caller, { header }, body, translated) {
      const request = { caller, header, body };
      const parts = await submitParts();
      const templated = translated
        ? await renderTranslatedBatch(register, request, translated)
        : await readTemplatedBatch(register, request);
      return templated.ok ? await submitBatch(parts, { ...request, translated: templated.value }) : templated;
    },
    async submitEach(caller, { header }, body, messages) {
      const translated = await renderEach(register, { caller }, messages);
      return await submitEach(await submitParts(), { caller, header, body, translated });
    },
    async check(caller, { header }, body, translated) {
      const rendered = await renderTranslatedBatch(register, { caller }, translated);
      if (!rendered.ok) return rendered;
      const read = readBatch(await submitParts(), { caller, header, body, translated: rendered.value });
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
    async statusByKey(caller, key) {
      const record = await newestOfKey(outbox.records, caller.submitter.name, key);
      return record ? ok(statusView(record)) : noSuchMessage();
    },
    async list({ submitter: { name: submitter } }, query) {
      const asked = readListQuery(query);
      if (!asked.ok) return asked;
      const { limit, from } = asked.value;
      const row = from && (await outbox.records.get(idOfUuid(from.id) ?? from.id));
      if (from && row?.submitter !== submitter) return noSuchMessage();
      // One at a time: a list costs storage more than anything else that a submitter may ask for.
      const page = await (listing = listing.then(look, look));
      return page
        ? ok({ data: page.messages.map(listEntry), more: page.more })
        : refuse('list-too-long', tooLong);

      function look(): ReturnType<typeof listOwn> {
        const start = from && row ? { from: { row, side: from.side } } : {};
        return listOwn(outbox, { submitter, limit, ...start }, clock.now());
      }
    },
    async cancel(caller, id) {
      const state = await cancel(outbox, caller.submitter.name, id, clock.now());
      if (state === 'cancelled') return ok(undefined);
      if (state === undefined) return noSuchMessage();
      return refuse('not-cancellable', `The message is ${state}: it is too late to cancel it.`);
    },
    async reschedule(caller, id, { header }, body) {
      const now = clock.now();
      const at = parseRescheduling(body, header('content-type'), now);
      if (!at.ok) return at;
      const { name: submitter } = caller.submitter;
      const { lifetime } = config;
      const state = await reschedule(outbox, { id, submitter, at: at.value, now, lifetime });
      if (state === 'rescheduled') return ok(undefined);
      if (state === undefined) return noSuchMessage();
      return refuse('not-reschedulable', `The message is ${state}: it is too late to reschedule it.`);
    },
  };
}

const healthy = { state: 'closed' } as const;

const tooLong =
  'There are more messages than can be looked through for a list. Ask for each by GET /emails/{id}, or have events sent to a webhook.';

const noSuchMessage = () =>
  refuse(
    'message-not-found',
    'There is no message with this id among yours. Ids are kept for as long as the record is.',
  );
