/**
 * Whether a sender may call itself so. Pure.
 *
 * Mail programs show the display name and hide the address, so a name that holds another address speaks for somebody else.
 */
import { parseMailbox } from '../message/address.ts';
import type { Mailbox } from '../message/message.ts';

/** Whether two names look alike: compatibility forms, case and spaces do not count. */
export const sameName = (one: string, other: string): boolean => plain(one) === plain(other);

const plain = (name: string): string =>
  name.normalize('NFKC').toLowerCase().normalize('NFKC').split(/\s+/u).filter(Boolean).join(' ');

/** What nobody sees: format characters, spaces thinner than a word's, letters that are drawn as nothing. It parts no address. */
const unseen = /[\p{Cf}\u2000-\u200a\u202f\u205f\u115f\u1160\u3164\uffa0]/gu;

/** An address in a display name that is not the mailbox's own; undefined when there is none. */
export function foreignAddress({ name = '', address }: Mailbox): string | undefined {
  const words = name
    .replaceAll(unseen, '')
    .normalize('NFKC')
    // The full stops that IDNA takes for a dot (RFC 3490 §3.1) and NFKC leaves as they are.
    .replaceAll(/[\u3002\uff61]/g, '.')
    .split(/[\s<>()[\]{}"'`,;:|/\\]+/u);
  return words.find((word) => {
    const [, domain = ''] = /^[^@]+@([^@]+)$/.exec(word) ?? [];
    if (!/[^.]\.[^.]/.test(domain)) return false;
    const text = word.endsWith('.') ? word.slice(0, -1) : word;
    const read = parseMailbox(text);
    return (read.ok ? read.mailbox.address : text).toLowerCase() !== address.toLowerCase();
  });
}
