/**
 * When a message can be sent, and through which queue: at its own time, when its submitter is loud again, or when its turn comes.
 */
import type { Caller } from '../access/authorize.ts';
import type { SelfMailGuard } from '../access/loop-guard.ts';
import type { SendingMode } from '../access/mode.ts';
import type { Priority } from '../outbox/entry.ts';
import { ok, refuse, type Result } from '../platform/problem.ts';
import type { Fairness } from './flood.ts';
import type { Submission } from './parse.ts';

/** Takes a place in the line of a mailbox, unless it is later than `latest`; when the last of `count` messages will probably be sent. */
export interface QueueUp {
  (place: {
    mailbox: string;
    submitter: string;
    count: number;
    priority: Priority;
    latest?: Date;
  }): Promise<Date>;
}

/** What finding a place needs from outside. */
export interface PlaceParts {
  readonly selfMail: SelfMailGuard;
  readonly fairness: Fairness;
  readonly queueUp: QueueUp;
}

/** Where a message stands in line. */
export interface Place {
  readonly dueAt: Date;
  readonly priority: Priority;
  /** Why it waits until then, where that is neither its own wish nor the length of the line. */
  readonly reason?: string;
}

/** When the last of these messages of one sender can be sent, and through which queue. Refuses when that is later than wanted. */
export async function place(
  parts: PlaceParts,
  { submitter }: Caller,
  submissions: readonly [Submission, ...Submission[]],
  now: Date,
  mode: SendingMode,
): Promise<Result<Place>> {
  const [{ priority: wanted = 'normal', scheduledAt, message }] = submissions;
  for (const submission of submissions) {
    const problem = parts.selfMail(submission.message, now);
    if (problem) return { ok: false, problem };
  }
  const count = submissions.length;
  const priority = parts.fairness(submitter.name, count, wanted, now);
  const own = scheduledAt && scheduledAt > now ? scheduledAt : undefined;
  // What is not sent takes nobody's place.
  if (mode.kind === 'test') return ok({ dueAt: own ?? now, priority });
  const { quietUntil } = submitter;
  const quiet = quietUntil && quietUntil > (own ?? now) ? quietUntil : undefined;
  if (own && !quiet) return ok({ dueAt: own, priority });
  const mailbox = message.from.address;
  const mostWait = Math.min(...submissions.map(({ maxWait = Infinity }) => maxWait));
  const latest = mostWait === Infinity ? {} : { latest: new Date(now.getTime() + mostWait * 1000) };
  const estimate =
    quiet ?? (await parts.queueUp({ mailbox, submitter: submitter.name, count, priority, ...latest }));
  // A queue hides for whole seconds: the millisecond that passed since `now` must not cost one.
  const dueAt = estimate.getTime() - now.getTime() < 1000 ? now : estimate;
  const seconds = Math.ceil((dueAt.getTime() - now.getTime()) / 1000);
  if (!own && seconds > mostWait) {
    return refuse(
      'wait-too-long',
      `The message would be sent in about ${seconds} seconds, and "max_wait" is ${mostWait}. Repeat the request later, or raise "max_wait".`,
      { retryAfterSeconds: seconds - mostWait },
    );
  }
  const reason = quiet && `The submitter "${submitter.name}" is quiet until ${quiet.toISOString()}.`;
  return ok({ dueAt, priority, ...(reason === undefined ? {} : { reason }) });
}
