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

/** An address in a display name that is not the mailbox's own; undefined when there is none. */
export function foreignAddress({ name = '', address }: Mailbox): string | undefined {
  // What nobody sees parts no address.
  const words = name
    .normalize('NFKC')
    .replaceAll(/\p{Cf}/gu, '')
    .split(/[\s<>()[\]{}"'`,;:|/\\]+/u);
  return words.find((word) => {
    const [, domain = ''] = /^[^@]+@([^@]+)$/.exec(word) ?? [];
    if (!/[^.]\.[^.]/.test(domain)) return false;
    const text = word.endsWith('.') ? word.slice(0, -1) : word;
    const read = parseMailbox(text);
    return (read.ok ? read.mailbox.address : text).toLowerCase() !== address.toLowerCase();
  });
}
