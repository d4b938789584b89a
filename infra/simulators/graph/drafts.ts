/**
 * The draft flow: made, given files, sent or thrown away.
 * https://learn.microsoft.com/graph/api/user-post-messages, message-post-attachments, message-send and message-delete,
 * read 2026-11.
 */
import { compose } from './compose.ts';
import { GRAPH } from './errors.ts';
import type { Exchange, Reply } from './exchange.ts';
import { fileSize, type MailIntake } from './intake.ts';
import type { Draft, Finding, Item, MailboxItems } from './items.ts';
import { readAttachment, type FileAttachment } from './json-message.ts';
import { context, missing, wantsImmutableIds } from './mail-folders.ts';
import type { Mailbox } from './mailboxes.ts';
import { messageResource } from './message-resource.ts';

/** 3 MB: smaller files are posted, others uploaded. */
const POSTED_FILE_LIMIT = 3 * 1024 * 1024;

export class Drafts {
  readonly #items: MailboxItems;
  readonly #intake: MailIntake;

  constructor(items: MailboxItems, intake: MailIntake) {
    this.#items = items;
    this.#intake = intake;
  }

  create(mailbox: Mailbox, body: Buffer, exchange: Exchange): Reply {
    const { headers } = exchange.request;
    const composing = compose('draft', headers['content-type'], body, mailbox);
    if (!composing.ok) return composing;
    const { composition } = composing;
    this.#intake.promote(mailbox, composition);
    const item = this.#items.add({
      mailbox,
      createdAt: exchange.now,
      internetMessageId: this.#intake.messageIdOf(composition),
      description: composition.description,
      draft: { composition, attachments: [] },
    });
    const selection = { select: undefined, properties: [], immutableIds: wantsImmutableIds(headers) };
    const message = messageResource({ item, folder: 'drafts' }, selection);
    return {
      ok: true,
      status: 201,
      body: { '@odata.context': context(mailbox, 'messages/$entity'), ...message },
    };
  }

  /** `POST …/attachments` with one file. */
  attach(mailbox: Mailbox, id: string, body: Buffer, now: number): Reply {
    const found = this.find(mailbox, id, now);
    if (!found.ok) return missing(found.reason);
    const reading = readAttachment(body);
    if (!reading.ok) return reading;
    const { file } = reading;
    if (fileSize(file) >= POSTED_FILE_LIMIT) return { ok: false, refusal: GRAPH.attachmentTooLarge };
    found.draft.attachments.push(file);
    const entity = context(mailbox, `messages('${encodeURIComponent(id)}')/attachments/$entity`);
    const number = found.draft.attachments.length;
    return {
      ok: true,
      status: 201,
      body: { '@odata.context': entity, ...attachmentResource(found.item, file, number) },
    };
  }

  /** `GET …/attachments`: what was added to the draft, without the contents. */
  attachments(mailbox: Mailbox, id: string, now: number): Reply {
    const found = this.find(mailbox, id, now);
    if (!found.ok) return missing(found.reason);
    const value = found.draft.attachments.map((file, index) =>
      attachmentResource(found.item, file, index + 1),
    );
    const entities = context(mailbox, `messages('${encodeURIComponent(id)}')/attachments`);
    return { ok: true, status: 200, body: { '@odata.context': entities, value } };
  }

  send(mailbox: Mailbox, id: string, exchange: Exchange): Reply {
    const found = this.find(mailbox, id, exchange.now);
    if (!found.ok) return missing(found.reason);
    const refusal = this.#intake.takeDraft(found.item, found.draft, exchange);
    return refusal === undefined ? { ok: true, status: 202 } : { ok: false, refusal };
  }

  /** Takes what lies in Sent Items too. */
  delete(mailbox: Mailbox, id: string, now: number): Reply {
    const found = this.#items.find(mailbox, id, now);
    if (!found.ok) return missing(found.reason);
    this.#items.remove(found.item);
    return { ok: true, status: 204 };
  }

  /**
   * A draft that can still be changed or sent; a sent message is not found. (Whether Exchange would send a sent one
   * again is not documented: microsoft-graph-docs-contrib#921.)
   */
  find(mailbox: Mailbox, id: string, now: number): DraftFinding {
    const found = this.#items.find(mailbox, id, now);
    if (!found.ok) return found;
    const { draft } = found.item;
    return draft === undefined ? { ok: false, reason: 'not-found' } : { ok: true, item: found.item, draft };
  }
}

export type DraftFinding =
  | { readonly ok: true; readonly item: Item; readonly draft: Draft }
  | Extract<Finding, { ok: false }>;

/** The id of the n-th file, counted from 1. */
export function attachmentId(item: Item, number: number): string {
  return `AAMkADk0MTU2ZjY1ABEgAQ${item.key}${String(number).padStart(4, '0')}=`;
}

function attachmentResource(item: Item, file: FileAttachment, number: number): Record<string, unknown> {
  return {
    '@odata.type': '#microsoft.graph.fileAttachment',
    id: attachmentId(item, number),
    name: file.name,
    contentType: file.contentType,
    size: fileSize(file),
    isInline: file.contentId !== undefined,
    contentId: file.contentId ?? null,
  };
}
