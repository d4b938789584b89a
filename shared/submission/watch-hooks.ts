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
import type { Clock } from '../platform/clock.ts';
import { describeError, type Log } from '../platform/log.ts';
import { ok, refuse, type Problem, type Result } from '../platform/problem.ts';
import { refusals } from '../platform/refusals.ts';
import { digestOf, type DigestFacts } from '../sense/digest.ts';
import { openFiles } from '../sense/held-files.ts';
import type { AlertLedger } from '../sense/ledger.ts';
import { tendOpenAlerts, type Reminder } from '../sense/open-alerts.ts';
import { tendSilence } from '../sense/silence.ts';
import { stormyHooks, tendStorm, type Digest } from '../sense/storm-control.ts';
import { hookMessage, quietFor } from './hook-message.ts';
import { idempotencyLifetime } from './idempotency.ts';
import { reachable } from './reachable.ts';
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
  /** What decides who gets it. */
  readonly severities: readonly Severity[];
  /** In place of the state, in the subject. */
  readonly tag?: string;
}

/**
 * Takes one pass.
 *
 * @throws RestError when storage cannot be reached; the next pass finds the same.
 */
export async function watchHooks(parts: WatchParts): Promise<void> {
  const { clock, register, ledger, log } = parts;
  const hooks = register.entries.hooks.filter(({ disabled }) => !disabled);
  const failed: unknown[] = [];
  /** One hook must not keep the others from being looked at. */
  const attempt = async (name: string, act: () => Promise<void>) => {
    try {
      await act();
    } catch (error) {
      failed.push(error);
      log('error', 'hook.not-watched', { hook: name, error: describeError(error) });
    }
  };

  // Also of a hook that is disabled, or gone: what has been taken is told.
  for (const whose of await stormyHooks(ledger)) {
    const { name, submitter } = whose;
    const found = register.hook(name);
    const registered = found?.submitter === submitter ? found : undefined;
    const send = async ({ key, tally, storm }: Digest, hook: Hook) => {
      const facts = { hook: name, zone: hook.zone ?? 'UTC', storm };
      const tell = (more: Partial<DigestFacts>) =>
        sendNotice(parts, hook, {
          key,
          group: digestOf(tally, { ...facts, ...more }),
          severities: tally.severities,
        });
      const files = await openFiles(ledger, whose, tally.kept ?? []);
      const refused = await tell({ files });
      // Files that the submitter may not send, or that no route carries, must not cost anybody the digest.
      const without = refused && files.length > 0 && !isPassing(refused);
      const problem = without ? await tell({ barred: refused.detail }) : refused;
      if (!problem || registered || isPassing(problem)) return !problem;
      log('error', 'hook.alerts-dropped', {
        hook: name,
        submitter,
        count: tally.alerts,
        code: problem.code,
        reason: 'The hook is not in the register any more, and its submitter may not send this.',
      });
      return true;
    };
    await attempt(name, () => tendStorm(ledger, whose, { now: clock.now(), registered, send }));
  }
  for (const hook of hooks) {
    const now = clock.now();
    const send = async (reminder: Reminder) => !(await sendNotice(parts, hook, reminder));
    const quietUntil = (severity: Severity) => quietFor(hook, [severity], now);
    await attempt(hook.name, async () => {
      const forgotten = await tendOpenAlerts(ledger, hook, { now, quietUntil, send });
      if (forgotten > 0) log('warn', 'hook.alerts-forgotten', { hook: hook.name, count: forgotten });
    });
  }
  const expecting = hooks.filter(({ expectEvery }) => expectEvery !== undefined);
  await attempt('', () =>
    tendSilence(ledger, expecting, {
      now: clock.now(),
      each: ({ name }, act) => attempt(name, act),
      // Whoever hears that calls are missing hears that they come again.
      send: async (hook, notice) => !(await sendNotice(parts, hook, { ...notice, severities: ['critical'] })),
    }),
  );
  if (failed.length > 0) throw failed[0];
}

/** Whether the same mail may be accepted later, though nobody changes anything about the submitter. */
const isPassing = ({ code }: Problem): boolean => [429, 500, 503].includes(refusals[code].status);

/** Has a mail accepted. @returns what spoke against it, which is logged; undefined when nothing did. */
async function sendNotice(parts: WatchParts, hook: Hook, notice: Notice): Promise<Problem | undefined> {
  const { key, group, severities, tag } = notice;
  const { clock, log, register } = parts;
  const now = clock.now();
  const written = writeLetter(group, { zone: hook.zone ?? 'UTC', receivedAt: now, hook: hook.name });
  const letter =
    tag === undefined ? written : { ...written, subject: written.subject.replace(/^\[\w+\]/, tag) };
  const reached = reachable(hook, register, severities, now);
  const document = hookMessage(reached.hook, group, letter, { severities, now });
  const caller = sponsorOf(register, hook, now);
  const result = caller.ok
    ? await parts.submit(
        caller.value,
        { document, warnings: reached.warnings },
        { key: `watch\0${key}`, lifetime: idempotencyLifetime },
      )
    : caller;
  if (result.ok) return undefined;
  log('warn', 'hook.refused', { hook: hook.name, code: result.problem.code, submitter: hook.submitter });
  return result.problem;
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
