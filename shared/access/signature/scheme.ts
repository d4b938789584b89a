/**
 * What a scheme of signatures is: it tells whether a body was signed with a secret, and what makes the signature this one and no other.
 */

/** A request whose body is signed. */
export interface SignedRequest {
  /** Looks up a request header by its lower-case name. */
  readonly header: (name: string) => string | undefined;
  /** As it came, byte for byte. */
  readonly body: Uint8Array;
}

/** What a scheme says of a request. */
export type Verdict =
  /**
   * `once`: the same when the request is sent again, and different for every other one. `dated`: whether the time was signed, so that a
   * replay becomes stale by itself.
   */
  | { readonly ok: true; readonly once: string; readonly dated: boolean }
  /** `missing`: there is no signature. `stale`: it is right, but too old, or from the future. `wrong`: anything else. */
  | { readonly ok: false; readonly fault: 'missing' | 'stale' | 'wrong' };

/** Judges a request. Never throws, whatever the headers hold. @param secret as the setting has it. */
export type Scheme = (secret: string, request: SignedRequest, now: Date) => Verdict;
