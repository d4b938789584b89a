/**
 * Domain names of addresses: what is taken, and the one form that goes both to the policy and to the wire.
 */
import { domainToASCII, domainToUnicode } from 'node:url';

/** A domain in normal form, or a sentence saying what is wrong with it. */
export type DomainResult =
  | { readonly ok: true; readonly domain: string }
  | { readonly ok: false; readonly reason: string };

const refuse = (reason: string): DomainResult => ({ ok: false, reason });

/** Letters, digits and hyphens, no hyphen at either end (RFC 1123 §2.1), at most 63 octets (RFC 1035 §2.3.4). */
const ldhLabel = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** ASCII that no label has. */
const foreign = /[^a-z0-9.\u0080-\u{10ffff}-]/iu;

/**
 * What is neither letter, digit nor mark, and none of the signs that RFC 5892 §2.6 makes exceptions of. UTS 46 lets symbols pass, among
 * them look-alikes of "/" and "."; whoever owns such a name writes its A-label.
 */
const symbol = /[^\p{L}\p{M}\p{Nd}\p{Join_Control}\u00b7\u0375\u05f3\u05f4\u06fd\u06fe\u0f0b\u3007\u30fb-]/u;

/** Whether a character is another name for one: the Kelvin sign is a K. */
const isDouble = (character: string): boolean => {
  const composed = character.normalize('NFC');
  return composed !== character && Array.from(composed).length === 1;
};

/**
 * Reads the part behind the "@".
 *
 * @returns the domain in lower case and A-labels (RFC 5890 §2.3.2.1). Refused beside what RFC 5321 refuses: address literals, a
 *   single label, a trailing dot, a numeric last label (an IPv4 address in disguise), reserved labels with "--" in place 3 and 4
 *   (RFC 5890 §2.3.1), A-labels that decode to nothing valid, and Unicode that the mapping of UTS 46 would silently change into
 *   other letters: the name that is used is the name that was seen.
 */
export function parseDomain(text: string): DomainResult {
  if (text === '') return refuse('The domain after "@" is missing.');
  if (text.startsWith('[')) return refuse('An IP address in brackets is not taken; use a domain name.');
  const stranger = foreign.exec(text)?.[0];
  if (stranger !== undefined) {
    return refuse(
      stranger === ' '
        ? 'A space stands in the domain; remove it.'
        : `The character ${JSON.stringify(stranger)} cannot stand in a domain name.`,
    );
  }
  if (text.endsWith('.')) return refuse('The domain must not end with a dot.');
  const given = text.split('.');
  if (given.includes('')) return refuse('Two dots follow each other in the domain, or it begins with one.');
  if (given.length < 2) return refuse('The domain has only one part; write it in full, such as example.com.');
  const labels: string[] = [];
  for (const label of given) {
    const ascii = asciiLabel(label);
    if (ascii === undefined || !ldhLabel.test(ascii)) {
      return refuse(
        'A part of the domain is not a valid name: 1 to 63 letters, digits and hyphens, no hyphen at its ends, and no look-alike or invisible characters.',
      );
    }
    labels.push(ascii);
  }
  if (/^\d+$/.test(labels.at(-1) ?? '')) return refuse('The domain ends in a number; use a domain name.');
  const domain = labels.join('.');
  if (domain.length > 253) return refuse('The domain is longer than 253 characters.');
  return { ok: true, domain };
}

function asciiLabel(label: string): string | undefined {
  const lower = label.toLowerCase();
  if (lower.startsWith('xn--')) {
    const unicode = domainToUnicode(lower);
    return unicode !== lower && domainToASCII(unicode) === lower ? lower : undefined;
  }
  if (isAscii(label)) return isReserved(lower) ? undefined : lower;
  if (symbol.test(label) || Array.from(label).some(isDouble)) return undefined;
  const ascii = domainToASCII(label);
  if (ascii === '' || isReserved(ascii)) return undefined;
  return fold(domainToUnicode(ascii)) === fold(label) ? ascii : undefined;
}

const isReserved = (label: string): boolean => label.slice(2, 4) === '--' && !label.startsWith('xn--');

const isAscii = (text: string): boolean => !/[^ -~]/.test(text);

/** Composed and in lower case, character by character: whole-string lower-casing knows a final sigma, which IDNA does not. */
const fold = (text: string): string =>
  Array.from(text.normalize('NFC'), (character) => character.toLowerCase())
    .join('')
    .normalize('NFC');
