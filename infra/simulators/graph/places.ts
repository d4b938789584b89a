/** The places that an application has for requests in flight, over all mailboxes. */

export class Places {
  readonly #taken = new Map<string, number>();
  #throttled = 0;
  #peak = 0;

  /** Requests that found no place. */
  get throttled(): number {
    return this.#throttled;
  }

  /** The most places that were taken at once. */
  get peak(): number {
    return this.#peak;
  }

  /** Takes one of the app's places; undefined when none is left. The result gives the place back. */
  take(app: string, limit: number): (() => void) | undefined {
    const taken = this.#taken.get(app) ?? 0;
    if (taken >= limit) {
      this.#throttled += 1;
      return undefined;
    }
    this.#taken.set(app, taken + 1);
    this.#peak = Math.max(this.#peak, taken + 1);
    let given = false;
    return () => {
      if (!given) this.#taken.set(app, (this.#taken.get(app) ?? 1) - 1);
      given = true;
    };
  }
}
