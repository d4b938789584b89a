/**
 * From a request to a hook to a durable message: what does the body say → a letter about it → the way of any other message. In a
 * storm it is written down instead, for the digest at its end.
 *
 * Loaded when the first hook is called: nobody else needs adapters and letters.
 */
import type { Caller } from '../access/authorize.ts';
import type { Hook } from '../access/hook.ts';
import type { AccessRegister } from '../access/register.ts';
import type { SignedBody } from '../access/signature/verify.ts';
import type { AlertGroup, Handshake, HookRequest } from '../alerts/alert.ts';
import { writeLetter } from '../alerts/letter/letter.ts';
import { worstOf } from '../alerts/rank.ts';
import { readRequest } from '../alerts/read-request.ts';
import type { Fields } from '../alerts/sketch.ts';
import { readHook } from '../alerts/registry.ts';
import type { Clock } from '../platform/clock.ts';
import { newMessageId } from '../platform/id.ts';
import { ok, refuse, type Result } from '../platform/problem.ts';
import type { AlertLedger } from '../sense/ledger.ts';
import { audienceOf, recall, remember, type Recollection } from '../sense/open-alerts.ts';
import { noteCall, type Noted } from '../sense/silence.ts';
import type { Arrival } from '../sense/storm.ts';
import { passOrHold } from '../sense/storm-control.ts';
import { takeBack } from '../sense/take-back.ts';
import { printOf, tallyOf } from '../sense/tally.ts';
import { alertVariables } from '../template/variables.ts';
import { hookMessage, type Circumstances, type HookLetter } from './hook-message.ts';
import { hookDeliveryLifetime } from './idempotency.ts';
import { reachable } from './reachable.ts';
import type { SnsClient } from './sns-client.ts';
import { checkSns, confirmed, envelopeOf } from './sns.ts';
import type { Accepted, Delivery } from './submit.ts';
import type { Translated } from './translated.ts';

/** What a hook needs of the bridge. */
export interface HookParts {
  readonly clock: Clock;
  readonly register: AccessRegister;
  readonly ledger: AlertLedger;
  readonly noted: Noted;
  /** For hooks of Amazon SNS. */
  readonly sns: () => Promise<SnsClient>;
  /** Submits a message. */
  readonly submit: (translated: Translated, delivery: Delivery) => Promise<Result<Accepted>>;
}

/** A request to a hook, whose caller has been recognised. */
export interface HookCall {
  readonly hook: Hook;
  readonly caller: Caller;
  readonly method: string;
  readonly header: (name: string) => string | undefined;
  readonly query: URLSearchParams;
  readonly body: Uint8Array;
  /** What tells the request from others, where its signature does. */
  readonly once?: SignedBody | undefined;
}

/** What became of it. */
export type HookOutcome =
  | {
      readonly kind: 'accepted';
      readonly accepted: Accepted;
      readonly group: AlertGroup;
      readonly request: HookRequest;
    }
  /** It will be part of a digest. */
  | { readonly kind: 'held'; readonly group: AlertGroup; readonly request: HookRequest }
  /** The sender wanted an answer, and nothing else. */
  | { readonly kind: 'answered'; readonly answer: Handshake['answer'] };

/**
 * Submits.
 *
 * @returns a refusal of the message's; a body that nobody knows is none.
 * @throws RestError when storage cannot be reached; nothing has been promised then.
 */
export async function submitHook(parts: HookParts, call: HookCall): Promise<Result<HookOutcome>> {
  const { hook } = call;
  const read = await readCall(parts, call);
  if (!read.ok) return read;
  const { request, signed } = read.value;
  const reading = signed
    ? await confirmed(await parts.sns(), hook, signed, read.value.reading)
    : read.value.reading;
  if (isLive(call)) await noteCall(parts.ledger, parts.noted, hook, parts.clock.now());
  if (reading.kind === 'handshake') {
    const { answer, mail } = reading;
    const told = mail && (await tell(parts, call, { kind: 'alerts', alerts: [mail] }, request));
    return told?.ok === false ? told : ok({ kind: 'answered', answer });
  }
  return await tell(parts, call, reading, request);
}

/** What a call says, its signature checked where it has to be one of Amazon SNS. Leaves nothing behind. */
export async function readCall(
  { clock, sns }: { readonly clock: Clock; readonly sns?: () => Promise<SnsClient> },
  { hook, method, header, query, body }: HookCall,
): Promise<Result<HookReading>> {
  const request = await readRequest({ method, header, query, body });
  const reading = readHook(request, hook.adapter);
  // A safe method (RFC 9110 §9.2.1): browsers ask so before every call of another page.
  if (method === 'OPTIONS' && reading.kind !== 'handshake') {
    return refuse('method-not-allowed', 'OPTIONS only asks whether events may be sent; send them by POST.');
  }
  const envelope = sns && envelopeOf(hook, request.value);
  if (!envelope) return ok({ request, reading });
  const signed = await checkSns(await sns(), envelope, clock.now());
  return signed.ok ? ok({ request, reading, signed: envelope }) : signed;
}

/** A call, read. */
export interface HookReading {
  readonly request: HookRequest;
  readonly reading: AlertGroup | Handshake;
  /** The message of Amazon SNS, whose signature is right. */
  readonly signed?: Fields;
}

/** Has a mail accepted, or its alerts held. */
async function tell(
  parts: HookParts,
  call: HookCall,
  group: AlertGroup,
  request: HookRequest,
): Promise<Result<HookOutcome>> {
  const { hook } = call;
  const { ledger } = parts;
  const now = parts.clock.now();
  const delivery = deliveryOf(call, group);
  const live = isLive(call);
  const known: Recollection = live ? await recall(ledger, hook, group) : new Map();
  const severities = audienceOf(group, known, worstOf(group.alerts));
  const told = { group, known, now };
  const letter = { group, request, severities, now };
  if (!live) return await send(parts, call, letter);
  const begun = await remember(ledger, hook, told, 'beginnings');
  const passing = hook.storm ? await passOrHold(ledger, hook, heldAs(letter, delivery), now) : passed;
  const outcome: Result<HookOutcome> =
    passing.kind === 'hold' ? ok({ kind: 'held', group, request }) : await send(parts, call, letter);
  if (!outcome.ok) await takeBack(ledger, [...begun, ...passing.written]);
  // Also where the mail about it is refused: what is over is not told again. Whom to tell of it, if it is repeated, is known still.
  await remember(ledger, hook, told, 'ends');
  return outcome;
}

const passed = { kind: 'pass', written: [] } as const;

/** What a letter is to be about. */
interface Subject extends Circumstances {
  readonly group: AlertGroup;
  readonly request: HookRequest;
}

/** What stands in a digest in place of the letter. */
const heldAs = ({ group, severities, now }: Subject, delivery: Delivery) => ({
  ...arrivalOf(group, delivery, now),
  tally: tallyOf(group, severities, now.getTime()),
  files: group.files ?? [],
});

/** Has a mail accepted. */
async function send(
  parts: HookParts,
  call: HookCall,
  { group, request, severities, now }: Subject,
): Promise<Result<HookOutcome>> {
  const letter = await write(parts, call, group, request.value);
  if (!letter.ok) return letter;
  const { hook, warnings } = reachable(call.hook, parts.register, severities, now);
  const document = hookMessage(hook, group, letter.value, { severities, now });
  const accepted = await parts.submit({ document, warnings }, deliveryOf(call, group));
  return accepted.ok ? ok({ kind: 'accepted', accepted: accepted.value, group, request }) : accepted;
}

/** Who tries a hook out, and wants nothing sent, says nothing about the state of things: nothing is remembered of it. */
export const isLive = ({ header }: HookCall): boolean => header('x-postrider-mode') === undefined;

/** What makes a request the repetition of another one. */
export function deliveryOf({ hook, once }: HookCall, { deliveryKey }: AlertGroup): Delivery {
  if (once !== undefined) return { key: once.deliveryKey, lifetime: once.remembered };
  const key = deliveryKey === undefined ? undefined : ['hook', hook.name, deliveryKey].join('\0');
  return { key, lifetime: hookDeliveryLifetime };
}

/** A call as storm control sees it. */
export const arrivalOf = ({ alerts }: AlertGroup, { key }: Delivery, now: Date): Arrival => ({
  print: key === undefined ? newMessageId(now) : printOf(key),
  severity: worstOf(alerts),
});

/** The letter, with what the hook's template says in place of ours. */
async function write(
  { clock, register }: Pick<HookParts, 'clock' | 'register'>,
  { hook, caller, header, body }: HookCall,
  group: AlertGroup,
  value: unknown,
): Promise<Result<HookLetter>> {
  const receivedAt = clock.now();
  const zone = hook.zone ?? 'UTC';
  const raw = { bytes: body, contentType: header('content-type') ?? '' };
  const letter = writeLetter(group, { zone, receivedAt, hook: hook.name, raw });
  if (hook.template === undefined) return ok(letter);
  const { renderWith } = await import('../template/templated.ts');
  const variables = alertVariables(group, hook.name, value, receivedAt);
  const own = await renderWith(register, caller.submitter.name, hook.template, variables, zone);
  if (!own.ok) return own;
  const { text: _text, html: _html, ...rest } = letter;
  // Who wrote a text of their own wants that one, and not ours beside it.
  const ours = own.value.text === undefined && own.value.html === undefined ? letter : rest;
  return ok({ ...ours, ...own.value });
}

/** For whoever wants to see the letter and not send it. */
export { write as writeHookLetter };
