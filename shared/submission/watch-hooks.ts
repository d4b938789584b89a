/**
 * What hooks tell by themselves, without being called: one pass of the timer. On however many instances it runs at once, each mail is
 * accepted once, since its key is the same on all of them.
 *
 * These mails go the way of any other: as the hook's submitter, if that one may still send, within its limits, through the outbox.
 */
import { callerOf, type Caller } from '../access/authorize.ts';
import type { Hook } from '../access/hook.ts';
import type { AccessRegister } from '../access/register.ts';
import type { AlertGroup, Severity } from '../alerts/alert.ts';
import { writeLetter } from '../alerts/letter/letter.ts';
import { worstOf } from '../alerts/rank.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { ok, refuse, type Result } from '../platform/problem.ts';
import { digestOf } from '../sense/digest.ts';
import type { AlertLedger } from '../sense/ledger.ts';
import { stormyHooks, tendStorm } from '../sense/storm-control.ts';
import { hookMessage } from './hook-message.ts';
import { idempotencyLifetime } from './idempotency.ts';
import type { Accepted, Delivery } from './submit.ts';
import type { Translated } from './translated.ts';

/** What the timer needs of the bridge. */
export interface WatchParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly register: AccessRegister;
  readonly ledger: AlertLedger;
  /** Submits a message for a submitter. */
  readonly submit: (caller: Caller, translated: Translated, delivery: Delivery) => Promise<Result<Accepted>>;
}

/** A mail of a hook's own. */
interface Notice {
  /** The same on every instance. */
  readonly key: string;
  readonly group: AlertGroup;
  /** What decides who gets it; the worst of the group when absent. */
  readonly severities?: readonly Severity[];
}

/**
 * Takes one pass.
 *
 * @throws RestError when storage cannot be reached; the next pass finds the same.
 */
export async function watchHooks(parts: WatchParts): Promise<void> {
  const { clock, register, ledger } = parts;
  for (const name of await stormyHooks(ledger)) {
    const hook = register.hook(name);
    if (!hook) continue;
    await tendStorm(ledger, hook, clock.now(), async ({ key, tally, storm }) => {
      const group = digestOf(tally, { hook: name, zone: hook.zone ?? 'UTC', storm });
      return await send(parts, hook, { key, group, severities: tally.severities });
    });
  }
}

/** Has a mail accepted. @returns whether it was; a refusal is logged. */
async function send(parts: WatchParts, hook: Hook, { key, group, severities }: Notice): Promise<boolean> {
  const { clock, log, register } = parts;
  const now = clock.now();
  const letter = writeLetter(group, { zone: hook.zone ?? 'UTC', receivedAt: now, hook: hook.name });
  const document = hookMessage(hook, group, letter, {
    severities: severities ?? [worstOf(group.alerts)],
    now,
  });
  const caller = sponsorOf(register, hook, now);
  const result = caller.ok
    ? await parts.submit(
        caller.value,
        { document, warnings: [] },
        { key: `watch\0${key}`, lifetime: idempotencyLifetime },
      )
    : caller;
  if (!result.ok) {
    log('warn', 'hook.refused', { hook: hook.name, code: result.problem.code, submitter: hook.submitter });
  }
  return result.ok;
}

/** In whose name a hook writes when nobody calls it. */
function sponsorOf(register: AccessRegister, { submitter: name }: Hook, now: Date): Result<Caller> {
  const submitter = register.submitter(name);
  if (!submitter || submitter.disabled) {
    return refuse('submitter-disabled', `The submitter "${name}" is disabled, or there is none.`);
  }
  if (submitter.expiresAt && submitter.expiresAt <= now) {
    return refuse('submitter-expired', `The registration of the submitter "${name}" ran out.`);
  }
  return ok(callerOf({ submitter }));
}
