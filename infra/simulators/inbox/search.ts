/**
 * The search language: words and "phrases" that all have to occur somewhere, and `from:`, `to:`, `subject:`, `via:`
 * (graph-json, graph-mime, smtp) and `has:attachment` for one place. A minus sign in front turns a term round.
 */
import type { AcceptedMail } from '../mail-store.ts';
import type { Party } from './letter.ts';
import type { Glance } from './letters.ts';

const PLACES = ['from', 'to', 'subject', 'via', 'has', 'anywhere'] as const;
type Place = (typeof PLACES)[number];

interface Term {
  readonly place: Place;
  /** Lower case. */
  readonly text: string;
  readonly negated: boolean;
}

export type Filter = readonly Term[];

export function parseSearch(query: string): Filter {
  const terms: Term[] = [];
  for (const match of query.matchAll(/(-?)(?:(from|to|subject|via|has):)?(?:"([^"]*)"|([^\s"]+))/giu)) {
    const text = (match[3] ?? match[4] ?? '').toLowerCase();
    const place = PLACES.find((one) => one === match[2]?.toLowerCase()) ?? 'anywhere';
    if (text !== '') terms.push({ place, text, negated: match[1] === '-' });
  }
  return terms;
}

/** A filter for one place, for a value that is taken as it is. */
export function only(place: 'from' | 'to' | 'subject' | 'via', text: string): Filter {
  return [{ place, text: text.toLowerCase(), negated: false }];
}

export function matches(filter: Filter, mail: AcceptedMail, glance: Glance): boolean {
  return filter.every((term) => occurs(term, mail, glance) !== term.negated);
}

function occurs({ place, text }: Term, mail: AcceptedMail, glance: Glance): boolean {
  const named = (parties: readonly Party[]): boolean =>
    parties.some(({ name, address }) => `${name} <${address}>`.toLowerCase().includes(text));
  switch (place) {
    case 'from':
      return named(glance.from) || mail.envelope.from.toLowerCase().includes(text);
    case 'to':
      return named(glance.to) || mail.envelope.to.some((address) => address.toLowerCase().includes(text));
    case 'subject':
      return glance.subject.toLowerCase().includes(text);
    case 'via':
      return mail.via.includes(text);
    case 'has':
      return text.startsWith('attachment') && glance.attachments > 0;
    case 'anywhere':
    default:
      return (
        glance.subject.toLowerCase().includes(text) ||
        glance.words.includes(text) ||
        named([...glance.from, ...glance.to])
      );
  }
}
