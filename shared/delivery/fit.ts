/**
 * Whether a route can carry a message, in which form, and what would be lost. Pure.
 */
import type { Message } from '../message/message.ts';
import type { Config } from '../platform/config.ts';
import { planGraph, type GraphPlan } from './graph-form.ts';
import { sendMailBytes } from './graph-message.ts';
import { maxBytes } from './limits.ts';
import type { Route } from './route.ts';
import { smtpNotCarried } from './smtp-mail.ts';
import { tagOf } from './tag.ts';

/** How a message is handed over: Graph's `sendMail` in one of its two forms, a draft with upload sessions, or SMTP. */
export type SendForm = 'sendMail-json' | 'sendMail-mime' | 'draft' | 'smtp';

/** Whether, and how. */
export type Fit =
  | {
      readonly fits: true;
      readonly form: SendForm;
      /** In words for the submitter. */
      readonly notCarried: readonly string[];
      /** Whether any of that matters: a header, a text part of the submitter's own, or the wish for no copy in Sent Items. */
      readonly loses: boolean;
      /** Application permissions that it takes. */
      readonly permissions: readonly string[];
    }
  | {
      readonly fits: false;
      /** One sentence. */
      readonly reason: string;
    };

/** An id as long as every other, for sizes. */
const anyId = '0'.repeat(26);

/**
 * Judges one route.
 *
 * @param estimate `estimateMimeBytes` of the message.
 * @param permissions Graph permissions granted beyond `Mail.Send`.
 * @param pending recipients still to be served, when others have it.
 */
export function judgeFit(
  message: Message,
  estimate: number,
  route: Route,
  permissions: Config['graphPermissions'],
  pending?: readonly string[],
): Fit {
  if (route.transport === 'smtp') return judgeSmtp(message, estimate);
  if (pending) {
    return { fits: false, reason: 'Some recipients have the message, and Graph sends to all or none.' };
  }
  return judgeGraph(message, estimate, route.mailbox, permissions);
}

function judgeSmtp(message: Message, estimate: number): Fit {
  if (estimate > maxBytes.smtp) {
    return {
      fits: false,
      reason: `The message has about ${estimate} bytes, and SMTP takes ${maxBytes.smtp}.`,
    };
  }
  const notCarried = smtpNotCarried(message);
  const loses = notCarried.length > 0;
  return { fits: true, form: 'smtp', notCarried, loses, permissions: ['SMTP.SendAsApp'] };
}

function judgeGraph(
  message: Message,
  estimate: number,
  mailbox: string,
  _permissions: Config['graphPermissions'],
): Fit {
  const plan = planGraph(message, mailbox);
  // JSON spells a control character with six bytes where MIME's base64 needs 1.4: below this no form can be too large.
  const small = estimate * 5 <= maxBytes.graph;
  const bytes = small ? 0 : sendMailBytes(message, [...plan.headers, tagOf(anyId)]);
  if (bytes > maxBytes.graph) {
    return {
      fits: false,
      reason: `The message makes a request of ${bytes} bytes, and Graph takes ${maxBytes.graph}.`,
    };
  }
  const { form, notCarried } = plan;
  return {
    fits: true,
    form: form === 'json' ? 'sendMail-json' : 'sendMail-mime',
    notCarried,
    loses: loses(message, plan),
    permissions: ['Mail.Send'],
  };
}

/** That Exchange replaces a header in every form, or puts the mailbox's display name into From, is no reason for a detour. */
const loses = ({ text, html }: Message, { form, notCarried }: GraphPlan): boolean => {
  void form;
  return text !== undefined && html !== undefined && notCarried.length > 0;
};

/** Why no route can carry the message for its size, and what would help. */
export function tooLarge(
  routes: readonly Route[],
  estimate: number,
  permissions: Config['graphPermissions'],
): string {
  const transports = [...new Set(routes.map(({ transport }) => transport))];
  const limits = transports.map((name) => `${name} takes ${maxBytes[name]} bytes`).join(', ');
  const help = [
    ...(transports.includes('graph') && !permissions.includes('Mail.ReadWrite')
      ? ['to grant Mail.ReadWrite, with which Graph takes large files (POSTRIDER_GRAPH_PERMISSIONS)']
      : []),
    ...(transports.includes('smtp')
      ? []
      : ['to allow SMTP, which carries more (POSTRIDER_TRANSPORTS=graph,smtp)']),
  ];
  const advice = help.length > 0 ? `Send less, or ask the administrator ${help.join(' or ')}.` : 'Send less.';
  return `The message has about ${estimate} bytes as it would be sent; ${limits}. ${advice}`;
}
