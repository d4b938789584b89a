/** One mail transaction: what MAIL and RCPT said, the message, and the verdict of Exchange at its end. */
import { addressParser } from 'postal-mime';
import type { NewMail } from '../mail-store.ts';
import { maySendAs, type SmtpMailbox } from './credentials.ts';
import { newServerMessageId, replies } from './replies.ts';
import type { Submission } from './submissions.ts';

export interface Transaction {
  readonly mailbox: SmtpMailbox;
  readonly submission: Submission;
  readonly from: string;
  /** Non-ASCII addresses are allowed (RFC 6531). */
  readonly utf8: boolean;
  readonly to: string[];
  /** What BDAT brought so far (RFC 3030). */
  readonly chunks: Buffer[];
  chunkBytes: number;
}

export type Verdict =
  | { readonly kind: 'accepted'; readonly reply: string; readonly mail: NewMail }
  | { readonly kind: 'refused'; readonly reply: string };

/** What Exchange says about a whole message. Only here does it look at the limit of connections and at From. */
export function judge(transaction: Transaction, message: Buffer): Verdict {
  const { mailbox, submission, from, to } = transaction;
  if (submission.tooMany) return { kind: 'refused', reply: replies.tooManyConnections };
  const foreign = [...authors(message), ...(from === '' ? [] : [from])].find(
    (address) => !maySendAs(mailbox, address),
  );
  if (foreign !== undefined)
    return { kind: 'refused', reply: replies.sendAsDenied(mailbox.address, foreign) };
  const serverMessageId = newServerMessageId();
  return {
    kind: 'accepted',
    reply: replies.accepted(serverMessageId),
    mail: {
      via: 'smtp',
      mailbox: mailbox.address,
      envelope: { from, to: [...to] },
      mime: message,
      serverMessageId,
    },
  };
}

/** The addresses in the From field. */
function authors(message: Buffer): string[] {
  const end = message.indexOf('\r\n\r\n');
  const header = message.subarray(0, end === -1 ? message.length : end + 2).toString('utf8');
  const field = /^from:((?:[^\r\n]|\r?\n[ \t])*)/imu.exec(header)?.[1] ?? '';
  return addressParser(field.replaceAll(/\r?\n/gu, ''), { flatten: true }).flatMap(({ address }) =>
    address === undefined || address === '' ? [] : [address],
  );
}
