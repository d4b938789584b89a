/**
 * What tests of the doors play on: a pretend Microsoft 365 with real TLS, trusted by this process, and a configuration that
 * points at it.
 */
import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import {
  createServer as createTlsServer,
  getCACertificates,
  setDefaultCACertificates,
  type TLSSocket,
} from 'node:tls';
import { generate } from 'selfsigned';
import { createAuthority } from '../../infra/simulators/authority.ts';
import {
  startMicrosoft365,
  type Microsoft365,
  type Microsoft365Options,
} from '../../infra/simulators/microsoft365.ts';
import type { DraftNote, OutgoingMessage } from '../../shared/delivery/transport.ts';
import type { Message } from '../../shared/message/message.ts';
import type { Clock } from '../../shared/platform/clock.ts';
import { readConfig, type ClientCredential, type Config } from '../../shared/platform/config.ts';

/** Starts the simulators and trusts their authority. */
export async function startStage(options: Microsoft365Options = {}): Promise<Microsoft365> {
  const m365 = await startMicrosoft365(options);
  trust(m365.caPem);
  return m365;
}

/** Trusts an authority besides those that are trusted already. */
function trust(caPem: string): void {
  setDefaultCACertificates([...getCACertificates('default'), caPem]);
}

/** A configuration for the simulators. */
export function configFor(m365: Microsoft365, credential?: ClientCredential): Config {
  const config = readConfig({
    POSTRIDER_TENANT_ID: m365.tenantId,
    POSTRIDER_CLIENT_ID: m365.clientId,
    POSTRIDER_CLIENT_SECRET: m365.clientSecret,
    POSTRIDER_LOGIN_URL: m365.urls.login,
    POSTRIDER_GRAPH_URL: m365.urls.graph,
    POSTRIDER_SMTP_HOST: m365.smtp.host,
    POSTRIDER_SMTP_PORT: String(m365.smtp.port),
  });
  return credential ? { ...config, credential } : config;
}

/** A clock that runs with the real one and can be put forward. */
export interface MovableClock extends Clock {
  /** @param seconds forward. */
  advance(seconds: number): void;
}

export function movableClock(): MovableClock {
  let ahead = 0;
  return {
    now: () => new Date(Date.now() + ahead),
    advance: (seconds) => {
      ahead += seconds * 1000;
    },
  };
}

/** A message to be sent; what is not given is plain. Attachments are as large as their texts say. */
export function outgoing(
  message: Partial<Message> = {},
  files: readonly { readonly filename: string; readonly content: Buffer; readonly contentId?: string }[] = [],
): OutgoingMessage {
  const mailbox = 'alerts@contoso.com';
  const id = randomUUID();
  return {
    id,
    messageId: `<${id}@postrider.example>`,
    date: new Date('2026-11-20T10:00:00Z'),
    mailbox,
    message: {
      from: { address: mailbox },
      to: [{ address: 'ops@fabrikam.com' }],
      cc: [],
      bcc: [],
      replyTo: [],
      subject: 'Disk almost full',
      ...(message.html === undefined ? { text: 'Only 3 % left.' } : {}),
      headers: [],
      importance: 'normal',
      saveToSentItems: true,
      attachments: files.map(({ filename, content, contentId }) => ({
        filename,
        contentType: 'application/octet-stream',
        size: content.length,
        ...(contentId === undefined ? {} : { contentId }),
      })),
      ...message,
    },
    openAttachment: (index) => Promise.resolve(Readable.from([files[index]?.content ?? Buffer.alloc(0)])),
  };
}

/** A port of 127.0.0.1 on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

/**
 * Starts a server of raw TLS connections on localhost, for single cuts. It ends with the test.
 *
 * @param options.trusted false: its certificate comes from an authority that nobody trusts.
 * @returns its port.
 */
export async function startRawTls(
  t: TestContext,
  onConnection: (socket: TLSSocket) => void,
  options: { readonly trusted?: boolean } = {},
): Promise<number> {
  const authority = await createAuthority();
  if (options.trusted !== false) trust(authority.caPem);
  const server = createTlsServer(await authority.issue(['localhost']), (socket) => {
    t.after(() => socket.destroy());
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  t.after(() => server.close());
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

/** A signal that ends no test. */
export const patience = (): AbortSignal => AbortSignal.timeout(30_000);

/** A certificate with its key, both PEM. */
export interface TestCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

/** RSA keys take long to find: one serves all tests of a file. */
let rsaKeys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject } | undefined;

/** Makes an RSA certificate. @param days from today to its end; negative for one that is over. */
export async function makeCertificate(days = 30): Promise<TestCertificate> {
  rsaKeys ??= generateKeyPairSync('rsa', { modulusLength: 2048 });
  const day = 86_400_000;
  const pems = await generate([{ name: 'commonName', value: 'postrider' }], {
    keyPair: {
      privateKey: rsaKeys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      publicKey: rsaKeys.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    },
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 60 * day),
    notAfterDate: new Date(Date.now() + days * day),
  });
  return { certificate: pems.cert, privateKey: pems.private };
}

/** For a transport that needs no draft, or a test that forgets which. */
export const noDraft: DraftNote = { repeated: false, note: () => Promise.resolve(true) };

/** Settings without any pace: for tests whose clock stands still, so that waiting for room would never end. */
export const unpaced = {
  POSTRIDER_MAILBOX_MESSAGES_PER_MINUTE: '0',
  POSTRIDER_MAILBOX_RECIPIENTS_PER_DAY: '0',
  POSTRIDER_MAILBOX_UPLOAD_BYTES: '0',
  POSTRIDER_GRAPH_CONCURRENCY: '0',
  POSTRIDER_SMTP_CONCURRENCY: '0',
} as const;
