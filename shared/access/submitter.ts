/**
 * A submitter: a registered application or device, what it may send, from where, how much, and how it proves who it is.
 *
 * Only `name`, `senders`, `networks` and `disabled` must be there. What is absent restricts nothing, except where said otherwise.
 */

/** One entry of the register. */
export interface Submitter {
  /** Unique, lower case letters, digits and hyphens, up to 64. */
  readonly name: string;
  /** What it is and what it sends, for people. */
  readonly description?: string;
  /** Whom to ask: an address or a name. */
  readonly owner?: string;
  readonly kind?: SubmitterKind;
  /** Addresses, or `@domain` for all of a domain, that it may send as. Empty: none. */
  readonly senders: readonly string[];
  /** Networks in CIDR form; what they are good for is said by `authentication`. */
  readonly networks: readonly string[];
  /**
   * `key-or-network`, the default: a key (or another credential) from anywhere, or its networks without any.
   * `key-and-network`: a credential, and from one of its networks.
   */
  readonly authentication?: 'key-or-network' | 'key-and-network';
  readonly disabled: boolean;
  /** From then on it is refused. */
  readonly expiresAt?: Date;
  /** Applications of Entra ID whose tokens speak for it. */
  readonly entra?: readonly EntraCaller[];
  /** Secrets with which it signs its requests; each is named, and stands in the settings. */
  readonly signingKeys?: readonly SigningKey[];
  /** SHA-256 of client certificates (DER), hexadecimal, lower case; taken only behind a front end that forwards them. */
  readonly certificates?: readonly string[];
  readonly policy?: Policy;
  readonly limits?: Limits;
  /** `test`: everything but the sending. `redirect`: all mail to `redirectTo`. Default `live`. */
  readonly mode?: 'live' | 'test' | 'redirect';
  /** Where everything goes in mode `redirect`. */
  readonly redirectTo?: string;
  /** Until then its messages are accepted, and wait. */
  readonly quietUntil?: Date;
  /** Seconds within which the same body, sent again without any key, is a repetition. Absent: never. At most a day. */
  readonly dedupeWindow?: number;
  readonly createdAt?: Date;
  readonly changedAt?: Date;
}

/** What kind of thing a submitter is, for the application portfolio. */
export const submitterKinds = ['application', 'device', 'monitoring', 'person', 'other'] as const;
export type SubmitterKind = (typeof submitterKinds)[number];

/** An application (service principal, managed identity) of Entra ID. */
export interface EntraCaller {
  /** Application (client) ID: the token's `azp` or `appid`. */
  readonly appId: string;
  /** Directory (tenant) ID; the bridge's own when absent. */
  readonly tenantId?: string;
  /** An app role that its token must carry. */
  readonly role?: string;
}

/** A secret that a vendor's client signs with. It must be recoverable, so it stands in the settings, by reference to Key Vault. */
export interface SigningKey {
  /** For `sigv4` the access key ID that the client sends; else a name. */
  readonly id: string;
  readonly scheme: 'acs' | 'sigv4';
  /** Its name: the setting is `POSTRIDER_SECRET_<NAME>`. */
  readonly secret: string;
}

/** What a message may be. Addresses are an address, `@domain`, or `@*.domain` for all below a domain. */
export interface Policy {
  /** Display names that it may use with its senders; absent: any. */
  readonly displayNames?: readonly string[];
  /** Where replies may go; absent: anywhere. */
  readonly replyTo?: readonly string[];
  /** `internal`: the accepted domains of the tenant (POSTRIDER_INTERNAL_DOMAINS) only. Absent: any. */
  readonly recipients?: 'any' | 'internal' | readonly string[];
  /** Never these, whatever `recipients` says. */
  readonly deniedRecipients?: readonly string[];
  /** Most recipients of a message. */
  readonly maxRecipients?: number;
  /** Most bytes of a message: texts and decoded attachments. */
  readonly maxBytes?: number;
  readonly attachments?: AttachmentPolicy;
  /** Header fields that a message must have, by name, each with a text that its value must hold (empty: any). */
  readonly requiredHeaders?: Readonly<Record<string, string>>;
  /** Header fields that a message must not have, by name. */
  readonly forbiddenHeaders?: readonly string[];
}

/** Which files may be attached. Types are judged by content as well as by name. */
export interface AttachmentPolicy {
  /** Most files of a message; 0 for none at all. */
  readonly max?: number;
  /** Media types (`image/*` too) and file name extensions (`.pdf`); absent: any. */
  readonly allow?: readonly string[];
  /** Never these. */
  readonly deny?: readonly string[];
}

/** How much may be submitted. Over all instances of the bridge. */
export interface Limits {
  readonly requestsPerSecond?: number;
  /** Requests that may come at once after a pause; those of ten seconds when absent. */
  readonly burst?: number;
  readonly messagesPerMinute?: number;
  readonly messagesPerHour?: number;
  readonly messagesPerDay?: number;
  readonly recipientsPerDay?: number;
  /** Bytes of messages: texts and decoded attachments. */
  readonly bytesPerDay?: number;
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

/** Whether a text can be the name of a submitter, an operator or a hook. */
export const isSubmitterName = (text: string): boolean => /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(text);
