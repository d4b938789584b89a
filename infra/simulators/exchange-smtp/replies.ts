/**
 * What smtp.office365.com says, word for word where a public log or Microsoft's documentation has the words (the
 * dialogue of a log of 2025-11-23; MailKit issues 1126, 1733 and 1712; Microsoft Learn, "SMTP AUTH client
 * submission"). Host names are made up in Microsoft's form.
 */
import { randomBytes } from 'node:crypto';

/** The front door that greets. */
const FRONT_HOST = 'PRDPR01CA0097.outlook.office365.com';
/** The mailbox server that takes the message. */
const MAILBOX_HOST = 'PRDPR01MB4077';
/** Bytes: 150 MiB. */
export const MAX_MESSAGE_BYTES = 157_286_400;

const HOSTNAME = `[Hostname=${MAILBOX_HOST}.eurprd01.prod.outlook.com]`;

function hex(bytes: number): string {
  return randomBytes(bytes).toString('hex').toUpperCase();
}

/** The bracket that Exchange ends many replies with: host, time, id of the session. */
function trace(): string {
  return `[PRDPR01CA0097.eurprd01.prod.outlook.com ${new Date().toISOString()} 08${hex(7)}]`;
}

/** `Sun, 23 Nov 2025 11:12:20 +0000` */
function mailDate(): string {
  return new Date().toUTCString().replace('GMT', '+0000');
}

/** The id Microsoft gives a message it takes, with angle brackets. */
export function newServerMessageId(): string {
  return `<${hex(16)}@${MAILBOX_HOST}.prod.outlook.com>`;
}

/** Replies of one line. A function where the reply depends on something. */
export const replies = {
  banner: () => `220 ${FRONT_HOST} Microsoft ESMTP MAIL Service ready at ${mailDate()} [08${hex(7)}]`,
  helo: (peer: string) => `250 ${FRONT_HOST} Hello [${peer}]`,
  startTls: '220 2.0.0 SMTP server ready',
  authenticated: '235 2.7.0 Authentication successful',
  sender: '250 2.1.0 Sender OK',
  recipient: '250 2.1.5 Recipient OK',
  startMail: '354 Start mail input; end with <CRLF>.<CRLF>',
  chunk: (bytes: number) => `250 2.6.0 CHUNK received OK, ${bytes} octets`,
  accepted: (serverMessageId: string) => `250 2.0.0 OK ${serverMessageId} ${HOSTNAME}`,
  reset: '250 2.0.0 Resetting',
  ok: '250 2.0.0 OK',
  cannotVerify: '252 2.1.5 Cannot VRFY user',
  closing: '221 2.0.0 Service closing transmission channel',

  unrecognized: (verb: string) => `500 5.3.3 Unrecognized command '${verb}' ${trace()}`,
  invalidArguments: `501 5.5.4 Invalid arguments`,
  invalidDomain: '501 5.5.4 Invalid domain name',
  invalidSender: '501 5.1.7 Invalid address',
  invalidRecipient: '501 5.1.3 Invalid address',
  helloFirst: `503 5.5.2 Send hello first`,
  needMail: '503 5.5.2 Need mail command',
  needRcpt: '503 5.5.2 Need rcpt command',
  badSequence: '503 5.5.1 Bad sequence of commands',
  tooManyRecipients: '452 4.5.3 Too many recipients',
  tooLarge: '552 5.3.4 Message size exceeds fixed maximum message size',

  needTls: () => `451 5.7.3 STARTTLS is required to send mail ${trace()}`,
  unknownAuth: '504 5.7.4 Unrecognized authentication type',
  notAuthenticated: () => `530 5.7.57 Client not authenticated to send mail ${trace()}`,
  authAborted: '501 5.7.0 Authentication aborted',
  badCredentials: () => `535 5.7.3 Authentication unsuccessful ${trace()}`,
  basicAuthDisabled: () =>
    `535 5.7.139 Authentication unsuccessful, basic authentication is disabled. ${trace()}`,
  smtpAuthDisabled: (scope: 'Tenant' | 'Mailbox') =>
    `535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the ${scope}. ` +
    `Visit https://aka.ms/smtp_auth_disabled for more information. ${trace()}`,
  authUnavailable: '454 4.7.0 Temporary authentication failure',

  unavailable: '421 4.3.2 Service not available',
  busy: (peer: string) =>
    `451 4.7.500 Server busy. Please try again later from [${peer}]. (S77714) ${trace()}`,
  recipientRefused: (address: string) =>
    `550 5.4.1 Recipient address rejected: Access denied. [${address}] ${trace()}`,
  tooManyConnections:
    '432 4.3.2 Concurrent connections limit exceeded. ' +
    `Visit https://aka.ms/concurrent_sending for more information. ${HOSTNAME}`,
  quotaExceeded:
    '554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message due to a ' +
    `permanent exception with message The message can't be submitted because the sender's submission quota was ` +
    `exceeded. ${HOSTNAME}`,
  mailboxBlocked:
    '554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; Failed to process message due to a permanent ' +
    `exception with message WASCL UserAction verdict is not None. Actual verdict is RefuseQuota. ${HOSTNAME}`,
  sendAsDenied: (mailbox: string, from: string) =>
    `554 5.2.252 SendAsDenied; ${mailbox} not allowed to send as ${from}; ` +
    'STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; ' +
    `Failed to process message due to a permanent exception. ${HOSTNAME}`,
} as const;

/** The lines of the answer to EHLO: AUTH only after TLS, STARTTLS only before it. */
export function ehloReply(peer: string, secure: boolean, maxBytes: number): string[] {
  const extensions = [
    `${FRONT_HOST} Hello [${peer}]`,
    `SIZE ${maxBytes}`,
    'PIPELINING',
    'DSN',
    'ENHANCEDSTATUSCODES',
    secure ? 'AUTH LOGIN XOAUTH2' : 'STARTTLS',
    '8BITMIME',
    'BINARYMIME',
    'CHUNKING',
    'SMTPUTF8',
  ];
  return extensions.map((text, index) => `250${index === extensions.length - 1 ? ' ' : '-'}${text}`);
}
