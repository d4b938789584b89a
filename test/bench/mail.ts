/** The mails that are sent, as bodies of `POST /emails`. */
import { randomBytes } from 'node:crypto';
import { Buffer } from 'node:buffer';

/** The mailbox that sends all of them. */
export const mailbox = 'alerts@contoso.com';

/** A notification whose JSON has exactly `bytes` bytes, in words and not in one repeated letter. */
export function smallMail(bytes = 2048, subject = 'Disk /var is 91 % full on db-3'): string {
  const mail = { from: mailbox, to: 'ops@example.com', subject, text: '' };
  const room = bytes - Buffer.byteLength(JSON.stringify(mail));
  return JSON.stringify({ ...mail, text: prose(room) });
}

/** A hundred of them, as `POST /emails/batch` takes them. */
export const smallMails = (): string => `[${Array.from({ length: 100 }, () => smallMail()).join(',')}]`;

/** A mail with one attachment of random bytes, `bytes` of them before base64. */
export function largeMail(bytes = 25_000_000): Buffer {
  const mail = { from: mailbox, to: 'ops@example.com', subject: 'The report', text: 'As attached.' };
  const attachment = { filename: 'report.bin', content: randomBytes(bytes).toString('base64') };
  return Buffer.from(JSON.stringify({ ...mail, attachments: [attachment] }));
}

/** Text of a log, `length` characters of ASCII. */
function prose(length: number): string {
  let text = '';
  for (let line = 1; text.length < length; line++) {
    text += `${line}. The volume grew by ${(line * 7919) % 977} MB since yesterday; request ${(line * 48_271) % 65_537} took ${line % 13} ms. `;
  }
  return text.slice(0, length);
}
