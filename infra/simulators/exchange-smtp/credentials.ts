/** What a client shows at AUTH, and what Exchange Online makes of it. */

/** One mailbox of the pretend tenant. The simulator reads the properties anew each time: changing them takes effect. */
export interface SmtpMailbox {
  /** Primary address. */
  readonly address: string;
  /** Further addresses of the same mailbox, good for logging in and as sender. */
  readonly aliases?: readonly string[];
  /** The CAS mailbox switch `SmtpClientAuthenticationDisabled`, turned round. Default true. */
  readonly smtpAuth?: boolean;
  /** Client ids of the apps that have FullAccess. Default: every app. */
  readonly apps?: readonly string[];
  /** Other addresses for which a SendAs right is given. */
  readonly sendAs?: readonly string[];
}

/** Judges an access token for `https://outlook.office365.com`: whose it is, or that it is no good. */
export type TokenVerifier = (
  token: string,
) => Promise<{ readonly ok: true; readonly appId: string } | { readonly ok: false }>;

export interface Xoauth2 {
  readonly user: string;
  readonly token: string;
}

/**
 * Reads an XOAUTH2 response: base64 of `user=<mailbox> ^A auth=Bearer <token> ^A ^A` (Microsoft Learn, "Authenticate an
 * IMAP, POP or SMTP connection using OAuth"). Undefined when it is anything else.
 */
export function parseXoauth2(response: string): Xoauth2 | undefined {
  const text = Buffer.from(response, 'base64').toString('utf8');
  // eslint-disable-next-line no-control-regex
  const match = /^user=([^\u0001]+)\u0001auth=Bearer ([^\u0001]+)\u0001\u0001$/iu.exec(text);
  return match?.[1] === undefined || match[2] === undefined ? undefined : { user: match[1], token: match[2] };
}

export type Admission =
  | { readonly kind: 'admitted'; readonly mailbox: SmtpMailbox }
  /** Wrong token, unknown mailbox, no right to it: Exchange says the same to all of them. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'smtp-auth-disabled' };

/** Whether the app behind the token may log in as the user. */
export async function admit(
  credentials: Xoauth2 | undefined,
  verifyToken: TokenVerifier,
  mailboxes: Iterable<SmtpMailbox>,
): Promise<Admission> {
  if (credentials === undefined) return { kind: 'refused' };
  const verdict = await verifyToken(credentials.token);
  if (!verdict.ok) return { kind: 'refused' };
  const mailbox = [...mailboxes].find((candidate) => owns(candidate, credentials.user));
  if (mailbox === undefined) return { kind: 'refused' };
  if (mailbox.smtpAuth === false) return { kind: 'smtp-auth-disabled' };
  const allowed = mailbox.apps === undefined || mailbox.apps.includes(verdict.appId);
  return allowed ? { kind: 'admitted', mailbox } : { kind: 'refused' };
}

/** Whether a mailbox may put `address` into From. */
export function maySendAs(mailbox: SmtpMailbox, address: string): boolean {
  return owns(mailbox, address) || (mailbox.sendAs ?? []).some((other) => sameAddress(other, address));
}

function owns(mailbox: SmtpMailbox, address: string): boolean {
  return [mailbox.address, ...(mailbox.aliases ?? [])].some((own) => sameAddress(own, address));
}

export function sameAddress(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
