/**
 * A message as the MIME body of `sendMail` (https://learn.microsoft.com/graph/outlook-send-mime-message). Loads nodemailer's
 * composer on first use.
 */
import type { MailComposerOptions } from 'nodemailer/lib/mail-composer';
import { toMailOptions, type MimeMail } from '../message/mime.ts';
import { headOfKept } from './kept-mime.ts';

/** Composes the message. @param contents the attachments' bytes, in the order of `message.attachments`. */
export async function composeMime(mail: MimeMail, contents: readonly Buffer[]): Promise<Buffer> {
  if (mail.message.kept) return Buffer.concat([await headOfKept(mail, mail.message.kept, true), ...contents]);
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const options = toMailOptions(mail, contents);
  const root = new MailComposer({
    ...options,
    ...(options.text === undefined ? {} : { text: inBase64(options.text) }),
    ...(options.html === undefined ? {} : { html: inBase64(options.html) }),
  }).compile();
  // Graph has no envelope: blind recipients must stand in the header, and Exchange takes them out.
  root.keepBcc = true;
  return root.build();
}

type Content = MailComposerOptions['text'];

/** Graph garbles quoted-printable in MIME (smtp-oauth-relay re-encodes for that reason). */
const inBase64 = (content: Content): Content =>
  typeof content === 'object' && content !== null && 'content' in content
    ? { ...content, contentTransferEncoding: 'base64' }
    : content;
