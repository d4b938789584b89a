/**
 * The header section of a message whose body is carried byte for byte. Loads nodemailer's composer on first use.
 */
import type { KeptBody } from '../message/kept-body.ts';
import { toMailOptions, type MimeMail } from '../message/mime.ts';

/**
 * Header fields as every message of ours has them, what the body is, and the empty line.
 *
 * @param withBcc Graph finds blind recipients in the header, which Exchange takes out.
 */
export async function headOfKept(mail: MimeMail, kept: KeptBody, withBcc: boolean): Promise<Buffer> {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const { text: _text, html: _html, ...options } = toMailOptions(mail, []);
  const root = new MailComposer({ ...options, attachments: [] }).compile();
  root.keepBcc = withBcc;
  const fields = root
    .buildHeaders()
    .split(/\r?\n(?![ \t])/)
    .filter((field) => field !== '' && !/^content-/i.test(field));
  const { contentType, transferEncoding = '7bit', disposition } = kept;
  const own = [
    `Content-Type: ${folded(contentType)}`,
    ...(disposition === undefined ? [] : [`Content-Disposition: ${folded(disposition)}`]),
    `Content-Transfer-Encoding: ${transferEncoding}`,
  ];
  return Buffer.from([...fields, ...own, '', ''].join('\r\n'));
}

/** Parameters on lines of their own; unfolded it is what it was (RFC 5322 §2.2.3). */
const folded = (contentType: string): string =>
  contentType.length <= 60 ? contentType : contentType.replaceAll(/; (?=[\w*-]+=)/g, ';\r\n ');
