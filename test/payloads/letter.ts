/**
 * The mail that a reading becomes, as far as the runner looks at it. The one place that knows how a letter is written.
 */
import type { AlertGroup } from '../../shared/alerts/alert.ts';

/** Subject and all the text of a mail. */
export interface WrittenMail {
  readonly subject: string;
  readonly text: string;
}

/** A stand-in for shared/alerts/letter/letter.ts (`writeLetter`): the plainest mail that holds everything. */
export function writeMail(group: AlertGroup): WrittenMail {
  const first = group.alerts[0];
  const count = group.alerts.length > 1 ? ` (${group.alerts.length})` : '';
  const title = group.title !== undefined && group.title !== first?.title ? `${group.title}: ` : '';
  const lines = group.alerts.flatMap((alert) => [
    alert.title,
    alert.summary ?? '',
    ...alert.facts.map((fact) => `${fact.name}: ${fact.value}`),
    ...alert.links.map((link) => `${link.label}: ${link.url}`),
  ]);
  return {
    subject: `[${(first?.state ?? '').toUpperCase()}] ${title}${first?.title ?? ''}${count}`.replaceAll(
      /\s+/g,
      ' ',
    ),
    text: [...lines, ...(group.notes ?? []), ...(group.files ?? []).map((file) => file.filename)].join('\n'),
  };
}
