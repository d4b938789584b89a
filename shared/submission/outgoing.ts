/**
 * The message as it will be sent: redirected, where that is its submitter's mode, and marked as often as it has come round. Pure.
 *
 * It is changed before it is stored, so that no later step knows the recipients of a redirected message, and none can reach them.
 */
import { hopHeader, hopsOf } from '../access/loop-guard.ts';
import type { SendingMode } from '../access/mode.ts';
import { escapeHtml } from '../message/entity.ts';
import { withKeptBody } from '../message/kept-body.ts';
import type { HeaderField, Mailbox, Message } from '../message/message.ts';
import type { Summary } from '../reporting/status.ts';
import type { Submission } from './parse.ts';

/** A submission as it is stored and sent. */
export interface Outgoing extends Submission, Pick<Summary, 'hop'> {
  /** In mode `redirect`: whom it was for. */
  readonly original?: Readonly<Record<Field, readonly Mailbox[]>>;
}

type Field = 'to' | 'cc' | 'bcc';

/** The names of header fields that are ours to set (message/header.ts). */
const ours = /^x-postrider-/i;

/**
 * Makes it.
 *
 * @param header looks up a header of the request by its lower-case name.
 */
export function outgoing(
  submission: Submission,
  mode: SendingMode,
  header: (name: string) => string | undefined,
): Outgoing {
  const { message } = submission;
  const hop = hopsOf(header, message) + 1;
  // The tag that all our mail carries (delivery/tag.ts) says "once", which leaves the room in Graph's five headers to the submitter.
  const marks = hop > 1 ? [{ name: hopHeader, value: String(hop) }] : [];
  const own = message.headers.filter(({ name }) => !ours.test(name));
  const marked: Message = { ...message, headers: [...marks, ...own] };
  const count = hop > 1 ? { hop } : {};
  if (mode.kind !== 'redirect') {
    const { kept } = submission;
    if (!kept) return { ...submission, message: marked, ...count };
    const { body, bytes } = kept;
    return {
      ...submission,
      message: withKeptBody(marked, body, bytes.length),
      attachments: [{ size: bytes.length, chunks: () => [bytes] }],
      ...count,
    };
  }
  const { to, cc, bcc } = message;
  return { ...submission, message: redirected(marked, mode.to), original: { to, cc, bcc }, ...count };
}

/** Characters of addresses that a header of the redirected mail, and its text, show. */
const shownInHeader = 800;
const shownInText = 4000;

/** The message to one address, which shows to whom it was written. */
function redirected(message: Message, to: Mailbox): Message {
  const lists = (['to', 'cc', 'bcc'] as const).filter((field) => message[field].length > 0);
  const all = lists.flatMap((field) => message[field].map(({ address }) => address));
  const note = `Redirected by Postrider. It was for: ${lists
    .map(
      (field) =>
        `${field} ${listed(
          message[field].map(({ address }) => address),
          shownInText,
        )}`,
    )
    .join('; ')}`;
  // First, so that it is among those that Graph takes (delivery/graph-form.ts).
  const header: HeaderField = { name: 'X-Postrider-Original-To', value: listed(all, shownInHeader) };
  return {
    ...message,
    to: [to],
    cc: [],
    bcc: [],
    headers: [header, ...message.headers],
    ...(message.text === undefined ? {} : { text: `${note}\n\n${message.text}` }),
    ...(message.html === undefined ? {} : { html: withNote(message.html, note) }),
  };
}

/** As many as fit, and how many more there are. */
function listed(addresses: readonly string[], characters: number): string {
  let left = characters;
  const shown = addresses.filter((address) => (left -= address.length + 2) >= 0);
  const rest = addresses.length - shown.length;
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** HTML with a line on top, inside its body where it has one. */
function withNote(html: string, note: string): string {
  const line = `<p style="border:1px solid #888;padding:8px">${escapeHtml(note)}</p>`;
  const body = /<body(?:\s[^<>]*)?>/i.exec(html);
  const end = body ? body.index + body[0].length : 0;
  return html.slice(0, end) + line + html.slice(end);
}
