/**
 * A certificate authority made afresh at every start, so that the simulators speak real TLS and no key is ever
 * stored. ECDSA P-256, because an RSA key can take half a second to find.
 *
 * Node trusts it through `NODE_EXTRA_CA_CERTS` (a file, read at process start) or `tls.setDefaultCACertificates`
 * (a running process).
 */
import { isIP } from 'node:net';
import { generate, type SubjectAltNameEntry } from 'selfsigned';

/** A private key (PKCS #8) and its certificate, both PEM. The certificate is signed by the authority directly. */
interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface Authority {
  /** The root certificate, PEM: what a client has to trust. */
  readonly caPem: string;
  /** Makes a server certificate whose subject alternative names are `hosts` (DNS names or IP addresses). */
  issue(hosts: readonly string[]): Promise<ServerCertificate>;
}

const DAY = 24 * 60 * 60 * 1000;

function validity(): { notBeforeDate: Date; notAfterDate: Date } {
  // A day of slack backwards: machines that share a sandbox may disagree about the time.
  return { notBeforeDate: new Date(Date.now() - DAY), notAfterDate: new Date(Date.now() + 365 * DAY) };
}

function alternativeName(host: string): SubjectAltNameEntry {
  return isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host };
}

/** Makes a new authority. It lives as long as the object: its key is never written anywhere. */
export async function createAuthority(): Promise<Authority> {
  // A fresh name each time: OpenSSL finds issuers by name, and a machine may trust two sandboxes at once.
  const name = `Postrider simulator CA ${crypto.randomUUID()}`;
  const root = await generate([{ name: 'commonName', value: name }], {
    ...validity(),
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return {
    caPem: root.cert,
    async issue(hosts) {
      const server = await generate([{ name: 'commonName', value: hosts[0] ?? 'localhost' }], {
        ...validity(),
        keyType: 'ec',
        algorithm: 'sha256',
        ca: { key: root.private, cert: root.cert },
        extensions: [
          { name: 'basicConstraints', cA: false, critical: true },
          { name: 'keyUsage', digitalSignature: true, critical: true },
          { name: 'extKeyUsage', serverAuth: true },
          { name: 'subjectAltName', altNames: hosts.map(alternativeName) },
        ],
      });
      return { key: server.private, cert: server.cert };
    },
  };
}
