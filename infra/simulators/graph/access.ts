/** Who may use which mailbox: the checks between a good token and the reading of the mail. */
import type { TokenClaims, TokenVerdict } from '../entra/tokens.ts';
import { GRAPH, type Refusal } from './errors.ts';
import type { Step } from './faults.ts';
import type { Mailbox, MailboxDirectory } from './mailboxes.ts';

export const GRAPH_AUDIENCE = 'https://graph.microsoft.com';

export type TokenReading =
  | { readonly ok: true; readonly claims: TokenClaims }
  | { readonly ok: false; readonly refusal: Refusal };

/** Verifies the Authorization header with `verify`, which answers for {@link GRAPH_AUDIENCE}. */
export async function readToken(
  authorization: string | undefined,
  verify: (token: string) => Promise<TokenVerdict>,
): Promise<TokenReading> {
  const token = /^Bearer +(\S+)$/iu.exec(authorization ?? '')?.[1];
  if (token === undefined) return { ok: false, refusal: GRAPH.tokenEmpty };
  const verdict = await verify(token);
  return verdict.ok ? verdict : { ok: false, refusal: REFUSAL_OF[verdict.reason] };
}

const REFUSAL_OF: Record<Extract<TokenVerdict, { ok: false }>['reason'], Refusal> = {
  malformed: GRAPH.tokenMalformed,
  signature: GRAPH.tokenSignature,
  expired: GRAPH.tokenExpired,
  'not-yet': GRAPH.tokenExpired,
  audience: GRAPH.tokenAudience,
};

export type MailboxReading =
  | { readonly ok: true; readonly mailbox: Mailbox }
  | { readonly ok: false; readonly refusal: Refusal };

/**
 * The application permissions of which one must be in the token:
 * https://learn.microsoft.com/graph/permissions-reference and the pages of the single requests, read 2026-11.
 */
const PERMISSIONS: Readonly<Record<Step, readonly string[]>> = {
  sendMail: ['Mail.Send'],
  send: ['Mail.Send'],
  createDraft: ['Mail.ReadWrite'],
  attachment: ['Mail.ReadWrite'],
  upload: ['Mail.ReadWrite'],
  delete: ['Mail.ReadWrite'],
  read: ['Mail.Read', 'Mail.ReadWrite'],
};

/** @param unknownUser the refusal for a name that nobody has: Graph has two, and uses both for the same user. */
export function openMailbox(
  user: string,
  step: Step,
  claims: TokenClaims,
  directory: MailboxDirectory,
  unknownUser: (user: string) => Refusal,
): MailboxReading {
  const hasRole = PERMISSIONS[step].some((role) => claims.roles?.includes(role));
  const mailbox = directory.find(user);
  const granted = mailbox?.apps?.includes(claims.appid ?? '');
  if (!(granted ?? hasRole)) return { ok: false, refusal: GRAPH.accessDenied };
  if (mailbox === undefined) return { ok: false, refusal: unknownUser(user) };
  if (mailbox.kind === 'unlicensed') return { ok: false, refusal: GRAPH.mailboxNotEnabled };
  if (mailbox.kind === 'group') return { ok: false, refusal: GRAPH.noMailbox };
  return { ok: true, mailbox };
}
