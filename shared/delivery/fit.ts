/**
 * Whether a route can carry a message, in which form, and what would be lost. Pure.
 */
import { estimateMimeBytes } from '../message/mime.ts';
import type { Message } from '../message/message.ts';
import type { Config } from '../platform/config.ts';
import { graphForm, type GraphForm } from './graph-form.ts';
import { maxBytes } from './limits.ts';
import type { Route } from './route.ts';
import { smtpNotCarried } from './smtp-mail.ts';

/** A form of Graph's, or SMTP, which has one. */
export type SendForm = Extract<GraphForm, { ok: true }>['form'] | 'smtp';

/** Whether, and how. */
export type Fit =
  | {
      readonly fits: true;
      readonly form: SendForm;
      /** In words for the submitter. */
      readonly notCarried: readonly string[];
      /**
       * Whether something that matters is lost, or may be: a header, a text part of the submitter's own, or the wish for no copy in
       * Sent Items. The display name in From does not count: it is seldom another than the mailbox's.
       */
      readonly loses: boolean;
      /** Application permissions that it takes. */
      readonly permissions: readonly string[];
    }
  | {
      readonly fits: false;
      /** One or two sentences: why not, and which permission or setting would help. */
      readonly reason: string;
    };

/**
 * Judges one route.
 *
 * @param permissions Graph permissions granted beyond `Mail.Send`.
 * @param pending recipients still to be served, when others have it.
 */
export function judgeFit(
  message: Message,
  route: Route,
  permissions: Config['graphPermissions'],
  pending?: readonly string[],
): Fit {
  if (route.transport === 'smtp') return judgeSmtp(message);
  if (pending) {
    return {
      fits: false,
      reason:
        'Some recipients have the message already, and Graph sends to all or to none: only an smtp route can serve the others (POSTRIDER_TRANSPORTS, POSTRIDER_ROUTES).',
    };
  }
  const graph = graphForm(message, route.mailbox, permissions);
  if (!graph.ok) {
    // With a missing permission Graph's own reason names SMTP too.
    const smtp = graph.missing === undefined && judgeSmtp(message).fits;
    const advice = smtp ? ' An smtp route would carry it (POSTRIDER_TRANSPORTS=graph,smtp).' : '';
    return { fits: false, reason: `${graph.reason}${advice}` };
  }
  const { form, notCarried } = graph;
  return { fits: true, form, notCarried, loses: graphLoses(message, graph), permissions: graph.permissions };
}

function judgeSmtp(message: Message): Fit {
  const estimate = estimateMimeBytes(message);
  if (estimate > maxBytes.smtp) {
    return {
      fits: false,
      reason: `The message has about ${estimate} bytes as it would be sent, and SMTP takes ${maxBytes.smtp}. Send less.`,
    };
  }
  const notCarried = smtpNotCarried(message);
  return {
    fits: true,
    form: 'smtp',
    notCarried,
    loses: notCarried.length > 0,
    permissions: ['SMTP.SendAsApp'],
  };
}

function graphLoses(message: Message, { form, headers }: Extract<GraphForm, { ok: true }>): boolean {
  if (headers.length < message.headers.length) return true;
  // See graph-form.ts: MIME may lose the X- headers, and JSON has one body.
  if (form === 'sendMail-mime') return headers.some(({ name }) => /^x-/i.test(name));
  if (form === 'draft' && !message.saveToSentItems) return true;
  return message.text !== undefined && message.html !== undefined;
}
