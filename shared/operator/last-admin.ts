/**
 * That nobody locks everybody out: at least one administrator who can show a key is left, whatever is done over HTTP.
 */
import type { Operator } from '../access/operator.ts';
import type { StoredApiKey } from '../access/stored-key.ts';
import { refuse } from '../platform/problem.ts';

/** Who there is, and with what. */
export interface Administration {
  readonly operators: readonly Operator[];
  readonly keys: readonly StoredApiKey[];
}

/** Whether somebody can administer: not disabled, not run out, with a key that has not run out. */
export function hasAdmin({ operators, keys }: Administration, now: Date): boolean {
  const lives = ({ expiresAt }: { readonly expiresAt?: Date }) => expiresAt === undefined || expiresAt > now;
  const holders = new Set(keys.filter(lives).map(({ operator }) => operator));
  return operators.some(
    (one) => one.role === 'admin' && !one.disabled && lives(one) && holders.has(one.name),
  );
}

/** The refusal. */
export const lastAdmin = () =>
  refuse(
    'last-admin',
    'Nobody with the role "admin" and a valid key would be left to undo this. Give both to another operator first, or use the command line.',
  );
