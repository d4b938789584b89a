/**
 * Alerts as a mail: a subject that tells whether to get up, and a page that tells what to do, as HTML and as text.
 */
import type { Alert, AlertGroup } from '../alert.ts';
import type { LetterAttachment } from './attached.ts';
import { contentsOf, type Occasion } from './content.ts';
import { pageOf } from './page.ts';
import { plainOf } from './plain.ts';
import { htmlLimit, rooms } from './room.ts';
import { subjectOf } from './subject.ts';
import { byUrgency, importanceOf } from './wording.ts';

/** A mail without its addresses. */
export interface Letter {
  /** One line, at most 150 UTF-16 units, the state in brackets first: `[FIRING] (3) Disk almost full – db-01`. */
  readonly subject: string;
  /** Lines end with a line feed; 78 columns where the words allow it. */
  readonly text: string;
  /** A whole document of at most 98,000 bytes that loads nothing: pictures are named by Content-ID. */
  readonly html: string;
  /** The files of the group in their order, then the body. */
  readonly attachments: readonly LetterAttachment[];
  readonly importance: 'high' | 'normal' | 'low';
}

const nothing: Alert = {
  source: '',
  title: 'A message without content',
  severity: 'unknown',
  state: 'info',
  facts: [],
  links: [],
};

/**
 * Writes the letter. Never throws, and takes time in proportion to what came.
 *
 * @param group text from outside as it came.
 * @param options `zone` is an IANA name (an unknown one is read as UTC); `raw` is attached when it is larger than a few words and
 * not over 1 MiB.
 */
export function writeLetter(group: AlertGroup, options: Occasion): Letter {
  const [first = nothing, ...others] = byUrgency(group.alerts);
  const alerts = [first, ...others] as const;
  const subject = subjectOf(alerts, others.length === 0 ? undefined : group.title);
  const [ample, ...tighter] = rooms;
  let contents = contentsOf(group, alerts, subject, options, ample);
  let html = pageOf(contents);
  for (const room of tighter) {
    if (Buffer.byteLength(html) <= htmlLimit) break;
    contents = contentsOf(group, alerts, subject, options, room);
    html = pageOf(contents);
  }
  return {
    subject,
    text: plainOf(contents),
    html,
    attachments: contents.attached.attachments,
    importance: importanceOf(first),
  };
}
