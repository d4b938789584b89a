/**
 * From a request to a hook to a durable message: what does the body say → a letter about it → the way of any other message.
 *
 * Loaded when the first hook is called: nobody else needs adapters and letters.
 */
import type { Caller } from '../access/authorize.ts';
import type { Hook } from '../access/hook.ts';
import type { AccessRegister } from '../access/register.ts';
import type { AlertGroup, Handshake, HookRequest } from '../alerts/alert.ts';
import { writeLetter } from '../alerts/letter/letter.ts';
import { readRequest } from '../alerts/read-request.ts';
import { readHook } from '../alerts/registry.ts';
import type { Clock } from '../platform/clock.ts';
import { ok, type Result } from '../platform/problem.ts';
import { alertVariables } from '../template/variables.ts';
import { hookMessage, type HookLetter } from './hook-message.ts';
import type { SnsClient } from './sns-client.ts';
import { checkSns, confirmed, envelopeOf } from './sns.ts';
import type { Accepted } from './submit.ts';
import type { Translated } from './translated.ts';

/** What a hook needs of the bridge. */
export interface HookParts {
  readonly clock: Clock;
  readonly register: AccessRegister;
  /** For hooks of Amazon SNS. */
  readonly sns: () => Promise<SnsClient>;
  /**
   * Submits a message.
   *
   * @param deliveryKey the same when the sender repeats its request.
   */
  readonly submit: (translated: Translated, deliveryKey: string | undefined) => Promise<Result<Accepted>>;
}

/** A request to a hook, whose caller has been recognised. */
export interface HookCall {
  readonly hook: Hook;
  readonly caller: Caller;
  readonly method: string;
  readonly header: (name: string) => string | undefined;
  readonly query: URLSearchParams;
  readonly body: Uint8Array;
}

/** What became of it. */
export type HookOutcome =
  | {
      readonly kind: 'accepted';
      readonly accepted: Accepted;
      readonly group: AlertGroup;
      readonly request: HookRequest;
    }
  /** The sender wanted an answer, and nothing else. */
  | { readonly kind: 'answered'; readonly answer: Handshake['answer'] };

/**
 * Submits.
 *
 * @returns a refusal of the message's; a body that nobody knows is none.
 * @throws RestError when storage cannot be reached; nothing has been promised then.
 */
export async function submitHook(parts: HookParts, call: HookCall): Promise<Result<HookOutcome>> {
  const { hook, method, header, query, body } = call;
  const request = await readRequest({ method, header, query, body });
  let reading = readHook(request, hook.adapter);
  const envelope = envelopeOf(hook, request.value);
  if (envelope) {
    const client = await parts.sns();
    const signed = await checkSns(client, envelope, parts.clock.now());
    if (!signed.ok) return signed;
    reading = await confirmed(client, hook, envelope, reading);
  }
  const group = groupOf(reading);
  if (group) {
    const letter = await write(parts, call, group, request.value);
    if (!letter.ok) return letter;
    const key = group.deliveryKey;
    const accepted = await parts.submit(
      { document: hookMessage(hook, group, letter.value), warnings: [] },
      key === undefined ? undefined : ['hook', hook.name, key].join('\0'),
    );
    if (!accepted.ok) return accepted;
    if (reading.kind === 'alerts') return ok({ kind: 'accepted', accepted: accepted.value, group, request });
  }
  return ok({ kind: 'answered', answer: (reading as Handshake).answer });
}

/** The letter, with what the hook's template says in place of ours. */
async function write(
  { clock, register }: HookParts,
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

/** What there is to write about. */
function groupOf(reading: AlertGroup | Handshake): AlertGroup | undefined {
  if (reading.kind === 'alerts') return reading;
  return reading.mail && { kind: 'alerts', alerts: [reading.mail] };
}
