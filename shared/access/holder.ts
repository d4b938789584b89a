/**
 * Whose request was refused, for the audit trail: told by a key that is right, whatever else spoke against the request.
 */
import { apiKeyId, matchesHash } from './api-key.ts';
import { shownKeys, type Administrator, type Caller, type Credentials } from './authorize.ts';
import type { AccessRegister } from './register.ts';

/** Who it is; `stranger` when no key is right. `keyId` is what the key claims to be. */
export interface Holder {
  readonly kind: 'submitter' | 'operator' | 'stranger';
  readonly name?: string;
  readonly keyId?: string;
}

/** Looks at the first key that is shown. */
export function holderOf(register: AccessRegister, header: Credentials['header']): Holder {
  const [key = ''] = shownKeys(header);
  const keyId = apiKeyId(key);
  if (keyId === undefined) return { kind: 'stranger' };
  const stored = register.key(keyId);
  if (!stored || !matchesHash(key, stored.hash)) return { kind: 'stranger', keyId };
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
