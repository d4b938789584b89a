/**
 * Mailboxes as submitters write them: `ann@example.com`, `Ann <ann@example.com>`, `"Last, First" <ann@example.com>`.
 *
 * One strict form on purpose. What RFC 5322 allows beside it (comments, quoted local parts, routes, groups, literals) is what
 * parsers disagree about, and where two parsers disagree a recipient can be smuggled past the policy: the usual libraries read
 * `bob\r\nBcc: evil@example.org@example.net` as an address.
 */
import { findBidirectional, findUnprintable } from './character.ts';
import { parseDomain } from './domain.ts';
import { looksEncoded } from './encoded-word.ts';
import type { Mailbox } from './message.ts';

/** A mailbox, or a sentence saying what is wrong and what to do. */
export type MailboxResult =
  | { readonly ok: true; readonly mailbox: Mailbox }
  | { readonly ok: false; readonly reason: string };

const refuse = (reason: string): { readonly ok: false; readonly reason: string } => ({ ok: false, reason });

const severalAddresses =
  'Several addresses stand in one text; write a list with one address in each element.';

/** Longest text that is looked at; bounds the work as well. */
const textLimit = 1000;

/** Longest display name, in UTF-16 units. */
const nameLimit = 256;

/** RFC 5321 §4.5.3.1.1. */
const localLimit = 64;

/** RFC 5321 §4.5.3.1.3: 256 octets of path, less the angle brackets. */
const addressLimit = 254;

/** RFC 5322 §3.2.3, ASCII only: Exchange Online has no SMTPUTF8 mailboxes to send from, and Graph refuses such recipients. */
const dotAtom = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;

/** RFC 5322 §3.2.3 `specials` less the dot, which people write in names. */
const specials = /[()<>[\]:;@\\,"]/;

/**
 * Reads one mailbox.
 *
 * @returns the mailbox with its address in normal form (see `Mailbox`); the local part keeps its case.
 */
export function parseMailbox(text: string): MailboxResult {
  if (text.length > textLimit) return refuse(`The address is longer than ${textLimit} characters.`);
  const control = findUnprintable(text);
  if (control !== undefined) return refuse(`The control character ${control} is not allowed; remove it.`);
  const whole = text.replace(/^ +/, '').replace(/ +$/, '');
  if (whole === '') return refuse('The address is empty; write one such as name@example.com.');

  const open = whole.lastIndexOf('<');
  if (open === -1) {
    const address = parseAddress(whole);
    return address.ok ? { ok: true, mailbox: { address: address.address } } : address;
  }
  if (!whole.endsWith('>')) return refuse('The address must end with ">", as in Name <name@example.com>.');
  const name = parseName(whole.slice(0, open));
  if (!name.ok) return name;
  const address = parseAddress(whole.slice(open + 1, -1));
  if (!address.ok) return address;
  return {
    ok: true,
    mailbox: name.name === '' ? { address: address.address } : { address: address.address, name: name.name },
  };
}

type AddressResult =
  | { readonly ok: true; readonly address: string }
  | { readonly ok: false; readonly reason: string };

/**
 * Reads a bare address, `local@domain`.
 *
 * @returns the address in normal form.
 */
function parseAddress(text: string): AddressResult {
  const at = text.lastIndexOf('@');
  if (at === -1) return refuse('There is no "@"; write an address such as name@example.com.');
  const local = text.slice(0, at);
  if (local === '') return refuse('The part before "@" is missing.');
  if (/[,;]/.test(local) && local.includes('@')) {
    return refuse(severalAddresses);
  }
  if (!dotAtom.test(local)) {
    return refuse(
      'The part before "@" may hold letters a-z, digits, single dots inside and !#$%&\'*+/=?^_`{|}~- only; quotes, comments and spaces are not taken.',
    );
  }
  if (local.length > localLimit)
    return refuse(`The part before "@" is longer than ${localLimit} characters.`);
  const domain = parseDomain(text.slice(at + 1));
  if (!domain.ok) return domain;
  const address = `${local}@${domain.domain}`;
  if (address.length > addressLimit) return refuse(`The address is longer than ${addressLimit} characters.`);
  return { ok: true, address };
}

type NameResult =
  | { readonly ok: true; readonly name: string }
  | { readonly ok: false; readonly reason: string };

/** Reads what stands before the "<". */
function parseName(text: string): NameResult {
  let name = text.trim();
  if (name.startsWith('"')) {
    const inside = /^"((?:[^"\\]|\\.)*)"$/su.exec(name)?.[1];
    if (inside === undefined) return refuse('The double quotes around the name are not closed before "<".');
    name = inside.replaceAll(/\\(.)/gsu, '$1').trim();
  } else {
    if (/@.*[,;]/.test(name)) return refuse(severalAddresses);
    const special = specials.exec(name)?.[0];
    if (special !== undefined) {
      return refuse(
        `The character ${special} in the name needs double quotes around the name: "Last, First" <name@example.com>.`,
      );
    }
  }
  const bidi = findBidirectional(name);
  if (bidi !== undefined) {
    return refuse(`The character ${bidi} in the name changes the order in which it is read; remove it.`);
  }
  if (looksEncoded(name)) {
    return refuse('The name is encoded already (=?…?=); write it as plain text, it is encoded for you.');
  }
  if (name.length > nameLimit) return refuse(`The name is longer than ${nameLimit} characters.`);
  return { ok: true, name: name.replaceAll(/ {2,}/g, ' ') };
}
