/**
 * Internet messages as they are (RFC 5322, MIME): what `sendmail -t`, scanners and every mail library write.
 *
 * The message is read into its parts and goes the way of all others, under the same policy; it is composed anew when it is sent. Text and
 * HTML, inline images, attachments and thread fields survive that; a body that would not is carried byte for byte (mime-body.ts). Date
 * and Message-ID are set anew, as SES does it too; trace fields are left out without a word, and every other field that cannot be set is
 * warned about.
 */
import type { Attachment, Email } from 'postal-mime';
import { parseContentId, parseMediaType } from '../message/attachment.ts';
import { headerLimit } from '../message/header.ts';
import { mediaTypes } from '../message/media-types.ts';
import { refuse, type Result } from '../platform/problem.ts';
import { present } from './foreign.ts';
import { bare, named } from './mailboxes.ts';
import { findBody } from './mime-body.ts';
import { mimeHeaders } from './mime-headers.ts';
import { Notes, type Translation } from './translation.ts';

/** Whether a Content-Type names an Internet message. */
export const isMime = (contentType: string | undefined): boolean =>
  /^message\/rfc822(?:\s*;|\s*$)/i.test(contentType?.trim() ?? '');

/** MIME parts within one another that are taken. */
const nestingLimit = 20;

/** Most bytes of header sections, all parts together. */
const headerBytes = 512 * 1024;

/** What a sender says beside the message (RFC 5321 §2.3.1). */
export interface Beside {
  /**
   * Addresses that alone receive it: those that stand in no field of it receive it as Bcc, and those who are not among them are left
   * out of the fields.
   */
  readonly recipients?: readonly string[] | undefined;
  /** Its author, where it has no From field. */
  readonly author?: string | undefined;
}

/** Reads a message. @returns the translation, or `invalid-mime`. Never throws. */
export async function readMime(bytes: Uint8Array, beside: Beside = {}): Promise<Result<Translation>> {
  const { default: PostalMime, addressParser, decodeWords } = await import('postal-mime');
  let email: Email;
  try {
    email = await PostalMime.parse(bytes, {
      attachmentEncoding: 'base64',
      forceRfc822Attachments: true,
      maxNestingDepth: nestingLimit,
      maxHeadersSize: headerBytes,
    });
  } catch {
    const detail = `Its header sections take more than ${headerBytes} bytes, or its parts are nested more than ${nestingLimit} deep.`;
    return refuse('invalid-mime', detail);
  }
  const addresses = (field: string): readonly string[] =>
    email.headers
      .filter(({ key }) => key === field)
      .flatMap(({ value }) => addressParser(value, { flatten: true }))
      .map(({ address = '', name }) => named(address, decodeWords(name)));
  const only = (field: string) => email.headers.filter(({ key }) => key === field).length <= 1;

  const from = addresses('from');
  const author = email.headers.some(({ key }) => key === 'from') ? from[0] : beside.author;
  if (author === undefined) {
    return refuse(
      'invalid-mime',
      'There is no From field; send a whole message: header fields, an empty line, and the body (RFC 5322).',
    );
  }
  if (from.length > 1 || !only('from') || !only('subject')) {
    return refuse('invalid-mime', 'A message has one author and one subject: write From and Subject once.');
  }
  const notes = new Notes();
  const { headers, importance } = mimeHeaders(email.headers, decodeWords, notes, headerLimit);
  const { to, cc, bcc } = recipients(
    { to: addresses('to'), cc: addresses('cc'), bcc: addresses('bcc') },
    beside.recipients,
    notes,
  );
  const replyTo = addresses('reply-to');
  const { text, html } = email;
  const document = present({
    from: author,
    to,
    cc,
    bcc,
    reply_to: replyTo.length > 0 ? replyTo : undefined,
    subject: (email.subject ?? '').replaceAll(/\s+/g, ' ').trim(),
    text: text ?? (html === undefined ? '' : undefined),
    html,
    headers,
    importance,
    attachments: attachments(email.attachments, notes),
  });
  const found = findBody(bytes, email);
  if (found && !found.ok) notes.warn('Content-Type', anew(found.reason));
  const kept = found?.ok
    ? {
        body: found.kept,
        bytes: found.bytes,
        else: {
          field: 'Content-Type',
          detail: anew(
            'no route of the sender carries it as it is, or the policy of the submitter looks into attachments',
          ),
        },
      }
    : undefined;
  return notes.conclude({ document, warnings: notes.warnings, spelled, ...(kept ? { kept } : {}) });
}

const anew = (why: string): string =>
  `The parts are put together anew, so that a signature no longer fits them and an invitation is a file: ${why}.`;

const spelled: Translation['spelled'] = {
  from: 'From',
  to: 'To',
  cc: 'Cc',
  bcc: 'Bcc',
  reply_to: 'Reply-To',
  subject: 'Subject',
};

type Fields = Readonly<Record<'to' | 'cc' | 'bcc', readonly string[]>>;

function recipients(fields: Fields, envelope: readonly string[] | undefined, notes: Notes): Fields {
  if (envelope === undefined) return fields;
  const wanted = new Set(envelope.map(bare));
  const kept = (list: readonly string[]) => list.filter((one) => wanted.has(bare(one)));
  const result = { to: kept(fields.to), cc: kept(fields.cc), bcc: kept(fields.bcc) };
  for (const [name, field] of [
    ['to', 'To'],
    ['cc', 'Cc'],
  ] as const) {
    if (result[name].length < fields[name].length) {
      notes.warn(field, 'Addresses that are not among the recipients of the envelope were left out.');
    }
  }
  const addressed = new Set([...result.to, ...result.cc, ...result.bcc].map(bare));
  return { ...result, bcc: [...result.bcc, ...envelope.filter((one) => !addressed.has(bare(one)))] };
}

function attachments(list: readonly Attachment[], notes: Notes): readonly unknown[] | undefined {
  const ids = new Set<string>();
  const read = list.map((one, i) => {
    const type = parseMediaType(one.mimeType);
    const contentType = type.ok ? type.contentType : undefined;
    const id = contentId(one);
    const own = id === undefined || ids.has(id) ? undefined : id;
    if (own !== undefined) ids.add(own);
    return present({
      filename: filename(one, i, contentType, notes),
      content: one.content,
      content_type: contentType,
      content_id: own,
    });
  });
  return read.length > 0 ? read : undefined;
}

/** Many programs give every attachment an id; it says something only of those that stand in the HTML. */
function contentId({ contentId: given, disposition, related }: Attachment): string | undefined {
  if (given === undefined || (disposition === 'attachment' && related !== true)) return undefined;
  const id = parseContentId(given);
  return id.ok ? id.contentId : undefined;
}

function filename(
  { filename: given }: Attachment,
  i: number,
  contentType: string | undefined,
  notes: Notes,
): string {
  const name = (given ?? '').trim();
  if (name === '') return `attachment-${i + 1}.${extensionOf(contentType)}`;
  const safe = name
    .replaceAll(/[/\\\p{Cc}\p{Cs}\u2028-\u202e\u2066-\u2069]/gu, '_')
    .slice(0, 200)
    .replace(/[\ud800-\udbff]$/, '');
  if (safe !== name)
    notes.warn(`attachments.${i}`, 'Its file name was changed: it held signs that no name may hold.');
  return safe === '.' || safe === '..' ? `attachment-${i + 1}` : safe;
}

function extensionOf(contentType = ''): string {
  if (contentType === 'message/rfc822') return 'eml';
  for (const [extension, type] of mediaTypes) if (type === contentType) return extension;
  return 'bin';
}
