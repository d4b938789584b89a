/**
 * What Exchange's submission service replies, as a table of patterns over the whole reply.
 *
 * Read from the top: particular texts first, then the classes of RFC 3463 and RFC 5321. The trap that makes a table necessary:
 * some 5xx of Exchange are only long waits (submission quota, tenant rate limits), although RFC 5321 calls them permanent. A
 * reply that no row knows is transient.
 */
import type { Finding, Verdict } from './verdict.ts';

/** A row. */
export interface ReplyRow {
  /** Matched against the reply, e.g. `535 5.7.139 Authentication unsuccessful, …`. */
  readonly pattern: RegExp;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly retryAfterSeconds?: number;
  readonly source: string;
}

const oneHour = 3600;
const authBasics =
  'Exchange refuses the app for this mailbox: register its service principal with the object ID of the enterprise application (New-ServicePrincipal), give it FullAccess to the mailbox, and consent to SMTP.SendAsApp.';
const ndr =
  'https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online';
const oauth =
  'https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth, read 2025-09';
const smtpAuth =
  'https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission';
const improvements = 'https://github.com/MicrosoftDocs/OfficeDocs-Support/issues/1150';
const spamLimits =
  'https://learn.microsoft.com/defender-office-365/outbound-spam-sending-limits-troubleshoot';

/** The table. */
export const smtpReplies: readonly ReplyRow[] = [
  // Logging in. All of 535 comes here only after a new token was refused as well.
  {
    pattern: /^535 5\.7\.139 .*disabled for the Tenant/i,
    verdict: 'configuration',
    reason:
      'SMTP AUTH is switched off for the tenant: switch it on for the mailbox (Set-CASMailbox -SmtpClientAuthenticationDisabled $false).',
    source: smtpAuth,
  },
  {
    pattern: /^535 5\.7\.139 .*disabled for the Mailbox/i,
    verdict: 'configuration',
    reason:
      'SMTP AUTH is switched off for the mailbox: switch it on (Set-CASMailbox -SmtpClientAuthenticationDisabled $false).',
    source: smtpAuth,
  },
  {
    pattern: /^535 5\.7\.139 .*security defaults/i,
    verdict: 'configuration',
    reason:
      'The security defaults of the tenant block SMTP AUTH: use Graph, or policies instead of the defaults.',
    source: smtpAuth,
  },
  {
    pattern: /^535 5\.7\.139/,
    verdict: 'configuration',
    reason:
      'A policy of the tenant blocks SMTP AUTH for the mailbox: check authentication policies and Conditional Access.',
    source: smtpAuth,
  },
  { pattern: /^535 5\.7\.3/, verdict: 'configuration', reason: authBasics, source: oauth },
  {
    pattern: /^501 5\.5\.124/,
    verdict: 'configuration',
    reason: authBasics,
    source: 'https://github.com/tarickb/sasl-xoauth2/issues/110 (one report)',
  },
  { pattern: /^535/, verdict: 'configuration', reason: authBasics, source: 'RFC 4954 §6' },
  {
    pattern: /^530 5\.7\.57/,
    verdict: 'configuration',
    reason: 'Exchange did not offer to log us in: check POSTRIDER_SMTP_HOST and POSTRIDER_SMTP_PORT.',
    source: ndr,
  },
  {
    pattern: /^421 4\.7\.66/,
    verdict: 'configuration',
    reason: 'Exchange asks for TLS 1.2 or later; something between us and it speaks an older one.',
    source: 'Known from Exchange Online; not in the documentation read on 2026-11-20',
  },
  {
    pattern: /^550 5\.7\.(64|68)/,
    verdict: 'configuration',
    reason:
      'This host takes no mail from us: POSTRIDER_SMTP_HOST must be the host of SMTP AUTH, not that of the MX record.',
    source: ndr,
  },

  // Too much.
  {
    pattern: /^432 4\.3\.2/,
    verdict: 'throttled',
    reason: 'The mailbox is sending three messages at once already.',
    retryAfterSeconds: 10,
    source: 'https://aka.ms/concurrent_sending (3 concurrent submissions a mailbox)',
  },
  {
    pattern: /SubmissionQuotaExceeded/i,
    verdict: 'throttled',
    reason: 'The mailbox has reached its sending limit for 24 hours (10,000 recipients).',
    retryAfterSeconds: oneHour,
    source: improvements,
  },
  {
    pattern: /^5\d\d 5\.1\.90\b/,
    verdict: 'throttled',
    reason: 'The mailbox has reached its daily limit of recipients.',
    retryAfterSeconds: oneHour,
    source: `${ndr}; the code from memory`,
  },
  {
    pattern: /^5\d\d 5\.7\.23[23]\b/,
    verdict: 'throttled',
    reason: 'The tenant has reached its daily limit of external recipients.',
    retryAfterSeconds: oneHour,
    source: 'https://techcommunity.microsoft.com (MC1023294, tenant external recipient rate limit)',
  },
  {
    pattern: /^5\d\d 5\.7\.236\b/,
    verdict: 'throttled',
    reason:
      'An onmicrosoft.com address reaches 100 external recipients in 24 hours: send from a domain of your own.',
    retryAfterSeconds: oneHour,
    source: 'Exchange Team blog on onmicrosoft.com domains, 2025 (in force since June 2026)',
  },

  // Blocked until somebody acts.
  {
    pattern: /SendAsDenied/i,
    verdict: 'refused',
    reason:
      'The mailbox may not send as the address in From: grant it Send As on that address (Add-RecipientPermission), or send from the mailbox itself.',
    source: 'https://learn.microsoft.com/troubleshoot/exchange/email-delivery/send-as-denied-ndr',
  },
  {
    pattern: /^5\d\d 5\.7\.60\b/,
    verdict: 'refused',
    reason:
      'The mailbox may not send as the address in From: grant it Send As on that address (Add-RecipientPermission), or send from the mailbox itself.',
    source: ndr,
  },
  {
    pattern: /OutboundSpamException|WASCL UserAction/i,
    verdict: 'configuration',
    reason:
      'Exchange has blocked the mailbox for outbound spam: release it in the Defender portal under Restricted entities.',
    retryAfterSeconds: oneHour,
    source: spamLimits,
  },
  {
    pattern: /^5\d\d 5\.1\.8\b/,
    verdict: 'configuration',
    reason:
      'Exchange has blocked the mailbox for outbound spam: release it in the Defender portal under Restricted entities.',
    retryAfterSeconds: oneHour,
    source: spamLimits,
  },
  {
    pattern: /^5\d\d 5\.7\.(705|708|750|50[123]|511)\b/,
    verdict: 'configuration',
    reason:
      'Exchange has blocked the tenant, the sender or our address: an administrator must ask Microsoft to release it.',
    retryAfterSeconds: oneHour,
    source: ndr,
  },

  // The message itself.
  {
    pattern: /(MaxSubmissionExceeded|MessageSubmissionExceeded)/i,
    verdict: 'message',
    reason:
      "The message exceeds the mailbox's maximum size for sending: raise it (Set-Mailbox -MaxSendSize) or send less.",
    source: ndr,
  },
  {
    pattern: /^5\d\d 5\.3\.4\b/,
    verdict: 'message',
    reason:
      "The message exceeds the mailbox's maximum size for sending: raise it (Set-Mailbox -MaxSendSize) or send less.",
    source: 'RFC 3463 §3.4 (X.3.4), RFC 1870 §6.1',
  },
  {
    pattern: /^552(?! \d\.\d)/,
    verdict: 'message',
    reason: 'The message is too large for the server.',
    source: 'RFC 1870 §6.1',
  },
  {
    pattern: /^550 5\.4\.1\b/,
    verdict: 'message',
    reason: 'Exchange does not accept an address of the message: correct it.',
    source: ndr,
  },
  {
    pattern: /^5\d\d 5\.1\./,
    verdict: 'message',
    reason: 'Exchange does not accept an address of the message: correct it.',
    source: 'RFC 3463 §3.2 (X.1.x)',
  },
  {
    pattern: /^55[013](?! \d\.\d)/,
    verdict: 'message',
    reason: 'Exchange does not accept an address of the message: correct it.',
    source: 'RFC 5321 §4.2.2',
  },
  {
    pattern: /^5\d\d 5\.6\./,
    verdict: 'message',
    reason: 'Exchange cannot handle the content of the message.',
    source: 'RFC 3463 §3.7 (X.6.x)',
  },
  {
    pattern: /^5\d\d 5\.7\./,
    verdict: 'configuration',
    reason: 'A policy of the tenant refuses the message: see the reply of the server.',
    source: 'RFC 3463 §3.8 (X.7.x)',
  },

  // Later.
  {
    pattern: /^451 4\.7\.500/,
    verdict: 'transient',
    reason: 'Exchange is busy and takes no mail from our address for the moment.',
    source: ndr,
  },
  {
    pattern: /^4\d\d/,
    verdict: 'transient',
    reason: 'Exchange could not take the message for the moment.',
    source: 'RFC 5321 §4.2.1 (4yz)',
  },
];

/** Classifies the reply that ended an attempt. */
export function classifySmtpReply(reply: string): Finding {
  const row = smtpReplies.find(({ pattern }) => pattern.test(reply));
  if (!row) return { verdict: 'transient', reason: 'Exchange gave a reply that is in no table of ours.' };
  const { verdict, reason, retryAfterSeconds } = row;
  return { verdict, reason, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
}

/** The enhanced status code of a reply (RFC 3463, RFC 2034), e.g. `5.7.3`. */
export const enhancedStatusCode = (reply: string): string | undefined =>
  /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(reply)?.[1];
