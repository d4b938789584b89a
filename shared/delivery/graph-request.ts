/**
 * A message as the body of one `sendMail` request, JSON or MIME, with its attachments read and its size checked. Opens the
 * attachments through the message; loads nodemailer's composer only for MIME.
 */
import { AttachmentError, attachmentUnreadable } from './attachment-error.ts';
import { planGraph, type GraphForm, type GraphPlan } from './graph-form.ts';
import { sendMailBody } from './graph-message.ts';
import { composeMime } from './graph-mime.ts';
import { maxBytes } from './limits.ts';
import { tagOf } from './tag.ts';
import { withTextPart } from './text-part.ts';
import type { OutgoingMessage } from './transport.ts';
import { outcomeOf, type Setback } from './verdict.ts';

/** A body ready to be posted. */
export interface GraphRequestBody {
  readonly ok: true;
  readonly contentType: 'application/json' | 'text/plain';
  readonly text: string;
  /** In words for the submitter. */
  readonly notCarried: readonly string[];
}

/** A body, or why there is none. */
export type Composed = GraphRequestBody | { readonly ok: false; readonly outcome: Setback };

/**
 * Composes the body.
 *
 * @param form what graphForm has decided; MIME that turns out too large becomes JSON.
 */
export async function composeGraphRequest(
  mail: OutgoingMessage,
  form: Extract<GraphForm, { ok: true }>,
): Promise<Composed> {
  try {
    const contents = await readAttachments(mail);
    if (form.form === 'sendMail-json') return asJson(mail, form, contents);
    const mime = await asMime(mail, form, contents);
    return mime.ok || mail.message.kept
      ? mime
      : asJson(mail, planGraph(mail.message, mail.mailbox, 'json'), contents);
  } catch (error) {
    if (!(error instanceof AttachmentError)) throw error;
    return { ok: false, outcome: outcomeOf(attachmentUnreadable, {}) };
  }
}

/** What composing needs of a form. */
type Carried = Pick<GraphPlan, 'headers' | 'notCarried'>;

function asJson(mail: OutgoingMessage, plan: Carried, contents: readonly Buffer[]): Composed {
  const files = contents.map((content) => content.toString('base64'));
  const body = sendMailBody(mail.message, mail.id, plan.headers, files);
  return checked('application/json', JSON.stringify(body), plan);
}

async function asMime(mail: OutgoingMessage, plan: Carried, contents: readonly Buffer[]): Promise<Composed> {
  const message = { ...(await withTextPart(mail.message)), headers: [...plan.headers, tagOf(mail.id)] };
  const { messageId, date } = mail;
  const mime = await composeMime({ messageId, date, message }, contents);
  return checked('text/plain', mime.toString('base64'), plan);
}

function checked(contentType: GraphRequestBody['contentType'], text: string, plan: Carried): Composed {
  const bytes = Buffer.byteLength(text);
  return bytes > maxBytes.graph
    ? tooLarge(bytes)
    : { ok: true, contentType, text, notCarried: plan.notCarried };
}

function tooLarge(bytes: number): Composed {
  const reason = `The message makes a request of ${bytes} bytes, and Graph takes ${maxBytes.graph}: allow the SMTP route (POSTRIDER_TRANSPORTS=graph,smtp) or send less.`;
  return { ok: false, outcome: outcomeOf({ verdict: 'message', reason }, {}) };
}

async function readAttachments(mail: OutgoingMessage): Promise<Buffer[]> {
  const contents: Buffer[] = [];
  try {
    for (const index of mail.message.attachments.keys()) {
      const stream = await mail.openAttachment(index);
      contents.push(Buffer.concat(await stream.toArray()));
    }
  } catch (cause) {
    throw new AttachmentError(cause);
  }
  return contents;
}
