/** Reads the body of a `sendMail` request, JSON or MIME, and puts what is acceptable into the store. */
import type { MailStore } from '../mail-store.ts';
import { GRAPH, type ErrorFacts, type Refusal } from './errors.ts';
import { readJsonMail } from './json-message.ts';
import { mimeOfJson } from './json-to-mime.ts';
import type { Mailbox } from './mailboxes.ts';
import { mimeAfterLosses, readMimeMail } from './mime-message.ts';

export class MailIntake {
  readonly #store: MailStore;
  /** Per mailbox address: the x-headers (lower case) that JSON has made known there, and that MIME keeps from then on. */
  readonly #known = new Map<string, Set<string>>();

  constructor(store: MailStore) {
    this.#store = store;
  }

  /** Undefined: accepted and stored. */
  take(
    mailbox: Mailbox,
    contentType: string | undefined,
    body: Buffer,
    facts: ErrorFacts,
  ): Refusal | undefined {
    const mediaType = contentType?.split(';', 1)[0]?.trim().toLowerCase();
    if (mediaType === 'text/plain') return this.#takeMime(mailbox, body, facts);
    return mediaType === 'application/json' ? this.#takeJson(mailbox, body, facts) : GRAPH.notJson;
  }

  #takeJson(mailbox: Mailbox, body: Buffer, facts: ErrorFacts): Refusal | undefined {
    const reading = readJsonMail(body, mailbox);
    if (!reading.ok) return reading.refusal;
    const { mail, json } = reading;
    for (const { name } of mail.headers) this.#knownIn(mailbox).add(name.toLowerCase());
    const acceptedAt = new Date(facts.now);
    this.#store.add({
      via: 'graph-json',
      mailbox: mailbox.address,
      envelope: {
        from: mail.from.address,
        to: [...mail.to, ...mail.cc, ...mail.bcc].map(({ address }) => address),
      },
      mime: () => mimeOfJson(mail, { acceptedAt }),
      json,
      size: body.length,
      ...common(facts),
    });
    return undefined;
  }

  #takeMime(mailbox: Mailbox, body: Buffer, facts: ErrorFacts): Refusal | undefined {
    const reading = readMimeMail(body);
    if (!reading.ok) return reading.refusal;
    // Taken now, not when somebody looks: a header that becomes known later comes too late for this mail.
    const known = new Set(this.#knownIn(mailbox));
    this.#store.add({
      via: 'graph-mime',
      mailbox: mailbox.address,
      envelope: { from: mailbox.address, to: reading.recipients },
      mime: () => mimeAfterLosses(reading, mailbox, known),
      size: reading.raw.length,
      ...common(facts),
    });
    return undefined;
  }

  #knownIn({ address }: Mailbox): Set<string> {
    let known = this.#known.get(address);
    if (known === undefined) {
      known = new Set();
      this.#known.set(address, known);
    }
    return known;
  }
}

function common(facts: ErrorFacts): { acceptedAt: string; requestId: string; clientRequestId: string } {
  return {
    acceptedAt: new Date(facts.now).toISOString(),
    requestId: facts.requestId,
    clientRequestId: facts.clientRequestId,
  };
}
