/** A mail as a person reads it, taken apart by postal-mime. */
import { convert } from 'html-to-text';
import PostalMime, { decodeWords, type Address, type Email } from 'postal-mime';
import type { AcceptedMail } from '../mail-store.ts';

export interface Party {
  /** Decoded; empty when there is none. */
  readonly name: string;
  readonly address: string;
}

export interface LetterAttachment {
  readonly filename: string;
  /** Lower case. */
  readonly mimeType: string;
  /** Shown by the HTML itself, by its Content-ID. */
  readonly inline: boolean;
  /** Without angle brackets. */
  readonly contentId: string | undefined;
  readonly content: Buffer;
}

export interface Letter {
  readonly from: readonly Party[];
  readonly to: readonly Party[];
  readonly cc: readonly Party[];
  /** Those the envelope names and no field does. */
  readonly bcc: readonly Party[];
  readonly replyTo: readonly Party[];
  readonly subject: string;
  /** ISO 8601, or what the Date field says when that is no date. */
  readonly date: string | undefined;
  /** In document order, unfolded, encoded words decoded. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly text: string | undefined;
  readonly html: string | undefined;
  readonly attachments: readonly LetterAttachment[];
  /** Why the mail could not be taken apart; everything else is empty then. */
  readonly problem?: string;
}

/** Never rejects: a mail that cannot be parsed is a letter with a `problem`. */
export async function readLetter(mail: AcceptedMail): Promise<Letter> {
  try {
    return letterOf(await PostalMime.parse(mail.mime, { forceRfc822Attachments: true }), mail);
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    const from = [{ name: '', address: mail.envelope.from }];
    const to = mail.envelope.to.map((address) => ({ name: '', address }));
    const nothing = { cc: [], bcc: [], replyTo: [], headers: [], attachments: [] };
    return { ...nothing, from, to, subject: '', date: undefined, text: undefined, html: undefined, problem };
  }
}

function letterOf(email: Email, mail: AcceptedMail): Letter {
  const to = parties(email.to);
  const cc = parties(email.cc);
  const named = new Set([...to, ...cc].map(({ address }) => address.toLowerCase()));
  const html = email.html;
  return {
    from: parties(email.from === undefined ? [] : [email.from]),
    to,
    cc,
    bcc: mail.envelope.to
      .filter((address) => !named.has(address.toLowerCase()))
      .map((address) => ({ name: '', address })),
    replyTo: parties(email.replyTo),
    subject: email.subject ?? '',
    date: email.date,
    headers: email.headers.map(({ originalKey, value }) => ({
      name: originalKey,
      value: decodeWords(value),
    })),
    text: email.text,
    html,
    attachments: email.attachments.map((part, index) => {
      const contentId = part.contentId?.replaceAll(/^<|>$/gu, '');
      return {
        filename: part.filename ?? `part-${index + 1}`,
        mimeType: part.mimeType,
        inline: contentId !== undefined && html !== undefined && html.includes(`cid:${contentId}`),
        contentId,
        content: bytesOf(part.content),
      };
    }),
  };
}

function bytesOf(content: string | ArrayBuffer | Uint8Array): Buffer {
  if (typeof content === 'string') return Buffer.from(content);
  return content instanceof Uint8Array ? Buffer.from(content) : Buffer.from(content);
}

function parties(addresses: readonly Address[] = []): Party[] {
  return addresses.flatMap((one) =>
    one.group === undefined ? [{ name: one.name, address: one.address ?? '' }] : one.group,
  );
}

/** The text of a letter: its text part, or what its HTML says. At most about `limit` characters of HTML are read. */
export function plainText(letter: Letter, limit = 50_000): string {
  if (letter.text !== undefined && letter.text.trim() !== '') return letter.text;
  if (letter.html === undefined) return '';
  return convert(letter.html.slice(0, limit), {
    wordwrap: false,
    selectors: [
      { selector: 'img', format: 'skip' },
      { selector: 'a', options: { ignoreHref: true } },
      { selector: 'h1', options: { uppercase: false } },
      { selector: 'h2', options: { uppercase: false } },
      { selector: 'h3', options: { uppercase: false } },
      { selector: 'table', format: 'block' },
    ],
  });
}
