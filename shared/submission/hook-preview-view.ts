/**
 * The preview of a hook's call as JSON: the answer of `POST /hooks/{hook}?dry_run=true`. Pure.
 */
import type { Mailbox } from '../message/message.ts';
import type { Problem } from '../platform/problem.ts';
import type { HookPreview } from './hook-preview.ts';
import type { Outgoing } from './outgoing.ts';

/** What would become of a call: the first of these that fits, in the order of the bridge's own decisions. */
export const previewOutcomes = [
  'answered',
  'held',
  'refused',
  'repeated',
  'scheduled',
  'tested',
  'sent',
] as const;

/** The view. @param more of the mail, where it could be sent: the route that it would take. */
export function hookPreviewView(preview: HookPreview, more: object = {}): object {
  const { hook, outcome, reason, answer, alerts, storm, quietUntil, repeats, mode, problem, mail } = preview;
  const [first] = alerts;
  return {
    dry_run: true,
    hook,
    outcome,
    reason,
    ...(first ? { adapter: first.source } : {}),
    ...(answer ? { answer } : {}),
    alerts: alerts.map(({ title, severity, state }) => ({ title, severity, state })),
    ...(storm
      ? {
          storm: {
            decision: storm.kind,
            sent: storm.sent,
            after: storm.after,
            within: storm.within,
            until: storm.until.toISOString(),
          },
        }
      : {}),
    ...(quietUntil ? { quiet_until: quietUntil.toISOString() } : {}),
    ...(repeats === undefined ? {} : { repeats }),
    mode,
    ...(preview.document ? { policy: policyView(problem) } : {}),
    messages: mail ? [{ ...messageView(mail), ...more }] : [],
  };
}

const policyView = (problem: Problem | undefined): object =>
  problem
    ? {
        allowed: false,
        code: problem.code,
        detail: problem.detail,
        ...(problem.errors ? { errors: problem.errors } : {}),
      }
    : { allowed: true };

/** Most characters of the text that are shown. */
const shownCharacters = 256 * 1024;

function messageView({ message, scheduledAt }: Outgoing): object {
  const { from, to, cc, bcc, replyTo, subject, text, html, importance, attachments } = message;
  return {
    from: written(from),
    to: to.map(written),
    ...(cc.length > 0 ? { cc: cc.map(written) } : {}),
    ...(bcc.length > 0 ? { bcc: bcc.map(written) } : {}),
    ...(replyTo.length > 0 ? { reply_to: replyTo.map(written) } : {}),
    subject,
    ...(text === undefined ? {} : { text: text.slice(0, shownCharacters) }),
    html_size: Buffer.byteLength(html ?? ''),
    importance,
    attachments: attachments.map(({ filename, contentType, size }) => ({
      filename,
      content_type: contentType,
      size,
    })),
    ...(scheduledAt ? { scheduled_at: scheduledAt.toISOString() } : {}),
  };
}

const written = ({ name, address }: Mailbox): string =>
  name === undefined ? address : `${name} <${address}>`;
