/**
 * How an application proves itself at the token endpoint: a client secret, an assertion signed with its certificate
 * (https://learn.microsoft.com/entra/identity-platform/certificate-credentials), or the token of somebody it trusts
 * (https://learn.microsoft.com/entra/workload-id/workload-identity-federation). Everything is really verified.
 */
import { X509Certificate } from 'node:crypto';
import {
  compactVerify,
  decodeJwt,
  decodeProtectedHeader,
  type JWTPayload,
  type ProtectedHeaderParameters,
} from 'jose';
import type { AadstsFacts } from './aadsts.ts';
import type { Registration } from './registrations.ts';
import type { TokenMint } from './tokens.ts';

export type CredentialKind = 'secret' | 'certificate' | 'federated';

export type CredentialVerdict =
  | { readonly ok: true; readonly kind: CredentialKind; readonly alg?: string }
  | {
      readonly ok: false;
      readonly kind?: CredentialKind;
      readonly alg?: string;
      readonly aadsts: number;
      readonly facts?: AadstsFacts;
    };

export interface CredentialContext {
  readonly app: Registration;
  readonly mint: TokenMint;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How far a certificate assertion's clock may be off, in seconds. */
  readonly clockSkew: number;
  /** The `iss` of the tokens that the tenant itself makes for federation. */
  readonly ownIssuer: string;
  /** Whether an assertion's `aud` means this tenant's token endpoint. */
  readonly isOwnAudience: (audience: string) => boolean;
}

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export async function checkCredential(
  form: URLSearchParams,
  context: CredentialContext,
): Promise<CredentialVerdict> {
  const secret = form.get('client_secret');
  const assertion = form.get('client_assertion');
  if (assertion !== null) {
    if (form.get('client_assertion_type') !== JWT_BEARER) {
      return { ok: false, aadsts: 900144, facts: { parameter: 'client_assertion_type' } };
    }
    return checkAssertion(assertion, context);
  }
  if (secret !== null && secret !== '') return checkSecret(secret, context);
  return { ok: false, aadsts: 7000216 };
}

function checkSecret(secret: string, { app, now }: CredentialContext): CredentialVerdict {
  const match = app.secrets?.find((candidate) => candidate.value === secret);
  if (match === undefined) return { ok: false, kind: 'secret', aadsts: 7000215 };
  if (match.expires !== undefined && Date.parse(match.expires) <= now) {
    return { ok: false, kind: 'secret', aadsts: 7000222 };
  }
  return { ok: true, kind: 'secret' };
}

async function checkAssertion(assertion: string, context: CredentialContext): Promise<CredentialVerdict> {
  let header: ProtectedHeaderParameters;
  let claims: JWTPayload;
  try {
    header = decodeProtectedHeader(assertion);
    claims = decodeJwt(assertion);
  } catch {
    return { ok: false, aadsts: 50027 };
  }
  // Entra, too, tells the two apart by the issuer: an application vouches for itself only with its certificate.
  const own = claims.iss?.toLowerCase() === context.app.clientId.toLowerCase();
  const kind = own || header['x5t#S256'] !== undefined ? 'certificate' : 'federated';
  const refusal =
    kind === 'certificate'
      ? await certificateRefusal(assertion, header, claims, context)
      : await federatedRefusal(assertion, claims, context);
  const alg = header.alg === undefined ? {} : { alg: header.alg };
  return refusal === undefined ? { ok: true, kind, ...alg } : { ok: false, kind, ...alg, ...refusal };
}

type Refusal = { readonly aadsts: number; readonly facts?: AadstsFacts };

function unknownKey(reason: string, thumbprint: string, clientId: string): Refusal {
  const detail = `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - ${reason}, Thumbprint of key used by client: '${thumbprint}', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '${clientId}'.]`;
  return { aadsts: 700027, facts: { detail } };
}

async function certificateRefusal(
  assertion: string,
  header: ProtectedHeaderParameters,
  claims: JWTPayload,
  context: CredentialContext,
): Promise<Refusal | undefined> {
  const { app, now, clockSkew } = context;
  const sha256 = typeof header['x5t#S256'] === 'string' ? header['x5t#S256'] : undefined;
  const sha1 = header.x5t;
  if (sha256 === undefined && sha1 === undefined) {
    return { aadsts: 50027, facts: { detail: 'No certificate thumbprint specified in token header.' } };
  }
  const thumbprint = Buffer.from(sha256 ?? sha1 ?? '', 'base64url')
    .toString('hex')
    .toUpperCase();
  const certificate = (app.certificates ?? [])
    .map((pem) => new X509Certificate(pem))
    .find(
      (candidate) =>
        (sha256 === undefined ? candidate.fingerprint : candidate.fingerprint256).replaceAll(':', '') ===
        thumbprint,
    );
  if (certificate === undefined) return unknownKey('The key was not found.', thumbprint, app.clientId);
  if (certificate.validToDate.getTime() <= now) {
    return unknownKey('The key used is expired.', thumbprint, app.clientId);
  }
  try {
    await compactVerify(assertion, certificate.publicKey, { algorithms: ['PS256', 'RS256'] });
  } catch {
    return { aadsts: 700027 };
  }
  if (!sameId(claims.iss, app.clientId) || !sameId(claims.sub, app.clientId)) return { aadsts: 700021 };
  if (typeof claims.aud !== 'string' || !context.isOwnAudience(claims.aud)) return { aadsts: 700023 };
  if (!within(claims, now, clockSkew)) return outOfTime(claims, now);
  // Only its presence: MSAL itself sends one assertion many times until it expires, so a replay is no fault here.
  if (claims.jti === undefined || claims.jti === '') {
    return { aadsts: 50027, facts: { detail: `The 'jti' claim is missing.` } };
  }
  return undefined;
}

async function federatedRefusal(
  assertion: string,
  claims: JWTPayload,
  context: CredentialContext,
): Promise<Refusal | undefined> {
  const issuer = claims.iss ?? '';
  const subject = claims.sub ?? '';
  const audience = typeof claims.aud === 'string' ? claims.aud : '';
  const records = (context.app.federated ?? []).map((record) => ({
    subject: record.subject,
    issuer: record.issuer ?? context.ownIssuer,
    audience: record.audience ?? 'api://AzureADTokenExchange',
  }));
  if (records.length === 0) {
    const detail = `Assertion Issuer: '${issuer}'. Assertion Subject: '${subject}'. Assertion Audience: '${audience}'. https://learn.microsoft.com/entra/workload-id/workload-identity-federation`;
    return { aadsts: 70021, facts: { detail } };
  }
  const byIssuer = records.filter((record) => record.issuer === issuer);
  if (byIssuer.length === 0) return { aadsts: 700211, facts: advice(issuer) };
  const bySubject = byIssuer.filter((record) => record.subject === subject);
  if (bySubject.length === 0) return { aadsts: 700213, facts: advice(subject) };
  if (!bySubject.some((record) => record.audience === audience))
    return { aadsts: 700212, facts: advice(audience) };
  // The simulator can fetch nobody's keys but its own: a foreign issuer fails here as if its keys were gone.
  const verdict = await context.mint.verify(assertion);
  if (verdict.ok) return undefined;
  if (verdict.reason === 'expired' || verdict.reason === 'not-yet') return outOfTime(claims, context.now);
  return { aadsts: 50013, facts: { detail: '[Reason - The key was not found.]' } };
}

function advice(value: string): AadstsFacts {
  return {
    detail: `'${value}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation`,
  };
}

function sameId(claim: string | undefined, clientId: string): boolean {
  return claim?.toLowerCase() === clientId.toLowerCase();
}

function within({ nbf, exp }: JWTPayload, now: number, skew: number): boolean {
  const seconds = now / 1000;
  return exp !== undefined && exp + skew > seconds && (nbf === undefined || nbf - skew <= seconds);
}

function iso(seconds: number | undefined): string {
  return seconds === undefined ? '' : new Date(seconds * 1000).toISOString();
}

function outOfTime({ nbf, exp }: JWTPayload, now: number): Refusal {
  const detail = `Current time: ${new Date(now).toISOString()}, assertion valid from ${iso(nbf)}, expiry time of assertion ${iso(exp)}. Review the documentation at https://learn.microsoft.com/entra/identity-platform/certificate-credentials .`;
  return { aadsts: 700024, facts: { detail } };
}
