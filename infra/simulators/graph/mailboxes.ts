/** The recipients and mailboxes of the pretend tenant, as data. */

export interface Mailbox {
  /** The primary SMTP address. */
  readonly address: string;
  /** Default: the address. A guest's looks like `jo_fabrikam.com#EXT#@contoso.onmicrosoft.com`. */
  readonly userPrincipalName?: string;
  /** The object id, a GUID. */
  readonly id?: string;
  readonly displayName?: string;
  /** Further addresses of the same mailbox. Mail written in their name leaves with the primary address. */
  readonly aliases?: readonly string[];
  /** Default `user`. `unlicensed` is an account without mailbox, `group` an address without one. */
  readonly kind?: 'user' | 'shared' | 'unlicensed' | 'group';
  /** Other addresses that may stand in From: Exchange's "Send As". */
  readonly sendAs?: readonly string[];
  /**
   * Client ids of the only applications that may use the mailbox, consented role or not: RBAC for Applications grants
   * without a role, an ApplicationAccessPolicy takes away in spite of one. Left out: every app with the role may.
   */
  readonly apps?: readonly string[];
  /** SMTP AUTH is switched on for it. Default true; Graph does not care. */
  readonly smtpAuth?: boolean;
}

export class MailboxDirectory {
  readonly #byName = new Map<string, Mailbox>();

  constructor(mailboxes: readonly Mailbox[]) {
    for (const mailbox of mailboxes) this.add(mailbox);
  }

  /** Adds a mailbox, or replaces the one with the same names. */
  add(mailbox: Mailbox): void {
    const names = [mailbox.address, mailbox.userPrincipalName, mailbox.id];
    for (const name of names) if (name !== undefined) this.#byName.set(name.toLowerCase(), mailbox);
  }

  /** By object id, user principal name or primary address: what may stand in `/users/{id}`. */
  find(name: string): Mailbox | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  /** Those that really have a mailbox, each once. */
  *[Symbol.iterator](): Generator<Mailbox, void> {
    for (const mailbox of new Set(this.#byName.values())) {
      if (mailbox.kind !== 'unlicensed' && mailbox.kind !== 'group') yield mailbox;
    }
  }
}

/** The address that a mail with this From would carry; undefined when the mailbox may not write in its name. */
export function senderAddress(mailbox: Mailbox, from: string): string | undefined {
  const wanted = from.toLowerCase();
  const is = (address: string | undefined): boolean => address?.toLowerCase() === wanted;
  if (is(mailbox.address) || is(mailbox.userPrincipalName) || mailbox.aliases?.some(is))
    return mailbox.address;
  return mailbox.sendAs?.find(is);
}
