/**
 * Whose request was refused, for the audit trail: told by a key that is right, whatever else spoke against the request.
 */
import { apiKeyId, matchesHash } from './api-key.ts';
import type { Administrator, Caller } from './authorize.ts';
import { readCarriers, type CarrierFacts } from './carriers.ts';
import type { AccessStore } from './store.ts';

/** Who it is; `stranger` when no key is right. `keyId` is what the key claims to be. */
export interface Holder {
  readonly kind: 'submitter' | 'operator' | 'stranger';
  readonly name?: string;
  readonly keyId?: string;
}

/** Looks at the key that is shown, in the register as it is known. Never throws: without a register everybody is a stranger. */
export async function holderOf(access: Pick<AccessStore, 'register'>, facts: CarrierFacts): Promise<Holder> {
  const shown = readCarriers(facts, false);
  if (shown.kind !== 'key') return { kind: 'stranger' };
  const { text } = shown;
  const keyId = apiKeyId(text);
  if (keyId === undefined) return { kind: 'stranger' };
  const register = await access.register().catch(() => undefined);
  const stored = register?.key(keyId);
  if (!stored || !matchesHash(text, stored.hash)) return { kind: 'stranger', keyId };
  const { submitter, operator } = stored;
  if (submitter !== undefined) return { kind: 'submitter', name: submitter, keyId };
  return operator === undefined ? { kind: 'stranger', keyId } : { kind: 'operator', name: operator, keyId };
}

/** Somebody who was recognised. */
export function holderIs(caller: Caller | Administrator): Holder {
  const { keyId } = caller;
  const key = keyId === undefined ? {} : { keyId };
  return 'submitter' in caller
    ? { kind: 'submitter', name: caller.submitter.name, ...key }
    : { kind: 'operator', name: caller.operator.name, ...key };
}
