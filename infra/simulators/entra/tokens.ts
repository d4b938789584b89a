/**
 * The signing key of the pretend Entra ID: makes the tokens and, for the services that trust them, verifies them.
 * RS256, as the real one signs.
 */
import { createHash, generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import {
  compactVerify,
  decodeJwt,
  decodeProtectedHeader,
  exportJWK,
  SignJWT,
  type JWK,
  type JWTPayload,
} from 'jose';

/** The claims the simulators look at; everything else of the payload is carried along. */
export interface TokenClaims extends JWTPayload {
  readonly aud: string;
  /** Seconds since 1970, as in RFC 7519. */
  readonly exp: number;
  /** The application (client) id. Absent in tokens of managed identities that carry none. */
  readonly appid?: string;
  readonly tid?: string;
  readonly roles?: readonly string[];
}

export type TokenVerdict =
  | { readonly ok: true; readonly claims: TokenClaims }
  | { readonly ok: false; readonly reason: 'malformed' | 'signature' | 'expired' | 'not-yet' | 'audience' };

/** How many verified tokens are remembered before the memory starts anew. */
const REMEMBERED = 1000;

export class TokenMint {
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;
  readonly #jwk: JWK;
  readonly #now: () => number;
  /** Signature and shape of these were checked; their times and audience are looked at on every use. */
  readonly #verified = new Map<string, TokenClaims>();

  private constructor(keys: { privateKey: KeyObject; publicKey: KeyObject }, jwk: JWK, now: () => number) {
    this.#privateKey = keys.privateKey;
    this.#publicKey = keys.publicKey;
    this.#jwk = jwk;
    this.#now = now;
  }

  /** @param now milliseconds since 1970. */
  static async create(now: () => number): Promise<TokenMint> {
    const keys = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
    const jwk = await exportJWK(keys.publicKey);
    const kid = createHash('sha1')
      .update(jwk.n ?? '')
      .digest('base64url');
    return new TokenMint(keys, { ...jwk, kid, use: 'sig', alg: 'RS256' }, now);
  }

  /** The JSON Web Key Set (RFC 7517) to publish. */
  keys(): { readonly keys: readonly JWK[] } {
    return { keys: [this.#jwk] };
  }

  issue(claims: TokenClaims): Promise<string> {
    const { kid } = this.#jwk;
    return new SignJWT(claims)
      .setProtectedHeader({ typ: 'JWT', alg: 'RS256', ...(kid === undefined ? {} : { kid, x5t: kid }) })
      .sign(this.#privateKey);
  }

  /** Verifies signature, shape, times and, when one is given, the audience. */
  async verify(token: string, audience?: string): Promise<TokenVerdict> {
    let claims = this.#verified.get(token);
    if (claims === undefined) {
      const first = await this.#read(token);
      if (!first.ok) return first;
      ({ claims } = first);
      if (this.#verified.size >= REMEMBERED) this.#verified.clear();
      this.#verified.set(token, claims);
    }
    const now = this.#now() / 1000;
    if (claims.exp <= now) return { ok: false, reason: 'expired' };
    if (claims.nbf !== undefined && claims.nbf > now) return { ok: false, reason: 'not-yet' };
    if (audience !== undefined && claims.aud !== audience) return { ok: false, reason: 'audience' };
    return { ok: true, claims };
  }

  async #read(token: string): Promise<TokenVerdict> {
    const claims = tryDecode(token);
    if (claims === undefined) return { ok: false, reason: 'malformed' };
    try {
      await compactVerify(token, this.#publicKey, { algorithms: ['RS256'] });
    } catch {
      return { ok: false, reason: 'signature' };
    }
    return { ok: true, claims };
  }
}

function tryDecode(token: string): TokenClaims | undefined {
  try {
    decodeProtectedHeader(token);
    const claims = decodeJwt(token);
    const { aud, exp } = claims;
    return typeof aud === 'string' && typeof exp === 'number' ? { ...claims, aud, exp } : undefined;
  } catch {
    return undefined;
  }
}
