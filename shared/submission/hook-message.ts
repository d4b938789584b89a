/**
 * What a hook's sender said, as a message: the letter about it, to whom the hook says. Pure.
 */
import { createHash } from 'node:crypto';
import type { Hook } from '../access/hook.ts';
import type { Alert, AlertGroup, Severity } from '../alerts/alert.ts';
import type { Letter } from '../alerts/letter/letter.ts';
import { isAtLeast, worst, worstOf } from '../alerts/rank.ts';
import { quietUntil } from '../sense/quiet-hours.ts';

/** What is written about alerts: a letter, or a template's words in place of its own. */
export type HookLetter = Omit<Letter, 'text' | 'html'> & Partial<Pick<Letter, 'text' | 'html'>>;

/** Whom a hook writes to about something so bad. */
export function recipientsOf(hook: Hook, severity: Severity): readonly string[] {
  const fitting = (hook.severityRoutes ?? []).filter(({ atLeast }) => isAtLeast(severity, atLeast));
  const [first, ...others] = fitting.map(({ atLeast }) => atLeast);
  const highest = first && worst([first, ...others]);
  return fitting.find(({ atLeast }) => atLeast === highest)?.to ?? hook.to;
}

/** When a mail is written, and how bad it is for those who get it. */
export interface Circumstances {
  /**
   * What decides who gets it, and whether it waits for the end of quiet hours: usually the worst of the alerts; what an alert was
   * when it fired where it is resolved; several for a digest, which goes to all whom its alerts would have gone to.
   */
  readonly severities: readonly Severity[];
  readonly now: Date;
}

/**
 * The message as a document of `POST /emails`.
 *
 * @param group what the letter is about.
 */
export function hookMessage(
  hook: Hook,
  group: AlertGroup,
  letter: HookLetter,
  { severities, now }: Circumstances,
): Record<string, unknown> {
  const [first] = group.alerts;
  const thread = threadOf(hook, group.alerts);
  const until = quietFor(hook, severities, now);
  return {
    ...(until ? { scheduled_at: until.toISOString() } : {}),
    from: hook.from,
    to: recipientsFor(hook, severities),
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
      { name: 'severity', value: worstOf(group.alerts) },
    ],
  };
}

/** Whom a hook writes to about several things. Each once, however they are written. */
export function recipientsFor(hook: Hook, severities: readonly Severity[]): readonly string[] {
  const all = severities.flatMap((severity) => recipientsOf(hook, severity));
  return [...new Map(all.map((address) => [address.toLowerCase(), address])).values()];
}

/** Until when a mail waits; undefined when it goes at once. */
export function quietFor(hook: Hook, severities: readonly Severity[], now: Date): Date | undefined {
  const { quietHours, zone = 'UTC' } = hook;
  if (!quietHours || isAtLeast(worst(severities), quietHours.bypass ?? 'critical')) return undefined;
  return quietUntil(quietHours, zone, now);
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
