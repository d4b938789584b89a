/** One queue: its messages, by id and by the time at which they become visible. */
import { VisibilityHeap, type Waiting } from './visibility-heap.ts';

/** Times in milliseconds since 1970. */
export interface Message extends Waiting {
  readonly id: string;
  text: string;
  readonly insertedAt: number;
  readonly expiresAt: number;
  popReceipt: string;
  dequeueCount: number;
  /** A fault made it: the second delivery of another message. */
  readonly copy: boolean;
}

export class Queue {
  readonly #messages = new Map<string, Message>();
  readonly #heap = new VisibilityHeap<Message>();
  #sequence = 0;

  /** Also those that are hidden. */
  get size(): number {
    return this.#messages.size;
  }

  get(id: string): Message | undefined {
    return this.#messages.get(id);
  }

  put(message: Omit<Message, 'sequence' | 'place' | 'dequeueCount'>): void {
    const added = { ...message, dequeueCount: 0, sequence: this.#sequence++, place: 0 };
    this.#messages.set(added.id, added);
    this.#heap.add(added);
  }

  /** Hides a message, or shows it again, under a new pop receipt. */
  show(message: Message, visibleAt: number, popReceipt: string): void {
    message.popReceipt = popReceipt;
    this.#heap.show(message, visibleAt);
  }

  remove(message: Message): void {
    this.#messages.delete(message.id);
    this.#heap.remove(message);
  }

  /** Up to `count` messages that are visible at `now`, the longest visible first. The expired go as they come up. */
  visible(now: number, count: number): Message[] {
    const found: Message[] = [];
    for (;;) {
      const first = this.#heap.first();
      if (!first || first.visibleAt > now || found.length === count) break;
      this.#heap.remove(first);
      if (first.expiresAt > now) found.push(first);
      else this.#messages.delete(first.id);
    }
    for (const message of found) this.#heap.add(message);
    return found;
  }
}
