/**
 * When each mailbox had how many mails accepted, by Graph and SMTP together: what Exchange's sending limits count
 * (30 messages a minute, 10,000 recipients a day). Unlike the store of mails it forgets nothing.
 */
import type { MailStore } from './mail-store.ts';

export interface Acceptance {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** To, cc and bcc together. */
  readonly recipients: number;
}

export class Acceptances {
  readonly #byMailbox = new Map<string, Acceptance[]>();

  /** Counts from now on. */
  constructor(store: MailStore) {
    store.subscribe((event) => {
      if (event.kind !== 'added') return;
      const { mailbox, acceptedAt, envelope } = event.mail;
      const acceptance = { at: Date.parse(acceptedAt), recipients: envelope.to.length };
      const known = this.#byMailbox.get(mailbox);
      if (known === undefined) this.#byMailbox.set(mailbox, [acceptance]);
      else known.push(acceptance);
    });
  }

  /** Those of a mailbox (primary address), in the order in which they were accepted. */
  of(mailbox: string): readonly Acceptance[] {
    return this.#byMailbox.get(mailbox) ?? [];
  }

  /** The most mails, and the most recipients, that any span of so many milliseconds holds (its end not included). */
  worst(mailbox: string, span: number): { readonly mails: number; readonly recipients: number } {
    const all = this.of(mailbox).toSorted((one, other) => one.at - other.at);
    let first = 0;
    let held = 0;
    let [mails, recipients] = [0, 0];
    for (const [index, acceptance] of all.entries()) {
      held += acceptance.recipients;
      for (
        let oldest = all[first];
        oldest !== undefined && oldest.at <= acceptance.at - span;
        oldest = all[first]
      ) {
        held -= oldest.recipients;
        first += 1;
      }
      mails = Math.max(mails, index - first + 1);
      recipients = Math.max(recipients, held);
    }
    return { mails, recipients };
  }
}
