/**
 * A text that cannot be printed: logs, errors, JSON and `util.inspect` show a placeholder, and only `reveal()` gives it away.
 *
 * Keys, client secrets and signing secrets are kept in one of these from where they come in to where they are used, so that a log
 * line or an error message that happens to hold one shows nothing.
 */
const shown = '<redacted>';

/** The wrapper. Two of them are never equal by value; compare digests in constant time instead. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. Call it where the text is used, and keep it no longer. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  /** What `console.log` and `util.inspect` call. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return shown;
  }
}
