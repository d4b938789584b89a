/** Carries out what a routed request wants of a mailbox that is open to it. */
import { compose } from './compose.ts';
import type { Drafts } from './drafts.ts';
import { GRAPH } from './errors.ts';
import type { Exchange, Reply } from './exchange.ts';
import type { MailIntake } from './intake.ts';
import type { MailboxItems } from './items.ts';
import { readMail } from './mail-folders.ts';
import type { Mailbox } from './mailboxes.ts';
import type { RoutedRequest } from './route.ts';

export interface MailRooms {
  readonly items: MailboxItems;
  readonly intake: MailIntake;
  readonly drafts: Drafts;
}

export function carryOut(
  { items, intake, drafts }: MailRooms,
  route: RoutedRequest,
  mailbox: Mailbox,
  body: Buffer,
  exchange: Exchange,
): Reply {
  const { headers } = exchange.request;
  const { message = '' } = route;
  switch (route.step) {
    case 'sendMail': {
      const composing = compose('sendMail', headers['content-type'], body, mailbox);
      if (!composing.ok) return composing;
      const refusal = intake.take(mailbox, composing.composition, exchange);
      return refusal === undefined ? { ok: true, status: 202 } : { ok: false, refusal };
    }
    case 'createDraft':
      return drafts.create(mailbox, body, exchange);
    case 'attachment':
      return drafts.attach(mailbox, message, body, exchange.now);
    case 'send':
      return drafts.send(mailbox, message, exchange);
    case 'read':
      return readMail(items, mailbox, route, headers, exchange.now);
    case 'delete':
      return drafts.delete(mailbox, message, exchange.now);
    case 'upload':
      return { ok: false, refusal: GRAPH.methodNotAllowed };
  }
}
