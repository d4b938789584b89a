/** Remembers what was read of each mail: all of the few facts that a list shows, and the last letters as a whole. */
import type { AcceptedMail } from '../mail-store.ts';
import { plainText, readLetter, type Letter, type Party } from './letter.ts';

/** What a list shows of a mail. */
export interface Glance {
  readonly from: readonly Party[];
  /** Every recipient: to, cc and bcc alike. */
  readonly to: readonly Party[];
  readonly subject: string;
  /** The beginning of the text on one line, at most 250 characters. */
  readonly snippet: string;
  /** Bytes of the whole mail. */
  readonly size: number;
  /** Attachments that the HTML does not show by itself. */
  readonly attachments: number;
  /** Beginning of the text, lower case: for searching. */
  readonly words: string;
}

const SNIPPET = 250;
const SEARCHABLE = 10_000;
/** A letter holds its attachments decoded, so only a few are kept. */
const LETTERS = 4;

export class Letters {
  /** Weak, so that what the store forgets is forgotten here too. */
  readonly #glances = new WeakMap<AcceptedMail, Glance>();
  readonly #letters = new Map<AcceptedMail, Promise<Letter>>();

  letter(mail: AcceptedMail): Promise<Letter> {
    const letter = this.#letters.get(mail) ?? readLetter(mail);
    this.#letters.delete(mail);
    this.#letters.set(mail, letter);
    const [oldest] = this.#letters.keys();
    if (this.#letters.size > LETTERS && oldest !== undefined) this.#letters.delete(oldest);
    return letter;
  }

  async glance(mail: AcceptedMail): Promise<Glance> {
    const known = this.#glances.get(mail);
    if (known !== undefined) return known;
    // Not through letter(): a list of large mails would hold all of them decoded.
    const glance = glanceAt(await readLetter(mail), mail);
    this.#glances.set(mail, glance);
    return glance;
  }
}

function glanceAt(letter: Letter, mail: AcceptedMail): Glance {
  const text = plainText(letter).slice(0, SEARCHABLE);
  return {
    from: letter.from.length > 0 ? letter.from : [{ name: '', address: mail.envelope.from }],
    to: [...letter.to, ...letter.cc, ...letter.bcc],
    subject: letter.subject,
    snippet: text
      .slice(0, 2 * SNIPPET)
      .replaceAll(/\s+/gu, ' ')
      .trim()
      .slice(0, SNIPPET),
    size: mail.mime.length,
    attachments: letter.attachments.filter(({ inline }) => !inline).length,
    words: text.toLowerCase(),
  };
}
