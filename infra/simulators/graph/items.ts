/**
 * What lies in the mailboxes: drafts, and the copies in Sent Items. Every item has two ids: the usual one changes when
 * the item moves to another folder, the immutable one does not
 * (https://learn.microsoft.com/graph/outlook-immutable-id, read 2026-11).
 */
import { randomBytes } from 'node:crypto';
import type { Composition, Description } from './compose.ts';
import type { FileAttachment } from './json-message.ts';
import type { Mailbox } from './mailboxes.ts';
import type { GraphSettings } from './settings.ts';

export type Folder = 'drafts' | 'sentitems';

export interface Item {
  /** What both ids are made of. */
  readonly key: string;
  readonly mailbox: Mailbox;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly internetMessageId: string;
  readonly description: Description;
  /** Set once it was sent: when, and when the copy can be seen in Sent Items (milliseconds since 1970). */
  sent?: { readonly at: number; readonly visibleAt: number };
  /** What can still be sent. Gone when the item lies in Sent Items, so that old attachments do not fill the memory. */
  draft?: Draft;
}

/** What of a message can still be changed. */
export interface Draft {
  readonly composition: Composition;
  /** Files that were added after the draft was made. */
  readonly attachments: FileAttachment[];
}

/** The newest items that a mailbox keeps. */
const KEPT = 50_000;

/** As long as real ones, and as opaque. The letter tells the folder, so that a move changes the id. */
const IMMUTABLE = /^AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A([\w-]{22})AAA=$/u;
const MUTABLE = /^AAMkADk0MTU2ZjY1LTY0OTktNDE4MC1hMWIxBGAAAAAA(D|S)([\w-]{22})AAA=$/u;

/** The id of an item in a folder. */
export function idOf(item: Item, folder: Folder, immutable: boolean): string {
  return immutable
    ? `AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A${item.key}AAA=`
    : `AAMkADk0MTU2ZjY1LTY0OTktNDE4MC1hMWIxBGAAAAAA${letterOf(folder)}${item.key}AAA=`;
}

function letterOf(folder: Folder): string {
  return folder === 'drafts' ? 'D' : 'S';
}

/** An item where it can be seen now. */
export interface Sight {
  readonly item: Item;
  readonly folder: Folder;
}

export type Finding =
  | ({ readonly ok: true } & Sight)
  | { readonly ok: false; readonly reason: 'malformed' | 'not-found' };

export class MailboxItems {
  readonly #settings: GraphSettings;
  /** By primary address, then by key, oldest first. */
  readonly #items = new Map<string, Map<string, Item>>();

  constructor(settings: GraphSettings) {
    this.#settings = settings;
  }

  add(facts: Omit<Item, 'key'>): Item {
    const item = { ...facts, key: randomBytes(16).toString('base64url') };
    let items = this.#items.get(item.mailbox.address);
    if (items === undefined) {
      items = new Map();
      this.#items.set(item.mailbox.address, items);
    }
    items.set(item.key, item);
    const [oldest] = items.keys();
    if (items.size > KEPT && oldest !== undefined) items.delete(oldest);
    return item;
  }

  /** Marks an item as sent. It turns up in Sent Items when the lag has passed. */
  markSent(item: Item, now: number): void {
    item.sent = { at: now, visibleAt: now + this.#settings.sentItemsLag };
    this.#see(item, now);
  }

  /** @param now milliseconds since 1970. */
  find(mailbox: Mailbox, id: string, now: number): Finding {
    const immutable = IMMUTABLE.exec(id);
    const mutable = MUTABLE.exec(id);
    const key = immutable?.[1] ?? mutable?.[2];
    if (key === undefined) return { ok: false, reason: 'malformed' };
    const item = this.#items.get(mailbox.address)?.get(key);
    const folder = item === undefined ? undefined : this.#see(item, now);
    if (
      item === undefined ||
      folder === undefined ||
      (mutable?.[1] ?? letterOf(folder)) !== letterOf(folder)
    ) {
      return { ok: false, reason: 'not-found' };
    }
    return { ok: true, item, folder };
  }

  /** What can be seen in the folder (or, without one, in the mailbox), newest first. */
  list(mailbox: Mailbox, folder: Folder | undefined, now: number): Sight[] {
    const sights: Sight[] = [];
    for (const item of this.#items.get(mailbox.address)?.values() ?? []) {
      const place = this.#see(item, now);
      if (place !== undefined && (folder ?? place) === place) sights.push({ item, folder: place });
    }
    return sights.toReversed();
  }

  remove(item: Item): void {
    this.#items.get(item.mailbox.address)?.delete(item.key);
  }

  /** Where the item is now; undefined while it is on its way. */
  #see(item: Item, now: number): Folder | undefined {
    if (item.sent === undefined) return 'drafts';
    if (now >= item.sent.visibleAt) {
      delete item.draft;
      return 'sentitems';
    }
    return item.draft !== undefined && this.#settings.whileSending === 'draft' ? 'drafts' : undefined;
  }
}
