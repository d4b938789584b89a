/**
 * The certificate with which Postrider proves to be the app, read and checked without loading anything of Microsoft's, so that
 * a wrong one stops the start with one sentence instead of the first message.
 */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { systemClock, type Clock } from '../platform/clock.ts';
import { ConfigurationError, type Config } from '../platform/config.ts';

/** What signing a client assertion takes. */
export interface CertificateCredential {
  /** PKCS #8, PEM. */
  readonly privateKey: string;
  /** SHA-256 of the certificate, 64 hexadecimal digits: `x5t#S256` of the assertion (RFC 7515 §4.1.8). */
  readonly thumbprintSha256: string;
  /** The certificate and then the rest of its chain, PEM: `x5c` of the assertion. */
  readonly chain: string;
}

const setting = 'POSTRIDER_CLIENT_CERTIFICATE';

/**
 * Checks the configured credential as far as that is possible without asking Entra ID.
 *
 * @throws ConfigurationError with one sentence that names the setting.
 */
export function inspectCredential(config: Pick<Config, 'credential'>, clock: Clock = systemClock): void {
  if (config.credential.kind === 'certificate') readCertificate(config.credential.pem.reveal(), clock.now());
}

/**
 * Reads a certificate and its private key out of one text. The key may stand before or after the certificate, and line breaks
 * may have become spaces, as they do in portals.
 *
 * @throws ConfigurationError with one sentence that names the setting.
 */
export function readCertificate(pem: string, now: Date): CertificateCredential {
  const blocks = pemBlocks(pem);
  if (blocks.length === 0) throw wrong('is not PEM: it must hold a CERTIFICATE and a PRIVATE KEY block');
  const key = readKey(blocks);
  const certificates = readCertificates(blocks);
  const leaf = certificates.find((certificate) => certificate.checkPrivateKey(key));
  if (!leaf) throw wrong('holds a private key that does not belong to the certificate');
  if (leaf.validToDate <= now) {
    throw wrong(`holds a certificate that expired on ${day(leaf.validToDate)}: put in a new one`);
  }
  if (leaf.validFromDate > now) {
    throw wrong(`holds a certificate that is not valid before ${day(leaf.validFromDate)}`);
  }
  const others = certificates.filter((certificate) => certificate !== leaf);
  return {
    privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    thumbprintSha256: leaf.fingerprint256.replaceAll(':', ''),
    chain: [leaf, ...others].map((certificate) => certificate.toString()).join(''),
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
  if (!block) throw wrong('holds no private key: append its PRIVATE KEY block');
  if (block.label.startsWith('ENCRYPTED')) throw wrong('holds an encrypted private key: decrypt it first');
  const key = parse(() => createPrivateKey(block.text), 'holds a private key that cannot be read');
  // Entra ID takes PS256 and RS256 from certificates, both RSA.
  if (key.asymmetricKeyType !== 'rsa') throw wrong('holds a private key that is not RSA');
  return key;
}

function readCertificates(blocks: readonly PemBlock[]): X509Certificate[] {
  const certificates = blocks.filter(({ label }) => label === 'CERTIFICATE');
  if (certificates.length === 0) throw wrong('holds no certificate: prepend its CERTIFICATE block');
  return certificates.map(({ text }) =>
    parse(() => new X509Certificate(text), 'holds a certificate that cannot be read'),
  );
}

function parse<T>(read: () => T, fault: string): T {
  try {
    return read();
  } catch {
    // OpenSSL's words help nobody, and could quote the key.
    throw wrong(fault);
  }
}

const wrong = (fault: string): ConfigurationError =>
  new ConfigurationError(`${setting} ${fault} (see docs/configuration.md)`);

const day = (date: Date): string => date.toISOString().slice(0, 10);
