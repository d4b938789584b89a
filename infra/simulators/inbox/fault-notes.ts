/** What the faults mean, for people: one sentence a kind, and the troubles that are wanted most often. */

/** By `simulator/kind`. A kind without a note is shown by its name alone. */
export const FAULT_NOTES: ReadonlyMap<string, string> = new Map([
  ['entra/status', 'Answers with this HTTP status and an AADSTS body, or with a gateway’s HTML page.'],
  ['entra/hang', 'Takes the request and never answers.'],
  ['entra/reset', 'Resets the connection.'],
  ['entra/slow', 'Answers late, and then as usual.'],
  ['graph/status', 'Answers with this HTTP status and carries nothing out.'],
  ['graph/accept-then-status', 'Accepts the mail and answers with an error all the same.'],
  ['graph/accept-with-retry-after', 'Accepts the mail with 202 and asks to wait.'],
  ['graph/reset-before', 'Resets the connection before reading the mail.'],
  ['graph/reset-after-accept', 'Accepts the mail and resets the connection instead of answering.'],
  ['graph/hang', 'Never answers; with “accepted” the mail is in all the same.'],
  ['graph/slow', 'Waits, and then accepts, whether or not the client still listens.'],
  [
    'graph/break-range',
    'Resets the connection in the middle of a range of a large file; “kept” keeps what came.',
  ],
  ['graph/session-gone', 'Forgets the upload session of a large file: 404.'],
  ['smtp/drop', 'Cuts the connection without a word.'],
  ['smtp/hang', 'Never answers again, but keeps the connection.'],
  ['smtp/slow', 'Answers late, and then as usual.'],
  ['smtp/reply', 'Answers with this line. A 421 also ends the connection.'],
  ['smtp/unavailable', '421 4.3.2 Service not available, and the end of the connection.'],
  ['smtp/busy', '451 4.7.500 Server busy.'],
  ['smtp/reject-token', '535 5.7.3 Authentication unsuccessful, although the token is good.'],
  ['smtp/smtp-auth-disabled', '535 5.7.139: SMTP AUTH is switched off.'],
  ['smtp/reject-recipient', 'Refuses this one recipient.'],
  ['smtp/too-many-connections', '432 4.3.2 Concurrent connections limit exceeded, after the dot.'],
  ['smtp/quota-exceeded', '554 5.2.0 SubmissionQuotaExceeded, after the dot: passes within a day.'],
  ['smtp/mailbox-blocked', '554 5.2.0 OutboundSpamException, after the dot: until an admin acts.'],
]);

export const SIMULATOR_NAMES: ReadonlyMap<string, string> = new Map([
  ['entra', 'Entra ID'],
  ['graph', 'Microsoft Graph'],
  ['smtp', 'Exchange SMTP'],
]);

export interface FaultPreset {
  readonly simulator: string;
  readonly label: string;
  readonly fault: Readonly<Record<string, string | number | boolean>> & { readonly kind: string };
}

export const FAULT_PRESETS: readonly FaultPreset[] = [
  {
    simulator: 'entra',
    label: 'Throttled for a minute',
    fault: { kind: 'status', status: 429, retryAfter: '60' },
  },
  { simulator: 'entra', label: 'Wrong secret', fault: { kind: 'status', status: 401, aadsts: 7000215 } },
  { simulator: 'graph', label: '429, wait 2.5 s', fault: { kind: 'status', status: 429, retryAfter: '2.5' } },
  { simulator: 'graph', label: '503, server busy', fault: { kind: 'status', status: 503 } },
  { simulator: 'graph', label: '504, and accepted', fault: { kind: 'accept-then-status', status: 504 } },
  {
    simulator: 'graph',
    label: 'Draft sent, then reset',
    fault: { kind: 'reset-after-accept', step: 'send' },
  },
  { simulator: 'graph', label: 'Range broken', fault: { kind: 'break-range', after: 1_000_000, kept: true } },
  { simulator: 'graph', label: 'Reset, and accepted', fault: { kind: 'reset-after-accept' } },
  { simulator: 'smtp', label: 'Too many connections', fault: { kind: 'too-many-connections' } },
  {
    simulator: 'smtp',
    label: 'Cut after the dot, accepted',
    fault: { kind: 'drop', at: 'dot', accepted: true },
  },
  { simulator: 'smtp', label: 'Cut in the message', fault: { kind: 'drop', at: 'body' } },
  { simulator: 'smtp', label: 'Bad token', fault: { kind: 'reject-token' } },
];
