/**
 * Whether sending is suspended: by a switch, or since the submitter must not send any more. Pure.
 *
 * Asked when a message is submitted and again before every attempt, so that what has been accepted stops too.
 */
import type { AccessRegister } from './register.ts';

/** Whose message it is. */
export interface Sending {
  /** Name of the submitter. */
  readonly submitter: string;
  /** Address in From. */
  readonly mailbox: string;
}

/** Why a message is held. */
export interface Suspension {
  /** One sentence, for the status. */
  readonly reason: string;
  /** When it ends by itself; absent when a person must act. */
  readonly until?: Date;
}

/** Why a message must not be sent now; undefined when it may. */
export function suspensionOf(
  register: Pick<AccessRegister, 'submitter' | 'killSwitch'>,
  sending: Sending,
  now: Date,
): Suspension | undefined {
  const thrown = switchReason(register, sending.mailbox);
  if (thrown !== undefined) return { reason: thrown };
  const submitter = register.submitter(sending.submitter);
  const name = `The submitter "${sending.submitter}"`;
  if (!submitter) return { reason: `${name} is not registered any more.` };
  if (submitter.disabled) return { reason: `${name} is disabled.` };
  if (submitter.expiresAt && submitter.expiresAt <= now) {
    return { reason: `${name} expired at ${submitter.expiresAt.toISOString()}.` };
  }
  const { quietUntil } = submitter;
  if (quietUntil && quietUntil > now) {
    return { reason: `${name} is quiet until ${quietUntil.toISOString()}.`, until: quietUntil };
  }
  return undefined;
}

/** What a thrown switch says; undefined when none is thrown for the sender. */
export function switchReason(
  register: Pick<AccessRegister, 'killSwitch'>,
  sender: string,
): string | undefined {
  const thrown = register.killSwitch(sender);
  if (!thrown) return undefined;
  const whose = thrown.scope === 'all' ? '' : ` for ${thrown.scope}`;
  return `Sending is suspended${whose}: ${thrown.reason}.`;
}
