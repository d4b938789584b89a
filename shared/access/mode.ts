/**
 * In which mode a message is sent. `live`: to its recipients. `test`: not at all. `redirect`: to one address instead.
 *
 * A request may ask for `test` by the header `X-Postrider-Mode`, and for nothing less strict than its submitter has. Pure.
 */
import { parseMailbox } from '../message/address.ts';
import type { Mailbox } from '../message/message.ts';
import { ok, refuse, type Result } from '../platform/problem.ts';
import type { Submitter } from './submitter.ts';

/** A mode, with what it needs. */
export type SendingMode =
  | { readonly kind: 'live' }
  /** @property asked true when the request asked for it. */
  | { readonly kind: 'test'; readonly asked: boolean }
  | { readonly kind: 'redirect'; readonly to: Mailbox };

/**
 * Finds it.
 *
 * @param header looks up a request header by its lower-case name.
 * @returns a refusal for a header that cannot be read, since whoever meant `test` must not find the mail sent, and for a redirection
 *   that leads nowhere.
 */
export function sendingMode(
  { name, mode = 'live', redirectTo = '' }: Submitter,
  header: (name: string) => string | undefined,
): Result<SendingMode> {
  const wish = header('x-postrider-mode')?.trim().toLowerCase() ?? mode;
  if (wish !== 'live' && wish !== 'test' && wish !== 'redirect') {
    const detail = 'The header X-Postrider-Mode is "test", or left out. Nothing was accepted.';
    return refuse('invalid-mode', detail);
  }
  if (mode === 'test') return ok({ kind: 'test', asked: false });
  if (wish === 'test') return ok({ kind: 'test', asked: true });
  if (mode === 'live') {
    return wish === 'live'
      ? ok({ kind: 'live' })
      : refuse('invalid-mode', 'Only an administrator can have mail redirected. Nothing was accepted.');
  }
  const to = parseMailbox(redirectTo);
  if (to.ok) return ok({ kind: 'redirect', to: to.mailbox });
  const detail = `Mail of the submitter "${name}" is to be redirected, and nobody has said to which address. Ask the administrator of this bridge.`;
  return refuse('sending-suspended', detail, { retryAfterSeconds: 60 });
}
