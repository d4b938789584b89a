/** A certificate as an administrator would upload it, and assertions made with its key as a client would make them. */
import { createPrivateKey, randomUUID, X509Certificate, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { generate } from 'selfsigned';

export interface ClientCertificate {
  readonly cert: string;
  readonly key: string;
  readonly privateKey: KeyObject;
  /** SHA-256, hex without colons. */
  readonly thumbprint: string;
}

export async function makeCertificate(
  validity: { notBeforeDate?: Date; notAfterDate?: Date } = {},
): Promise<ClientCertificate> {
  const made = await generate([{ name: 'commonName', value: 'postrider-client' }], {
    keySize: 2048,
    algorithm: 'sha256',
    ...validity,
  });
  return {
    cert: made.cert,
    key: made.private,
    privateKey: createPrivateKey(made.private),
    thumbprint: new X509Certificate(made.cert).fingerprint256.replaceAll(':', ''),
  };
}

export function x5tS256(certificate: ClientCertificate): string {
  return Buffer.from(certificate.thumbprint, 'hex').toString('base64url');
}

/** The assertion that MSAL would send, with changes to header and claims; undefined leaves a member out. */
export function assertion(
  certificate: ClientCertificate,
  facts: { readonly clientId: string; readonly audience: string },
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const own = {
    iss: facts.clientId,
    sub: facts.clientId,
    jti: randomUUID(),
    aud: facts.audience,
    nbf: now,
    exp: now + 600,
  };
  return new SignJWT({ ...own, ...claims })
    .setProtectedHeader({ alg: 'PS256', typ: 'JWT', 'x5t#S256': x5tS256(certificate), ...header })
    .sign(certificate.privateKey);
}
