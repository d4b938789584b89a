/**
 * What a call of a hook would become now: read, written and judged by the code that a call runs, and nothing kept. For the dry run
 * over HTTP and `postrider hooks test`.
 */
import type { SendingMode } from '../access/mode.ts';
import { sendingMode } from '../access/mode.ts';
import type { AccessRegister } from '../access/register.ts';
import type { Alert, AlertGroup, Handshake } from '../alerts/alert.ts';
import { worstOf } from '../alerts/rank.ts';
import type { Records } from '../outbox/record.ts';
import type { Clock } from '../platform/clock.ts';
import { ok, type Problem, type Result } from '../platform/problem.ts';
import type { AlertLedger } from '../sense/ledger.ts';
import { audienceOf, recall } from '../sense/open-alerts.ts';
import { foresee, type Foresight } from '../sense/storm-control.ts';
import { hookMessage } from './hook-message.ts';
import type { previewOutcomes } from './hook-preview-view.ts';
import { readIdempotencyKey } from './idempotency.ts';
import { outgoing, type Outgoing } from './outgoing.ts';
import { parseDocument, type Submission } from './parse.ts';
import { reachable } from './reachable.ts';
import { earlierOf } from './repetition.ts';
import type { SnsClient } from './sns-client.ts';
import { arrivalOf, deliveryOf, isLive, readCall, writeHookLetter, type HookCall } from './submit-hook.ts';
import { objection, type SubmitParts } from './submit.ts';

/** What it needs: all of it is read, and none of it written. */
export interface PreviewParts {
  readonly clock: Clock;
  readonly register: AccessRegister;
  readonly ledger: AlertLedger;
  readonly records: Pick<Records, 'get'>;
  readonly judging: Pick<SubmitParts, 'clock' | 'tooLarge' | 'policy'>;
  /** Checks signatures of Amazon SNS; absent: they are not looked at. */
  readonly sns?: () => Promise<SnsClient>;
}

export type PreviewOutcome = (typeof previewOutcomes)[number];

/** The preview. */
export interface HookPreview {
  readonly hook: string;
  readonly outcome: PreviewOutcome;
  /** A sentence for people. */
  readonly reason: string;
  /** What the sender wanted to hear, where that is all or first of all. */
  readonly answer?: Handshake['answer'];
  readonly alerts: readonly Alert[];
  readonly storm?: Foresight & { readonly after: number; readonly within: number };
  /** Until when the mail would wait. */
  readonly quietUntil?: Date;
  /** Id of the message that the call would repeat. */
  readonly repeats?: string;
  readonly mode: SendingMode['kind'];
  /** What speaks against the mail. */
  readonly problem?: Problem;
  /** The mail as a document of `POST /emails`. */
  readonly document?: Record<string, unknown>;
  /** The mail as it would be sent: redirected, where that is its submitter's mode. Absent when the document is none. */
  readonly mail?: Outgoing;
}

/**
 * Makes it.
 *
 * @returns a refusal where there is no mail to be shown: its template fails, or the signature is wrong.
 * @throws RestError when storage cannot be reached.
 */
export async function previewHook(parts: PreviewParts, call: HookCall): Promise<Result<HookPreview>> {
  const { hook, caller, header } = call;
  const read = await readCall(parts, call);
  if (!read.ok) return read;
  const { reading, request } = read.value;
  const mode = sendingMode(caller.submitter, header);
  if (!mode.ok) return mode;
  const answer = reading.kind === 'handshake' ? { answer: reading.answer } : {};
  const base = { hook: hook.name, ...answer, mode: mode.value.kind };
  const group = groupOf(reading);
  if (!group) {
    const reason = 'The sender gets an answer, and there is nothing to write about.';
    return ok({ ...base, outcome: 'answered', reason, alerts: [] });
  }
  const now = parts.clock.now();
  const live = isLive(call);
  const delivery = deliveryOf(call, group);
  const known = live ? await recall(parts.ledger, hook, group) : new Map<string, never>();
  const severities = audienceOf(group, known, worstOf(group.alerts));
  const letter = await writeHookLetter(parts, call, group, request.value);
  if (!letter.ok) return letter;
  // What is signed has a key of its own.
  const key = readIdempotencyKey(call.once ? undefined : header('idempotency-key'));
  if (!key.ok) return key;
  const foresight = live
    ? await foresee(parts.ledger, hook, arrivalOf(group, delivery, now), now)
    : undefined;
  const reached = reachable(hook, parts.register, severities, now);
  const document = hookMessage(reached.hook, group, letter.value, { severities, now });
  const parsed = parseDocument(document);
  const problem = parsed.ok ? objection(parts.judging, caller, parsed.value, '#', header) : parsed.problem;
  const submission = parsed.ok ? parsed.value : undefined;
  const found = submission && {
    submitter: caller.submitter,
    mode: mode.value,
    key: key.value,
    submission,
    now,
  };
  const earlier =
    found && (await earlierOf(parts.records, { ...found, request: { header, body: call.body, delivery } }));
  const quietUntil = laterOf(submission, caller.submitter.quietUntil, now);
  const facts: Omit<HookPreview, 'outcome' | 'reason'> = {
    ...base,
    alerts: group.alerts,
    ...(foresight && hook.storm ? { storm: { ...foresight, ...hook.storm } } : {}),
    ...(quietUntil ? { quietUntil } : {}),
    ...(earlier ? { repeats: earlier.id } : {}),
    ...(problem ? { problem } : {}),
    document,
    ...(submission ? { mail: outgoing(submission, mode.value, header) } : {}),
  };
  return ok({ ...facts, ...outcomeOf(facts) });
}

/** What there is to write about; a handshake may be worth a mail, too. */
const groupOf = (reading: AlertGroup | Handshake): AlertGroup | undefined =>
  reading.kind === 'alerts' ? reading : reading.mail && { kind: 'alerts', alerts: [reading.mail] };

/** When it may be sent, where that is not now. */
function laterOf(submission: Submission | undefined, quiet: Date | undefined, now: Date): Date | undefined {
  const times = [submission?.scheduledAt, quiet].flatMap((at) => (at && at > now ? [at.getTime()] : []));
  return times.length === 0 ? undefined : new Date(Math.max(...times));
}

function outcomeOf({ storm, problem, repeats, quietUntil, mode }: Omit<HookPreview, 'outcome' | 'reason'>): {
  outcome: PreviewOutcome;
  reason: string;
} {
  if (storm?.kind === 'hold') {
    const reason = `${storm.sent} mails have gone in this window, and ${storm.after} may: it would be part of the digest of ${storm.until.toISOString()}.`;
    return { outcome: 'held', reason };
  }
  if (problem) return { outcome: 'refused', reason: problem.detail };
  if (repeats !== undefined) {
    const reason = `It repeats the request that made the message ${repeats}, and would make none.`;
    return { outcome: 'repeated', reason };
  }
  if (mode === 'test')
    return { outcome: 'tested', reason: 'In mode "test" everything is done but the sending.' };
  if (quietUntil) {
    return {
      outcome: 'scheduled',
      reason: `It would wait until ${quietUntil.toISOString()}: it is quiet until then.`,
    };
  }
  const whom = mode === 'redirect' ? ', to the address that all mail of its submitter is redirected to' : '';
  return { outcome: 'sent', reason: `It would be sent at once${whom}.` };
}
