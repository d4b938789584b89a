/**
 * The connections of one mailbox: at most three, because Exchange takes no more submissions of a mailbox at once
 * (https://aka.ms/concurrent_sending). A door; loads nodemailer on first use.
 */
import type { SendMailOptions, SMTPPoolOptions, SMTPPoolSentMessageInfo, Transporter } from 'nodemailer';
import type { Config } from '../platform/config.ts';
import { NoTokenError } from './smtp-failure.ts';
import { SmtpProgress } from './smtp-progress.ts';
import type { TokenResult } from './transport.ts';

/**
 * Connections idle for this many milliseconds are closed. Each idle one is a place that another worker cannot use, and a NAT
 * gateway forgets them after four minutes (https://learn.microsoft.com/azure/nat-gateway/nat-gateway-resource).
 */
export const idleTimeout = 15_000;

/** Milliseconds; the attempt as a whole is bounded by its signal. A reply to the dot may take a minute and more. */
const timeouts = {
  dnsTimeout: 10_000,
  connectionTimeout: 15_000,
  greetingTimeout: 15_000,
  socketTimeout: 90_000,
};

type TokenCallback = (error: Error | null, accessToken?: string, expires?: number) => void;

/** A pool of one mailbox. */
export interface SmtpPool {
  readonly mailbox: string;
  /** Sends one message. Rejects with nodemailer's errors. */
  send(mail: SendMailOptions, progress: SmtpProgress): Promise<SMTPPoolSentMessageInfo>;
  /** How many messages were given to it, ever. */
  readonly used: number;
  /** The token that the last connection logged in with. */
  readonly lastToken: string | undefined;
  /** Closes idle connections; busy ones finish their message, and messages that still wait are failed. */
  close(): void;
}

/** How a pool is made. */
export interface SmtpPoolParts {
  readonly endpoints: Config['endpoints'];
  readonly mailbox: string;
  readonly token: () => Promise<TokenResult>;
  /** Called when the last connection has closed. */
  readonly onEmpty: () => void;
}

/** Creates a pool. Connects with the first message. */
export async function createSmtpPool(parts: SmtpPoolParts): Promise<SmtpPool> {
  const { endpoints, mailbox, token, onEmpty } = parts;
  const { createTransport } = await import('nodemailer');
  let lastToken: string | undefined;
  let used = 0;

  const provide = async (done: TokenCallback): Promise<void> => {
    try {
      const result = await token();
      if (!result.ok) throw new NoTokenError(result.outcome);
      lastToken = result.accessToken;
      done(null, result.accessToken, result.expiresOn.getTime());
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  };

  const options: SMTPPoolOptions & { pool: true } = {
    pool: true,
    host: endpoints.smtpHost,
    port: endpoints.smtpPort,
    secure: false,
    requireTLS: true,
    tls: { minVersion: 'TLSv1.2' },
    ...timeouts,
    maxConnections: 3,
    // Sending again is decided by who knows how far the first try came.
    maxRequeues: 0,
    idleTimeout,
    disableFileAccess: true,
    disableUrlAccess: true,
    auth: {
      type: 'OAuth2',
      user: mailbox,
      // Asked once for every new connection. Exchange refuses a token by 535 at once, so `renew` never comes true.
      provisionCallback: (_user, _renew, done) => void provide(done),
    },
  };
  const transporter: Transporter<SMTPPoolSentMessageInfo, SMTPPoolOptions> = createTransport(options);
  transporter.use('stream', (mail, done) => {
    const progress: unknown = Reflect.get(mail.data, 'progress');
    mail.message.processFunc((stream) => {
      if (progress instanceof SmtpProgress) progress.watch(stream);
      return stream;
    });
    done();
  });
  transporter.on('clear', onEmpty);

  return {
    mailbox,
    send(mail, progress) {
      used += 1;
      const watched = { ...mail, progress };
      return transporter.sendMail(watched);
    },
    get used() {
      return used;
    },
    get lastToken() {
      return lastToken;
    },
    close() {
      transporter.close();
    },
  };
}
