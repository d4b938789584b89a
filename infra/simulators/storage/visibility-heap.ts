/**
 * The messages of a queue by the time at which they become visible; equals in the order of their arrival. Every message knows
 * its place, so that one can be hidden, shown or taken out in O(log n).
 */
export interface Waiting {
  /** Milliseconds since 1970. */
  visibleAt: number;
  readonly sequence: number;
  /** Kept by the heap. */
  place: number;
}

export class VisibilityHeap<M extends Waiting> {
  #items: M[] = [];

  /** The message that becomes visible first. */
  first(): M | undefined {
    return this.#items[0];
  }

  add(item: M): void {
    this.#put(item, this.#items.length);
    this.#rise(item);
  }

  remove(item: M): void {
    const last = this.#items.pop();
    if (last === undefined || last === item) return;
    this.#put(last, item.place);
    this.#moved(last);
  }

  /** Sets when a message of this heap becomes visible. */
  show(item: M, visibleAt: number): void {
    item.visibleAt = visibleAt;
    this.#moved(item);
  }

  #moved(item: M): void {
    this.#rise(item);
    this.#sink(item);
  }

  #rise(item: M): void {
    while (item.place > 0) {
      const parent = this.#items[(item.place - 1) >> 1]!;
      if (!before(item, parent)) return;
      this.#swap(item, parent);
    }
  }

  #sink(item: M): void {
    for (;;) {
      const left = this.#items[2 * item.place + 1];
      const right = this.#items[2 * item.place + 2];
      const child = left && right && before(right, left) ? right : left;
      if (child === undefined || !before(child, item)) return;
      this.#swap(item, child);
    }
  }

  #swap(one: M, other: M): void {
    const { place } = one;
    this.#put(one, other.place);
    this.#put(other, place);
  }

  #put(item: M, place: number): void {
    this.#items[place] = item;
    item.place = place;
  }
}

const before = (one: Waiting, other: Waiting): boolean =>
  one.visibleAt === other.visibleAt ? one.sequence < other.sequence : one.visibleAt < other.visibleAt;
