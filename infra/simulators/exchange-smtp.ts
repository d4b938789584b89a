/**
 * A pretend smtp.office365.com for app-only client submission: STARTTLS, XOAUTH2 and the refusals of Exchange Online,
 * with the dialogue of the real one. It is a raw socket server and no library, because the point of it is to be cut,
 * delayed and made to lie at every step of the dialogue.
 *
 * What it does not do: plain TLS on port 465 (the real one does not either), passwords (basic authentication always
 * counts as disabled), rate limits over time, bounces.
 */
import { createServer, type Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { Authority } from './authority.ts';
import type { SmtpMailbox, TokenVerifier } from './exchange-smtp/credentials.ts';
import type { SmtpFault } from './exchange-smtp/faults.ts';
import { MAX_MESSAGE_BYTES } from './exchange-smtp/replies.ts';
import { SmtpSession, type SmtpWorld } from './exchange-smtp/session.ts';
import { Submissions } from './exchange-smtp/submissions.ts';
import { SmtpWire } from './exchange-smtp/wire.ts';
import type { FaultScript } from './faults.ts';
import type { MailStore } from './mail-store.ts';

export interface ExchangeSmtpOptions {
  readonly authority: Authority;
  readonly store: MailStore;
  readonly faults: FaultScript<SmtpFault>;
  readonly verifyToken: TokenVerifier;
  /** Gone through at every login, so that mailboxes can come, go and change. */
  readonly mailboxes: Iterable<SmtpMailbox>;
  /** 0 (the default) takes a free port. */
  readonly port?: number;
  /** Largest message in bytes; default 157,286,400, as Exchange Online announces. */
  readonly maxBytes?: number;
  /** Recipients in one transaction; default 500, Exchange Online's default for a mailbox. */
  readonly maxRecipients?: number;
  /** Transactions under way for one mailbox; default 3. */
  readonly maxSubmissions?: number;
}

export interface ExchangeSmtp {
  /** `127.0.0.1`. The certificate is good for it, for `localhost` and for `smtp.office365.com`. */
  readonly host: string;
  readonly port: number;
  /** Cuts every connection and frees the port. */
  stop(): Promise<void>;
}

/** @throws the system's error (`EADDRINUSE`, `EACCES`) when the port cannot be had. */
export async function startExchangeSmtp(options: ExchangeSmtpOptions): Promise<ExchangeSmtp> {
  const { maxBytes = MAX_MESSAGE_BYTES, maxRecipients = 500, maxSubmissions = 3 } = options;
  const { key, cert } = await options.authority.issue(['localhost', '127.0.0.1', 'smtp.office365.com']);
  const world: SmtpWorld = {
    ...options,
    maxBytes,
    maxRecipients,
    submissions: new Submissions(maxSubmissions),
    secureContext: createSecureContext({ key, cert, minVersion: 'TLSv1.2' }),
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    void new SmtpSession(new SmtpWire(socket), world).run();
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string')
        reject(new TypeError('The server has no TCP port.'));
      else resolve(address.port);
    });
  });
  return {
    host: '127.0.0.1',
    port,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
