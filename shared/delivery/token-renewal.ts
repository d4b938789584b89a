/** What to do when a resource has refused a token: get another one, once, and not one for every message that was refused. */
import type { TokenResult, TokenSource } from './transport.ts';

/**
 * Another token than the refused one. Messages that were refused together share one renewal: whoever comes second finds the
 * new token in place.
 *
 * @param refused the access token that the resource did not take; undefined when it is not known.
 * @returns a token, the reason why there is none, or `'same'` when only the refused one can be had.
 */
export async function replaceToken(
  tokens: TokenSource,
  scope: string,
  refused: string | undefined,
): Promise<TokenResult | 'same'> {
  const current = await tokens.token(scope);
  if (current.ok && current.accessToken !== refused) return current;
  const renewed = await tokens.token(scope, true);
  return renewed.ok && renewed.accessToken === refused ? 'same' : renewed;
}
