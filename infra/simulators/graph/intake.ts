/** Takes responsibility for a mail: into the store of what was accepted, and into Sent Items. */
import { randomUUID } from 'node:crypto';
import type { AcceptedMail, MailStore } from '../mail-store.ts';
import { describeMime, type Composition } from './compose.ts';
import { GRAPH, type ErrorFacts, type Refusal } from './errors.ts';
import type { Draft, Item, MailboxItems } from './items.ts';
import type { FileAttachment } from './json-message.ts';
import type { Mailbox } from './mailboxes.ts';
import { splitHeader, valueIn } from './mime-message.ts';
import type { GraphSettings } from './settings.ts';

const NOTHING_KNOWN: ReadonlySet<string> = new Set();

export class MailIntake {
  readonly #store: MailStore;
  readonly #items: MailboxItems;
  readonly #settings: GraphSettings;
  /** Per mailbox address: the x-headers (lower case) that JSON has made known there, and that MIME keeps from then on. */
  readonly #known = new Map<string, Set<string>>();

  constructor(store: MailStore, items: MailboxItems, settings: GraphSettings) {
    this.#store = store;
    this.#items = items;
    this.#settings = settings;
  }

  /** `sendMail`. Undefined: accepted and stored. */
  take(mailbox: Mailbox, composition: Composition, facts: ErrorFacts): Refusal | undefined {
    if (composition.objection !== undefined) return composition.objection;
    const internetMessageId = this.messageIdOf(composition);
    const via = composition.form === 'json' ? 'graph-json' : 'graph-mime';
    this.promote(mailbox, composition);
    this.#accept(via, mailbox, composition, { internetMessageId, attachments: [] }, facts);
    if (composition.saveToSentItems) {
      const { description } = composition;
      const copy = this.#items.add({ mailbox, createdAt: facts.now, internetMessageId, description });
      this.#items.markSent(copy, facts.now);
    }
    return undefined;
  }

  /** `/send`. Undefined: accepted and stored, and the draft is on its way to Sent Items. */
  takeDraft(item: Item, draft: Draft, facts: ErrorFacts): Refusal | undefined {
    const { composition, attachments } = draft;
    if (composition.objection !== undefined) return composition.objection;
    if (sizeOf(composition, attachments) > this.#settings.maxMessageSize) return GRAPH.messageSizeExceeded;
    const leaving = { internetMessageId: item.internetMessageId, attachments: [...attachments] };
    this.#accept('graph-draft', item.mailbox, composition, leaving, facts);
    this.#items.markSent(item, facts.now);
    return undefined;
  }

  /**
   * Puts a mail that came by SMTP AUTH into Sent Items, as Exchange does unless told otherwise. Whether it keeps the
   * Message-ID is not documented; here it does.
   */
  copy(mailbox: Mailbox, mail: AcceptedMail): void {
    const { fields } = splitHeader(mail.mime);
    const at = Date.parse(mail.acceptedAt);
    const internetMessageId = valueIn(fields, 'message-id') || newMessageId();
    const description = describeMime(fields, mailbox);
    this.#items.markSent(this.#items.add({ mailbox, createdAt: at, internetMessageId, description }), at);
  }

  /** The Message-ID with which the mail leaves: the caller's own, or one of Exchange. */
  messageIdOf({ form, messageId }: Composition): string {
    const kept = messageId !== '' && this.#settings.keepsMessageId[form];
    return kept ? messageId : newMessageId();
  }

  /** JSON makes the names of its x-headers known in the mailbox. */
  promote(mailbox: Mailbox, { form, description }: Composition): void {
    if (form !== 'json' || description.headers.length === 0) return;
    const known = this.#known.get(mailbox.address) ?? new Set();
    for (const { name } of description.headers) known.add(name.toLowerCase());
    this.#known.set(mailbox.address, known);
  }

  #accept(
    via: AcceptedMail['via'],
    mailbox: Mailbox,
    composition: Composition,
    leaving: { readonly internetMessageId: string; readonly attachments: readonly FileAttachment[] },
    facts: ErrorFacts,
  ): void {
    const { attachments, internetMessageId: messageId } = leaving;
    // Taken now, not when somebody looks: a header that becomes known later comes too late for this mail.
    const known = composition.form === 'mime' ? new Set(this.#known.get(mailbox.address)) : NOTHING_KNOWN;
    const acceptedAt = new Date(facts.now);
    this.#store.add({
      via,
      mailbox: mailbox.address,
      envelope: composition.envelope,
      mime: () => composition.mime({ acceptedAt, messageId, attachments }, known),
      size: sizeOf(composition, attachments),
      acceptedAt: acceptedAt.toISOString(),
      requestId: facts.requestId,
      clientRequestId: facts.clientRequestId,
      ...(composition.json === undefined ? {} : { json: composition.json }),
    });
  }
}

function newMessageId(): string {
  return `<${randomUUID()}@simulator.prod.outlook.com>`;
}

/** Bytes, before base64. */
function sizeOf(composition: Composition, attachments: readonly FileAttachment[]): number {
  return attachments.reduce((sum, one) => sum + fileSize(one), composition.size);
}

/** Bytes, before base64. */
export function fileSize({ contentBytes }: FileAttachment): number {
  if (typeof contentBytes === 'string') return Buffer.byteLength(contentBytes, 'base64');
  return contentBytes.reduce((sum, range) => sum + range.length, 0);
}
