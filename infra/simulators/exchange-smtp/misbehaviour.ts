/** Carries the programmed faults out, at the places where the dialogue asks for them. */
import { setTimeout as pause } from 'node:timers/promises';
import type { FaultScript } from '../faults.ts';
import { sameAddress } from './credentials.ts';
import { phaseOf, type SmtpFault, type SmtpPhase } from './faults.ts';
import { replies } from './replies.ts';
import type { SmtpWire } from './wire.ts';

export interface Circumstances {
  /** At `rcpt`: who was asked for. */
  readonly recipient?: string;
  /** At `dot`: takes the message although the client will not hear of it. */
  readonly accept?: () => void;
}

/** Uses up what is programmed for this phase. True: the fault has answered, or the connection is gone. */
export async function misbehave(
  phase: SmtpPhase,
  wire: SmtpWire,
  faults: FaultScript<SmtpFault>,
  circumstances: Circumstances = {},
): Promise<boolean> {
  for (;;) {
    const fault = faults.next((candidate) => strikesAt(candidate, phase, circumstances.recipient));
    if (fault === undefined) return false;
    if (await carryOut(fault, wire, circumstances)) return true;
  }
}

/** Does what one fault says. False: the dialogue goes on as if nothing had been. */
export async function carryOut(
  fault: SmtpFault,
  wire: SmtpWire,
  circumstances: Circumstances,
): Promise<boolean> {
  if (fault.kind === 'slow') {
    await Promise.race([pause(fault.ms, undefined, { ref: false }), wire.over]);
    return false;
  }
  if (fault.kind !== 'drop' && fault.kind !== 'hang') {
    const text = replyOf(fault, wire, circumstances);
    wire.reply(text);
    // A server that speaks in the middle of a message can only leave after it.
    if (text.startsWith('421') || phaseOf(fault) === 'body') wire.end();
    return true;
  }
  if (fault.accepted === true) circumstances.accept?.();
  if (fault.kind === 'drop') {
    wire.cut();
    return true;
  }
  // In the middle of a message a hanging server stops reading, so that the client's writing stalls too.
  if (fault.at !== 'body') wire.ignore();
  await wire.over;
  return true;
}

type Answering = Exclude<SmtpFault, { readonly kind: 'slow' | 'drop' | 'hang' }>;

function replyOf(fault: Answering, wire: SmtpWire, { recipient = '' }: Circumstances): string {
  switch (fault.kind) {
    case 'reply':
      return fault.text;
    case 'unavailable':
      return replies.unavailable;
    case 'busy':
      return replies.busy(wire.peer);
    case 'reject-token':
      return replies.badCredentials();
    case 'smtp-auth-disabled':
      return replies.smtpAuthDisabled(fault.scope ?? 'Tenant');
    case 'reject-recipient':
      return fault.text ?? replies.recipientRefused(recipient);
    case 'too-many-connections':
      return replies.tooManyConnections;
    case 'quota-exceeded':
      return replies.quotaExceeded;
    case 'mailbox-blocked':
    default:
      return replies.mailboxBlocked;
  }
}

function strikesAt(fault: SmtpFault, phase: SmtpPhase, recipient = ''): boolean {
  if (phaseOf(fault) !== phase) return false;
  return fault.kind !== 'reject-recipient' || sameAddress(fault.address, recipient);
}
