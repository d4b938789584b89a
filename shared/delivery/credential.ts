/**
 * The certificate with which Postrider proves to be the app, read and checked without loading anything of Microsoft's, so that
 * a wrong one stops the start with one sentence instead of the first message.
 */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { systemClock, type Clock } from '../platform/clock.ts';
import { ConfigurationError, type Config } from '../platform/config.ts';

/** What signing a client assertion takes, and for how long it will do. */
export interface CertificateCredential {
  /** PKCS #8, PEM. */
  readonly privateKey: string;
  /** SHA-256 of the certificate, 64 hexadecimal digits: `x5t#S256` of the assertion (RFC 7515 §4.1.8). */
  readonly thumbprintSha256: string;
  /** The certificate and then the rest of its chain, PEM: `x5c` of the assertion. */
  readonly chain: string;
  readonly validFrom: Date;
  readonly expiresAt: Date;
}

/** The setting that a certificate came by, to be named where it is wrong. */
export type CertificateSetting = 'POSTRIDER_CLIENT_CERTIFICATE' | 'POSTRIDER_KEY_VAULT_CERTIFICATE';

/**
 * Checks the configured credential as far as that is possible without asking Entra ID.
 *
 * @throws ConfigurationError with one sentence that names the setting.
 */
export function inspectCredential(config: Pick<Config, 'credential'>, clock: Clock = systemClock): void {
  if (config.credential.kind === 'certificate') readCertificate(config.credential.pem.reveal(), clock.now());
}

/**
 * Reads a certificate and its private key, as {@link parseCertificate} does, and wants it to be valid now.
 *
 * @throws ConfigurationError with one sentence that names the setting.
 */
export function readCertificate(pem: string, now: Date, setting?: CertificateSetting): CertificateCredential {
  const certificate = parseCertificate(pem, setting);
  const { validFrom, expiresAt } = certificate;
  if (expiresAt <= now) {
    throw wrong(`holds a certificate that expired on ${day(expiresAt)}: put in a new one`, setting);
  }
  if (validFrom > now) {
    throw wrong(`holds a certificate that is not valid before ${day(validFrom)}`, setting);
  }
  return certificate;
}

/**
 * Reads a certificate and its private key out of one text. The key may stand before or after the certificate, and line breaks
 * may have become spaces, as they do in portals.
 *
 * @throws ConfigurationError with one sentence that names the setting.
 */
export function parseCertificate(pem: string, setting?: CertificateSetting): CertificateCredential {
  try {
    return parseBlocks(pemBlocks(pem));
  } catch (error) {
    throw error instanceof Fault ? wrong(error.message, setting) : error;
  }
}

function parseBlocks(blocks: readonly PemBlock[]): CertificateCredential {
  if (blocks.length === 0) throw new Fault('is not PEM: it must hold a CERTIFICATE and a PRIVATE KEY block');
  const key = readKey(blocks);
  const certificates = readCertificates(blocks);
  const leaf = certificates.find((certificate) => certificate.checkPrivateKey(key));
  if (!leaf) throw new Fault('holds a private key that does not belong to the certificate');
  const others = certificates.filter((certificate) => certificate !== leaf);
  return {
    privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    thumbprintSha256: leaf.fingerprint256.replaceAll(':', ''),
    chain: [leaf, ...others].map((certificate) => certificate.toString()).join(''),
    validFrom: leaf.validFromDate,
    expiresAt: leaf.validToDate,
  };
}

interface PemBlock {
  readonly label: string;
  readonly text: string;
}

/** RFC 7468 §2, lax about white space. */
function pemBlocks(pem: string): PemBlock[] {
  const found = pem.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g);
  return [...found].map(([, label = '', body = '']) => {
    // A colon stands only in the headers of the old OpenSSL form (Proc-Type: 4,ENCRYPTED).
    if (body.includes(':')) return { label: `ENCRYPTED ${label}`, text: '' };
    const lines = body.replaceAll(/\s+/g, '').match(/.{1,64}/g) ?? [];
    return { label, text: `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n` };
  });
}

function readKey(blocks: readonly PemBlock[]): KeyObject {
  const block = blocks.find(({ label }) => label.endsWith('PRIVATE KEY'));
  if (!block) throw new Fault('holds no private key: append its PRIVATE KEY block');
  if (block.label.startsWith('ENCRYPTED'))
    throw new Fault('holds an encrypted private key: decrypt it first');
  const key = parse(() => createPrivateKey(block.text), 'holds a private key that cannot be read');
  // Entra ID takes PS256 and RS256 from certificates, both RSA.
  if (key.asymmetricKeyType !== 'rsa') throw new Fault('holds a private key that is not RSA');
  return key;
}

function readCertificates(blocks: readonly PemBlock[]): X509Certificate[] {
  const certificates = blocks.filter(({ label }) => label === 'CERTIFICATE');
  if (certificates.length === 0) throw new Fault('holds no certificate: prepend its CERTIFICATE block');
  return certificates.map(({ text }) =>
    parse(() => new X509Certificate(text), 'holds a certificate that cannot be read'),
  );
}

function parse<T>(read: () => T, fault: string): T {
  try {
    return read();
  } catch {
    // OpenSSL's words help nobody, and could quote the key.
    throw new Fault(fault);
  }
}

/** What is wrong with a text, to be completed by the name of the setting. */
class Fault extends Error {}

const wrong = (
  fault: string,
  setting: CertificateSetting = 'POSTRIDER_CLIENT_CERTIFICATE',
): ConfigurationError => new ConfigurationError(`${setting} ${fault} (see docs/configuration.md)`);

const day = (date: Date): string => date.toISOString().slice(0, 10);
