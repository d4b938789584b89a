/** The misbehaviour that the pretend smtp.office365.com can be asked for, by phase of the dialogue. */
import type { FaultVocabulary } from '../faults.ts';

/**
 * Where in the dialogue: in place of the greeting, of the reply to a command (`auth`: of the final reply), while the
 * message is coming in (`body`), or in place of the reply to the dot that ends it.
 */
export const SMTP_PHASES = [
  'banner',
  'ehlo',
  'starttls',
  'auth',
  'mail',
  'rcpt',
  'data',
  'body',
  'dot',
  'quit',
] as const;
export type SmtpPhase = (typeof SMTP_PHASES)[number];

interface Times {
  readonly times?: number;
}

/** Where a cut or a silence happens. */
interface Place extends Times {
  readonly at: SmtpPhase;
  /** At `dot`: whether the message was accepted before. Default false. */
  readonly accepted?: boolean;
  /** At `body`: how many bytes of the message come through first. Default 1. */
  readonly afterBytes?: number;
}

export type SmtpFault =
  /** Cuts the connection without a word. */
  | ({ readonly kind: 'drop' } & Place)
  /** Never answers again, but keeps the connection. */
  | ({ readonly kind: 'hang' } & Place)
  /** Answers late and then as usual. `ms`: milliseconds. */
  | ({ readonly kind: 'slow'; readonly at: SmtpPhase; readonly ms: number } & Times)
  /** Answers `text` (a whole reply line). A 421 also ends the connection, as RFC 5321 section 3.8 has it. */
  | ({ readonly kind: 'reply'; readonly at: SmtpPhase; readonly text: string } & Times)
  /** `421 4.3.2`, and the end of the connection. */
  | ({ readonly kind: 'unavailable'; readonly at: SmtpPhase } & Times)
  /** `451 4.7.500 Server busy`. */
  | ({ readonly kind: 'busy'; readonly at: SmtpPhase } & Times)
  /** `535 5.7.3` although the token is good. */
  | ({ readonly kind: 'reject-token' } & Times)
  /** `535 5.7.139 … SmtpClientAuthentication is disabled for the …`. Default: Tenant. */
  | ({ readonly kind: 'smtp-auth-disabled'; readonly scope?: 'Tenant' | 'Mailbox' } & Times)
  /** Refuses this one recipient, with `text` if given. */
  | ({ readonly kind: 'reject-recipient'; readonly address: string; readonly text?: string } & Times)
  /** `432 4.3.2 Concurrent connections limit exceeded` after the dot. */
  | ({ readonly kind: 'too-many-connections' } & Times)
  /** `554 5.2.0 … SubmissionQuotaExceededException` after the dot: a 5xx that passes within a day. */
  | ({ readonly kind: 'quota-exceeded' } & Times)
  /** `554 5.2.0 … OutboundSpamException` after the dot: the mailbox is blocked until an admin acts. */
  | ({ readonly kind: 'mailbox-blocked' } & Times);

const accepted = [undefined, false, true] as const;

export const SMTP_FAULTS: FaultVocabulary<SmtpFault> = {
  drop: { at: SMTP_PHASES, accepted, afterBytes: 'number?' },
  hang: { at: SMTP_PHASES, accepted, afterBytes: 'number?' },
  slow: { at: SMTP_PHASES, ms: 'number' },
  reply: { at: SMTP_PHASES, text: 'string' },
  unavailable: { at: SMTP_PHASES },
  busy: { at: SMTP_PHASES },
  'reject-token': {},
  'smtp-auth-disabled': { scope: [undefined, 'Tenant', 'Mailbox'] },
  'reject-recipient': { address: 'string', text: 'string?' },
  'too-many-connections': {},
  'quota-exceeded': {},
  'mailbox-blocked': {},
};

/** The phase at which a fault strikes. */
export function phaseOf(fault: SmtpFault): SmtpPhase {
  if ('at' in fault) return fault.at;
  if (fault.kind === 'reject-recipient') return 'rcpt';
  return fault.kind === 'reject-token' || fault.kind === 'smtp-auth-disabled' ? 'auth' : 'dot';
}
