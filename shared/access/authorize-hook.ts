/**
 * Who may knock at a hook: whoever shows its key, in a header or in the URL, another credential of its submitter, comes from a network of
 * its submitter, or signs the body.
 */
import { ok, refuse, type Result } from '../platform/problem.ts';
import {
  admit,
  callerOf,
  checkScope,
  recognise,
  type Caller,
  type Credentials,
  type Recognised,
} from './authorize.ts';
import type { Hook } from './hook.ts';
import { liesIn } from './network.ts';
import type { AccessRegister } from './register.ts';

/** A request to a hook that may come in. */
export interface HookVisit {
  readonly hook: Hook;
  readonly caller: Caller;
  /** Whether the body must be signed: it has to be read and checked (signature/verify.ts) before anything is done for it. */
  readonly mustSign: boolean;
}

/**
 * Decides about a request to `/hooks/{name}`, without its body.
 *
 * @param wanted name of the hook; undefined where the sender's protocol has no place for one, and the key has to tell.
 *
 * Where the hook has a signature, every request must carry it, and a key that is shown as well must be right. Strangers learn nothing
 * of which hooks there are, but that one wants a signature.
 */
export function authorizeHook(
  register: AccessRegister,
  credentials: Credentials,
  wanted: string | undefined,
  now: Date,
): Result<HookVisit> {
  const found = visitor(register, credentials, wanted === undefined ? undefined : register.hook(wanted), now);
  if (!found.ok) return found;
  const { key, submitter } = found.value;
  const inUrl = credentials.shown.kind === 'key' && ['path', 'query'].includes(credentials.shown.carrier);
  if (inUrl && key?.hook === undefined) {
    return refuse(
      'key-in-url',
      'Only a key made for a hook may stand in a URL, since URLs end up in logs. Send this one as "Authorization: Bearer <key>", and have it replaced.',
    );
  }
  const name = wanted ?? key?.hook;
  if (name === undefined) {
    return refuse(
      'not-found',
      'Nothing here says which hook is meant. Use a key that was made for one hook, or the address of the hook itself.',
    );
  }
  if (key?.hook !== undefined && key.hook !== name) {
    return refuse('hook-key-only', `This key is for the hook "${key.hook}" and good for nothing else.`);
  }
  const granted = checkScope(key, 'submit');
  if (!granted.ok) return granted;
  const hook = register.hook(name);
  if (!hook || hook.submitter !== submitter.name) {
    return refuse('not-found', 'There is no hook of this name that this credential may use.');
  }
  if (hook.disabled) {
    return refuse(
      'hook-disabled',
      `The hook "${hook.name}" is disabled. Ask the administrator of this bridge.`,
    );
  }
  return ok({ hook, caller: callerOf(found.value), mustSign: hook.signature !== undefined });
}

/** Whoever knocks. Without a credential only the hook says who that could be. */
function visitor(
  register: AccessRegister,
  credentials: Credentials,
  hook: Hook | undefined,
  now: Date,
): Result<Recognised> {
  const { shown, clientAddress, certificate } = credentials;
  if (shown.kind !== 'nothing' || certificate !== undefined) return recognise(register, credentials, now);
  const submitter = hook && register.submitter(hook.submitter);
  const vouched =
    submitter &&
    (hook.signature !== undefined ||
      (submitter.authentication !== 'key-and-network' && liesIn(clientAddress, submitter.networks)));
  if (!vouched) {
    return refuse(
      'missing-credentials',
      'Send the key of this hook as "Authorization: Bearer <key>", or behind its name in the URL where the sender can set nothing else.',
    );
  }
  const admitted = admit(submitter, clientAddress, now);
  return admitted.ok ? ok({ submitter }) : admitted;
}
