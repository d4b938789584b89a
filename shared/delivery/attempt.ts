/**
 * An attempt to send: choose a route, wait for room on it, claim the message, hand it over, and write down what came of it.
 *
 * When a route refuses for certain, the next one is tried at once under the same claim.
 */
import { describeError } from '../platform/log.ts';
import { recipients } from '../message/message.ts';
import { estimateMimeBytes } from '../message/mime.ts';
import type { Config } from '../platform/config.ts';
import type { OpenContent } from '../outbox/content.ts';
import type { Priority } from '../outbox/entry.ts';
import type { HeldRecord, MessageRecord } from '../outbox/record.ts';
import { graceSeconds } from '../outbox/sweep.ts';
import { append, type MessageEvent } from '../reporting/event.ts';
import type { Admission, Pace } from '../pace/pace.ts';
import type { Circuits } from './circuit.ts';
import { claim, type Claim, type ClaimParts } from './claim.ts';
import { audienceOf, isSame, type Audience, type Suppressed } from './audience.ts';
import { conclude, concludeUnsent } from './conclusion.ts';
import type { SentCopies } from './doubt.ts';
import type { Outcome } from './outcome.ts';
import { findRoute } from './find-route.ts';
import { mayFailOver, type Plan } from './plan.ts';
import { rehearse } from './rehearsal.ts';
import { routeName, type Route } from './route.ts';
import { ringAt, settle, type SettleParts, type Turn } from './settle.ts';
import type { OutgoingMessage, Transport, TransportName } from './transport.ts';

/** What delivering needs from outside. */
export interface DeliverParts extends SettleParts, ClaimParts {
  readonly outbox: SettleParts['outbox'];
  /** A transport, loaded on first use. */
  readonly transport: (name: TransportName) => Promise<Transport>;
  /** Looks for sent copies; absent when the permission for it is not granted. */
  readonly sentCopies?: () => Promise<SentCopies>;
  /** The routes of a sender, best first. */
  readonly routes: (sender: string, id: string) => readonly Route[];
  readonly permissions: Config['graphPermissions'];
  readonly circuits: Circuits;
  readonly pace: Pace;
  /** Whether an address is outside the tenant. */
  readonly isExternal: (address: string) => boolean;
  /** Why a message must not be sent now, and until when if that is known; undefined when it may. Asked before every attempt. */
  readonly suspension: (
    record: Pick<MessageRecord, 'submitter' | 'mailbox'>,
  ) => Promise<{ readonly reason: string; readonly until?: Date } | undefined>;
  /** Who must not be written to, and why. Asked before every attempt. */
  readonly suppressed: Suppressed;
  /** Seconds between attempts; the last repeats. */
  readonly schedule: readonly number[];
  /** Seconds one attempt may take. */
  readonly attemptTimeout: number;
  /** 0 ≤ random < 1, for jitter. */
  readonly random: () => number;
}

/**
 * How long a turn waits in the process for room, in seconds: longer waits are the queue's, and cost no compute there. The others
 * book places up to 8 s ahead (pace/ledger.ts), so that `high` must wait longer than that to overtake them.
 */
export const patience: Readonly<Record<Priority, number>> = { high: 16, normal: 15, low: 15 };

/** A message that this worker has claimed, with what it needs to send it. */
export interface Sending {
  readonly claim: Claim;
  readonly content: OpenContent;
  readonly audience: Audience;
  readonly route: Route;
  /** Gives the place back. @param refused true when the message has certainly been sent to nobody. */
  readonly release: (refused: boolean) => void;
}

/** Makes an attempt. @throws RestError when storage cannot be reached. */
export async function attempt(parts: DeliverParts, record: HeldRecord): Promise<Turn> {
  const now = parts.clock.now();
  const at = now.toISOString();
  const { attempt: number, progress } = record;
  const content = record.content && (await parts.outbox.contents.open(record.content));
  if (!content) {
    const reason = 'The content of the message is gone from storage.';
    return await settle(parts, record, {
      events: [{ at, event: 'dead-lettered', reason }],
      attempt: number,
      progress,
    });
  }
  const audience = await audienceOf(parts.suppressed, content.message, progress.pending);
  if (audience.empty) return await settle(parts, record, concludeUnsent(record, audience.leftOut, now));
  if (record.mode === 'test') return await rehearse(parts, record, content, audience);
  const plan = await choose(parts, record, audience, []);
  if (plan.kind === 'impossible') {
    const { reason } = plan;
    return await settle(parts, record, {
      events: [{ at, event: 'failed', reason, trace: {} }],
      attempt: number,
      progress,
    });
  }
  if (plan.kind === 'wait') return await holdBack(parts, record, plan.until, plan.reason);
  const admission = await admit(parts, record, audience, plan.route, patience[record.priority]);
  if (!admission.admitted) return await holdBack(parts, record, admission.until, admission.reason);
  if (!(await mayStill(parts, record, content, audience))) {
    admission.release(true);
    return await holdBack(parts, record, now, 'What may be sent changed while it waited for room.');
  }
  const sending = await claimWithRoom(parts, record, { content, audience }, plan.route, admission);
  return sending ? await send(parts, sending) : 'nothing';
}

/** Whether what may be sent, and to whom, is what it was: a wait for room, or another attempt, may have lasted. No request as a rule. */
async function mayStill(
  parts: DeliverParts,
  record: HeldRecord,
  content: OpenContent,
  audience: Audience,
): Promise<boolean> {
  if (await parts.suspension(record)) return false;
  return isSame(audience, await audienceOf(parts.suppressed, content.message, record.progress.pending));
}

/** Claims a message for a route on which there is room, and gives the room back where nothing comes of it. */
async function claimWithRoom(
  parts: DeliverParts,
  record: HeldRecord,
  what: Pick<Sending, 'content' | 'audience'>,
  route: Route,
  room: Extract<Admission, { admitted: true }>,
  before: readonly MessageEvent[] = [],
): Promise<Sending | undefined> {
  const { leftOut } = what.audience;
  let claimed: Claim | undefined;
  try {
    claimed = await claim(parts, record, route, { before, leftOut });
  } finally {
    if (!claimed) room.release(true);
  }
  return claimed && { claim: claimed, ...what, route, release: (refused) => room.release(refused) };
}

/** Part of an attempt's time after which no further route is tried in it: all of them together must fit into `functionTimeout`. */
const failOverShare = 0.5;

/** Sends what is claimed, by further routes where the first refuses for certain, and settles. */
export async function send(parts: DeliverParts, first: Sending): Promise<Turn> {
  const { audience } = first;
  const tried: string[] = [];
  const failOverUntil = parts.clock.now().getTime() + parts.attemptTimeout * 1000 * failOverShare;
  for (let sending = first; ;) {
    const { claim: held, route } = sending;
    tried.push(routeName(route));
    const outcome = await handOver(parts, sending);
    sending.release(outcome.kind === 'deferred' || outcome.kind === 'failed');
    const record = await held.end();
    await learn(parts, route, outcome);
    const inTime = parts.clock.now().getTime() < failOverUntil;
    const next = inTime ? await failOver(parts, record, first, outcome, tried) : undefined;
    if (next) {
      sending = next;
      continue;
    }
    const conclusion = conclude({
      record,
      route,
      leftOut: audience.leftOut,
      outcome,
      now: parts.clock.now(),
      schedule: parts.schedule,
      random: parts.random(),
      canLook: parts.sentCopies !== undefined,
    });
    return await settle(parts, record, conclusion);
  }
}

/** Chooses a route for a message as things stand. @param without names of routes that are not to be tried again. */
export async function choose(
  parts: DeliverParts,
  record: MessageRecord,
  { message, pending }: Pick<Audience, 'message' | 'pending'>,
  without: readonly string[],
): Promise<Plan> {
  const routes = parts.routes(record.mailbox, record.id);
  return await findRoute(parts.circuits, {
    message,
    routes,
    permissions: parts.permissions,
    now: parts.clock.now(),
    without,
    ...(pending ? { pending } : {}),
  });
}

/** Asks for room on a route. @param seconds how long to wait for it at most. */
export async function admit(
  parts: DeliverParts,
  record: MessageRecord,
  { message, pending }: Pick<Audience, 'message' | 'pending'>,
  route: Route,
  seconds: number,
): Promise<Admission> {
  const addresses = pending ?? recipients(message).map(({ address }) => address);
  const demand = {
    ...route,
    recipients: addresses.length,
    external: addresses.filter((address) => parts.isExternal(address)).length,
    bytes: estimateMimeBytes(message),
    priority: record.priority,
  };
  return await parts.pace.admit(demand, seconds);
}

async function handOver(
  parts: DeliverParts,
  { claim: held, content, audience, route }: Sending,
): Promise<Outcome> {
  const { record } = held;
  const { message, pending } = audience;
  const mail: OutgoingMessage = {
    id: record.id,
    messageId: record.messageId,
    date: record.acceptedAt,
    mailbox: route.mailbox,
    message,
    openAttachment: (index) => content.openAttachment(index),
    ...(pending ? { pending } : {}),
  };
  let begun = false;
  try {
    const transport = await parts.transport(route.transport);
    const signal = AbortSignal.any([held.lost, AbortSignal.timeout(parts.attemptTimeout * 1000)]);
    begun = true;
    return await transport.send(mail, signal, held.drafts);
  } catch (error) {
    // A defect of ours: the message waits like any other while somebody reads the log. Nobody can say how far the transport came.
    parts.log('error', 'delivery.defect', {
      message: mail.id,
      transport: route.transport,
      error: describeError(error),
    });
    const reason = 'The attempt ended in an internal error.';
    if (begun) return { kind: 'unknown', reason, trace: {} };
    return { kind: 'deferred', fault: 'transient', reason, unasked: true, trace: {} };
  }
}

/** Tells all instances what the answer says about the route. Fails quietly: the message matters more. */
async function learn(parts: DeliverParts, route: Route, outcome: Outcome): Promise<void> {
  const seconds =
    outcome.kind === 'relayed'
      ? outcome.slowDownSeconds
      : outcome.kind === 'deferred' && outcome.fault === 'throttled'
        ? outcome.retryAfterSeconds
        : undefined;
  try {
    if (seconds !== undefined && seconds > 0) {
      const until = new Date(parts.clock.now().getTime() + seconds * 1000);
      await parts.pace.slowDown(route.mailbox, route.transport, until);
    }
    await parts.circuits.report(route, outcome);
  } catch (error) {
    parts.log('warn', 'delivery.route-not-reported', { error: describeError(error) });
  }
}

/** The same message by another route, when the first has certainly not sent it and there is room on the other. */
async function failOver(
  parts: DeliverParts,
  record: HeldRecord,
  what: Pick<Sending, 'content' | 'audience'>,
  outcome: Outcome,
  tried: readonly string[],
): Promise<Sending | undefined> {
  if (!mayFailOver(outcome)) return undefined;
  try {
    return await claimAnother(parts, record, what, outcome, tried);
  } catch (error) {
    // What is known of the first route must be written down all the same.
    parts.log('warn', 'delivery.no-failover', { message: record.id, error: describeError(error) });
    return undefined;
  }
}

async function claimAnother(
  parts: DeliverParts,
  record: HeldRecord,
  { content, audience }: Pick<Sending, 'content' | 'audience'>,
  { reason, fault, trace }: Extract<Outcome, { kind: 'deferred' | 'failed' }>,
  tried: readonly string[],
): Promise<Sending | undefined> {
  if (!(await mayStill(parts, record, content, audience))) return undefined;
  const plan = await choose(parts, record, audience, tried);
  if (plan.kind !== 'send') return undefined;
  const admission = await admit(parts, record, audience, plan.route, 0);
  if (!admission.admitted) return undefined;
  const at = parts.clock.now().toISOString();
  const event: MessageEvent = { at, event: 'deferred', reason, fault, until: at, trace };
  return await claimWithRoom(parts, record, { content, audience }, plan.route, admission, [event]);
}

/** From this wait on, in seconds, the status says what a message is held back for. */
const worthTelling = 60;

/** Has a message wait until there is room. The row is written only when the sweep would ring too early, or the wait is long. */
export async function holdBack(
  parts: DeliverParts,
  record: HeldRecord,
  wanted: Date,
  reason: string,
): Promise<Turn> {
  const now = parts.clock.now();
  // A message in doubt is looked into even when its life is over.
  const until = record.progress.doubt || wanted < record.expiresAt ? wanted : record.expiresAt;
  const seconds = Math.round((until.getTime() - now.getTime()) / 1000);
  parts.log('debug', 'delivery.held-back', { message: record.id, seconds, reason });
  const long = until.getTime() - now.getTime() > worthTelling * 1000;
  if (long || until.getTime() + graceSeconds * 500 > record.sweepAt.getTime()) {
    const event: MessageEvent = {
      at: now.toISOString(),
      event: 'deferred',
      reason,
      fault: 'paced',
      until: until.toISOString(),
      trace: {},
    };
    const moved = await parts.outbox.records.update(record, {
      dueAt: until,
      sweepAt: new Date(until.getTime() + graceSeconds * 1000),
      ...(long ? { events: append(record.events, event) } : {}),
    });
    if (!moved) return 'nothing';
  }
  await ringAt(parts, record, until);
  return 'paced';
}
