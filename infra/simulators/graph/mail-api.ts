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
import type { UploadSessions } from './uploads.ts';

export interface MailRooms {
  readonly items: MailboxItems;
  readonly intake: MailIntake;
  readonly drafts: Drafts;
  readonly uploads: UploadSessions;
  /** Where ranges go to, `https://<host>:<port>`. */
  readonly uploadOrigin: string;
}

/** @param app client id of the one who asks. */
export function carryOut(
  { items, intake, drafts, uploads, uploadOrigin }: MailRooms,
  route: RoutedRequest,
  app: string,
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
      if (route.part !== 'session') return drafts.attach(mailbox, message, body, exchange.now);
      return uploads.open({ mailbox, id: message, app }, body, uploadOrigin, exchange.now);
    case 'send':
      return drafts.send(mailbox, message, exchange);
    case 'read':
      if (route.part === 'attachments') return drafts.attachments(mailbox, message, exchange.now);
      return readMail(items, mailbox, route, headers, exchange.now);
    case 'delete':
      return drafts.delete(mailbox, message, exchange.now);
    case 'upload':
      return { ok: false, refusal: GRAPH.methodNotAllowed };
  }
}
