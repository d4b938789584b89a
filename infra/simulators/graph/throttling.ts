/**
 * What Graph measures of an application in a mailbox over time: the bytes it uploads, and whether it comes back before
 * it was told to. https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits, read 2026-11.
 */

/** Bytes that may be written to a mailbox in a sliding window. */
export class UploadBudget {
  readonly #writings = new Map<
    string,
    { total: number; readonly entries: { at: number; bytes: number }[] }
  >();

  /**
   * Counts the bytes, if they still fit: undefined then, or else the milliseconds until they will.
   * @param limit bytes in a window. @param window milliseconds. @param now milliseconds since 1970.
   */
  take(key: string, bytes: number, limit: number, window: number, now: number): number | undefined {
    const writing = this.#writings.get(key) ?? { total: 0, entries: [] };
    this.#writings.set(key, writing);
    const { entries } = writing;
    for (let oldest = entries[0]; oldest !== undefined && oldest.at <= now - window; oldest = entries[0]) {
      writing.total -= oldest.bytes;
      entries.shift();
    }
    if (writing.total + bytes > limit) {
      let left = writing.total;
      const enough = entries.find((entry) => (left -= entry.bytes) + bytes <= limit);
      return enough === undefined ? window : enough.at + window - now;
    }
    writing.total += bytes;
    const last = entries.at(-1);
    // Slices of the window, not single requests: there may be thousands of those.
    if (last !== undefined && now - last.at < window / 300) last.bytes += bytes;
    else entries.push({ at: now, bytes });
    return undefined;
  }
}

/** Counts the requests that come before the `Retry-After` of an earlier answer has passed. */
export class RetryWatch {
  /** Milliseconds since 1970. */
  readonly #notBefore = new Map<string, number>();
  #early = 0;

  get early(): number {
    return this.#early;
  }

  /** @param retryAfter as in the header: seconds, a fraction of them, or an HTTP date. */
  tell(key: string, retryAfter: string, now: number): void {
    const seconds = Number(retryAfter);
    const at = Number.isNaN(seconds) ? Date.parse(retryAfter) : now + seconds * 1000;
    if (at > (this.#notBefore.get(key) ?? 0)) this.#notBefore.set(key, at);
  }

  arrive(key: string, now: number): void {
    if (now < (this.#notBefore.get(key) ?? 0)) this.#early += 1;
  }
}
