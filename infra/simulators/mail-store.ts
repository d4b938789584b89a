/**
 * Everything the pretend Microsoft 365 accepted, whole and in memory, so that a test can count copies and a person
 * can look at them. "Accepted" means what it means at Microsoft: the server took the responsibility, whatever answer
 * the client got to see.
 */
import { randomUUID } from 'node:crypto';

/** One message as one request or one SMTP transaction carried it. A retry that got through twice stands here twice. */
export interface AcceptedMail {
  /** UUID, made by the store. */
  readonly id: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly acceptedAt: string;
  readonly via: 'graph-json' | 'graph-mime' | 'graph-draft' | 'smtp';
  /** The mailbox whose URL (Graph) or login (SMTP) carried it, as its primary address. */
  readonly mailbox: string;
  /** `to` holds every recipient: to, cc and bcc alike. */
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  /** RFC 5322 as received (smtp), or as Exchange would build it from what it received (graph). */
  readonly mime: Buffer;
  /** The Graph JSON body as received. */
  readonly json?: unknown;
  /** Graph `request-id` of the answer. */
  readonly requestId?: string;
  /** Graph `client-request-id` of the request. */
  readonly clientRequestId?: string;
  /** The id in the SMTP 250 reply, with angle brackets. */
  readonly serverMessageId?: string;
}

/** What a simulator hands in: the store adds the id and, unless given, the time. */
export type NewMail = Omit<AcceptedMail, 'id' | 'acceptedAt' | 'mime'> & {
  readonly acceptedAt?: string;
  /** A function is called at the first reading: building a copy that nobody looks at would slow a benchmark. */
  readonly mime: Buffer | (() => Buffer);
  /** Bytes that count against the cap; must be given when `mime` is a function. */
  readonly size?: number;
};

/** `added` carries the mail; `cleared` says that nothing is left. */
export type StoreEvent =
  | { readonly kind: 'added'; readonly mail: AcceptedMail }
  | { readonly kind: 'cleared' };

export class MailStore {
  /** Oldest first: a Map keeps the order of insertion. */
  readonly #mails = new Map<string, { readonly mail: AcceptedMail; readonly size: number }>();
  readonly #listeners = new Set<(event: StoreEvent) => void>();
  readonly #keep: number;
  readonly #keepBytes: number;
  #bytes = 0;
  #accepted = 0;

  /**
   * Older mails are forgotten, but stay counted in {@link accepted}, when there are more than `keep` (default 1000)
   * or when together they pass `keepBytes` (default 256 MiB). The newest one is always kept.
   */
  constructor(options: { readonly keep?: number; readonly keepBytes?: number } = {}) {
    this.#keep = options.keep ?? 1000;
    this.#keepBytes = options.keepBytes ?? 256 * 1024 * 1024;
  }

  /** How many mails were ever added, the forgotten and the cleared ones included. */
  get accepted(): number {
    return this.#accepted;
  }

  /** How many mails can be read now. */
  get size(): number {
    return this.#mails.size;
  }

  add(mail: NewMail): AcceptedMail {
    const { mime, size = mime.length, ...facts } = mail;
    const kept = withMime({ acceptedAt: new Date().toISOString(), ...facts, id: randomUUID() }, mime);
    this.#mails.set(kept.id, { mail: kept, size });
    this.#bytes += size;
    this.#accepted += 1;
    for (const [id, oldest] of this.#mails) {
      if (id === kept.id || (this.#mails.size <= this.#keep && this.#bytes <= this.#keepBytes)) break;
      this.#mails.delete(id);
      this.#bytes -= oldest.size;
    }
    this.#tell({ kind: 'added', mail: kept });
    return kept;
  }

  /** Newest first. */
  list(): AcceptedMail[] {
    return [...this.#mails.values()].map(({ mail }) => mail).toReversed();
  }

  get(id: string): AcceptedMail | undefined {
    return this.#mails.get(id)?.mail;
  }

  /** Forgets the mails, not the count of all ever accepted. */
  clear(): void {
    this.#mails.clear();
    this.#bytes = 0;
    this.#tell({ kind: 'cleared' });
  }

  /** Calls `listener` synchronously at every change, until the returned function is called. */
  subscribe(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #tell(event: StoreEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function withMime(facts: Omit<AcceptedMail, 'mime'>, mime: Buffer | (() => Buffer)): AcceptedMail {
  if (typeof mime !== 'function') return { ...facts, mime };
  let built: Buffer | undefined;
  return {
    ...facts,
    get mime() {
      built ??= mime();
      return built;
    },
  };
}
