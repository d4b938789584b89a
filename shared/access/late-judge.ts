/**
 * The judge of Entra ID's tokens, loaded with the first token: most bridges never see one.
 */
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import type { Log } from '../platform/log.ts';
import type { TokenJudge } from './doorkeeper.ts';

/** Loads nothing yet. */
export function lateJudge(config: Config, clock: Clock, log: Log): TokenJudge {
  let judge: Promise<TokenJudge> | undefined;
  const open = async () => {
    const { openEntraKeys } = await import('./entra-keys.ts');
    const { createTokenJudge } = await import('./entra-token.ts');
    return createTokenJudge(config, openEntraKeys(config.endpoints.loginUrl, clock, log), clock);
  };
  return async (token, register) => (await (judge ??= open()))(token, register);
}
