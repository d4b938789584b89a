/**
 * The mail that a reading becomes, as far as the runner looks at it. The one place that knows how a letter is written.
 */
import type { AlertGroup } from '../../shared/alerts/alert.ts';
import { writeLetter } from '../../shared/alerts/letter/letter.ts';

/** Subject and text of a mail. */
export interface WrittenMail {
  readonly subject: string;
  readonly text: string;
}

/** Writes the mail as the bridge does; the time is any. */
export function writeMail(group: AlertGroup): WrittenMail {
  const receivedAt = new Date('2026-11-28T12:00:00Z');
  const { subject, text, attachments } = writeLetter(group, { zone: 'UTC', receivedAt, hook: 'samples' });
  const names = attachments.map((attachment) => attachment.filename);
  return { subject, text: [text, ...names].join('\n') };
}
