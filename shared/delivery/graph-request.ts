/**
 * A message as the body of one `sendMail` request, JSON or MIME, with its attachments read and its size checked. Opens the
 * attachments through the message; loads nodemailer's composer only for MIME.
 */
import { AttachmentError, attachmentUnreadable } from './attachment-error.ts';
import { planGraph, type GraphPlan } from './graph-form.ts';
import { sendMailBody, sendMailBytes } from './graph-message.ts';
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

/** Composes the body in the form that the rule in graph-form.ts chooses. */
export async function composeGraphRequest(mail: OutgoingMessage): Promise<Composed> {
  const plan = planGraph(mail.message, mail.mailbox);
  if (mail.message.attachments.length > 0) {
    // MIME is the larger form of the two: attachments that do not fit into JSON are not even read.
    const bytes = sendMailBytes(mail.message, plan.headers);
    if (bytes > maxBytes.graph) return tooLarge(bytes);
  }
  try {
    const contents = await readAttachments(mail);
    if (plan.form === 'json') return asJson(mail, plan, contents);
    const mime = await asMime(mail, plan, contents);
    return mime.ok ? mime : asJson(mail, planGraph(mail.message, mail.mailbox, 'json'), contents);
  } catch (error) {
    if (!(error instanceof AttachmentError)) throw error;
    return { ok: false, outcome: outcomeOf(attachmentUnreadable, {}) };
  }
}

function asJson(mail: OutgoingMessage, plan: GraphPlan, contents: readonly Buffer[]): Composed {
  const files = contents.map((content) => content.toString('base64'));
  const body = sendMailBody(mail.message, mail.id, plan.headers, files);
  return checked('application/json', JSON.stringify(body), plan);
}

async function asMime(
  mail: OutgoingMessage,
  plan: GraphPlan,
  contents: readonly Buffer[],
): Promise<Composed> {
  const message = { ...(await withTextPart(mail.message)), headers: [...plan.headers, tagOf(mail.id)] };
  const { messageId, date } = mail;
  const mime = await composeMime({ messageId, date, message }, contents);
  return checked('text/plain', mime.toString('base64'), plan);
}

function checked(contentType: GraphRequestBody['contentType'], text: string, plan: GraphPlan): Composed {
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
