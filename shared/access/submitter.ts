/**
 * A submitter: a registered application or device, what it may send as, and from where it may come without a key.
 */

/** One row of the register. */
export interface Submitter {
  /** Unique, lower case letters, digits and hyphens, up to 64. */
  readonly name: string;
  /** Addresses, or `@domain` for all of a domain, that it may send as. Empty: none. */
  readonly senders: readonly string[];
  /** Networks in CIDR form whose requests are this submitter's without any key. */
  readonly networks: readonly string[];
  readonly disabled: boolean;
  /** With a key of this one, dead letters of all submitters are seen and decided on. */
  readonly operator?: boolean;
  /** Seconds within which the same body, sent again without any key, is a repetition. Absent: never. At most a day. */
  readonly dedupeWindow?: number;
}

/** A key of a submitter as stored. */
export interface StoredApiKey {
  readonly id: string;
  readonly submitter: string;
  /** SHA-256, hexadecimal. */
  readonly hash: string;
  readonly createdAt: Date;
}

/** Whether a submitter may send as an address. Both in normal form; case does not count. */
export function maySendAs(submitter: Submitter, address: string): boolean {
  const wanted = address.toLowerCase();
  const domain = wanted.slice(wanted.lastIndexOf('@'));
  return submitter.senders.some((sender) => {
    const allowed = sender.toLowerCase();
    return allowed === wanted || (allowed.startsWith('@') && allowed === domain);
  });
}

/** Whether a text can be a submitter's name. */
export const isSubmitterName = (text: string): boolean => /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(text);
