/**
 * Templates of messages, in Liquid (https://shopify.github.io/liquid/). A hook names one in place of our own layout; a submission
 * names one and gives variables.
 */

/** One entry of the register. */
export interface Template {
  /** Unique, in the form of a submitter's name. What another template renders by `{% render 'name' %}` is its `html` or `text`. */
  readonly name: string;
  /** Who may use it, beside hooks of that submitter; absent: every submitter. */
  readonly submitter?: string;
  readonly description?: string;
  /** One line. */
  readonly subject?: string;
  readonly text?: string;
  /** What variables put in is escaped, unless `| raw` says that it is HTML. */
  readonly html?: string;
  readonly createdAt?: Date;
  readonly changedAt?: Date;
}

/** Most characters of a part of a template: its row holds all of them. */
export const templateLimit = 20_000;
