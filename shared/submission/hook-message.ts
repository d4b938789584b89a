/**
 * What a hook's sender said, as a message: the letter about it, to whom the hook says. Pure.
 */
import { createHash } from 'node:crypto';
import type { Hook } from '../access/hook.ts';
import type { Alert, AlertGroup, Severity } from '../alerts/alert.ts';
import type { Letter } from '../alerts/letter/letter.ts';

/** What is written about alerts: a letter, or a template's words in place of its own. */
export type HookLetter = Omit<Letter, 'text' | 'html'> & Partial<Pick<Letter, 'text' | 'html'>>;

/** Whom a hook writes to about something so bad. */
export function recipientsOf(hook: Hook, severity: Severity): readonly string[] {
  const fitting = (hook.severityRoutes ?? []).filter(({ atLeast }) => isAtLeast(severity, atLeast));
  const [worst] = fitting.toSorted((a, b) => ranks.indexOf(b.atLeast) - ranks.indexOf(a.atLeast));
  return worst?.to ?? hook.to;
}

/**
 * The message as a document of `POST /emails`.
 *
 * @param group what the letter is about.
 */
export function hookMessage(hook: Hook, group: AlertGroup, letter: HookLetter): Record<string, unknown> {
  const [first] = group.alerts;
  const severity = worstOf(group.alerts);
  const thread = threadOf(hook, group.alerts);
  return {
    from: hook.from,
    to: recipientsOf(hook, severity),
    ...(hook.cc ? { cc: hook.cc } : {}),
    ...(hook.bcc ? { bcc: hook.bcc } : {}),
    ...(hook.replyTo ? { reply_to: hook.replyTo } : {}),
    subject: letter.subject,
    ...(letter.text === undefined ? {} : { text: letter.text }),
    ...(letter.html === undefined ? {} : { html: letter.html }),
    importance: letter.importance,
    headers: {
      // Whoever is away does not answer to a machine (RFC 3834 §5).
      'Auto-Submitted': 'auto-generated',
      ...(thread === undefined ? {} : { References: thread, 'In-Reply-To': thread }),
    },
    attachments: letter.attachments.map(({ filename, contentType, contentId, bytes }) => ({
      filename,
      content: Buffer.from(bytes).toString('base64'),
      content_type: contentType,
      ...(contentId === undefined ? {} : { content_id: contentId }),
    })),
    tags: [
      { name: 'hook', value: hook.name },
      { name: 'source', value: first?.source ?? 'generic' },
      { name: 'severity', value: severity },
    ],
  };
}

/**
 * The Message-ID that all mails about one alert refer to: nobody ever sent that one, and yet mail programs show what refers to it
 * together (RFC 5322 §3.6.4), on whichever instance and after however long. Undefined where the sender tells alerts not apart.
 */
export function threadOf({ name, from }: Hook, alerts: readonly Alert[]): string | undefined {
  const key = alerts.find(({ threadKey }) => threadKey !== undefined)?.threadKey;
  if (key === undefined) return undefined;
  const hash = createHash('sha256').update(`${name}\0${key}`).digest('hex').slice(0, 32);
  const domain = /@([A-Za-z0-9.-]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
  return `<alert-${hash}@${domain.toLowerCase()}>`;
}
