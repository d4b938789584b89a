/**
 * The way to Exchange Online through SMTP AUTH client submission: port 587, STARTTLS, XOAUTH2. A door.
 *
 * One pool of connections per mailbox, because the login names the mailbox. A message is tried again within its attempt in two
 * cases only, both certainly not sent: the token was refused (535) and a new one can be had; or the connection turned out to
 * have ended before the message was begun.
 */
import type { SMTPPoolSentMessageInfo } from 'nodemailer';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import type { Outcome } from './outcome.ts';
import {
  connectionWasStale,
  explainSmtpError,
  rejectedRecipients,
  tokenWasRefused,
  traceOf,
} from './smtp-failure.ts';
import { smtpMail, smtpNotCarried } from './smtp-mail.ts';
import { createSmtpPool, idleTimeout, type SmtpPool } from './smtp-pool.ts';
import { SmtpProgress } from './smtp-progress.ts';
import { replaceToken } from './token-renewal.ts';
import type { OutgoingMessage, TokenSource, Transport } from './transport.ts';

/** What the transport is made of. */
export interface SmtpParts {
  readonly config: Pick<Config, 'endpoints'>;
  readonly tokens: TokenSource;
  readonly clock: Clock;
}

/** A pool and when it was last used, in milliseconds. */
interface Kept {
  readonly pool: Promise<SmtpPool>;
  lastUse: number;
}

/** Creates the transport. Nothing is loaded or connected before the first message. */
export function createSmtpTransport(parts: SmtpParts): Transport {
  const { config, tokens, clock } = parts;
  const { endpoints } = config;
  const scope = `${endpoints.exchangeResource}/.default`;
  const host = `${endpoints.smtpHost}:${endpoints.smtpPort}`;
  const pools = new Map<string, Kept>();

  const retire = (mailbox: string, kept: Kept): void => {
    if (pools.get(mailbox) === kept) pools.delete(mailbox);
    void kept.pool.then(
      (pool) => pool.close(),
      () => undefined,
    );
  };

  const poolOf = (mailbox: string): Kept => {
    const now = clock.now().getTime();
    let kept = pools.get(mailbox);
    // A worker that was frozen in between has not seen its connections end.
    if (kept && now - kept.lastUse > idleTimeout) {
      retire(mailbox, kept);
      kept = undefined;
    }
    if (!kept) {
      const onEmpty = (): void => {
        if (pools.get(mailbox) === kept) pools.delete(mailbox);
      };
      const pool = createSmtpPool({ endpoints, mailbox, token: () => tokens.token(scope), onEmpty });
      kept = { pool, lastUse: now };
      pools.set(mailbox, kept);
    }
    kept.lastUse = now;
    return kept;
  };

  return {
    name: 'smtp',
    async send(mail, signal) {
      let renewed = false;
      let reconnected = false;
      for (;;) {
        const kept = poolOf(mail.mailbox);
        const pool = await kept.pool;
        const fresh = pool.used === 0;
        const progress = new SmtpProgress();
        try {
          return relayed(mail, await pool.send(await smtpMail(mail, signal), progress));
        } catch (error) {
          if (tokenWasRefused(error) && !renewed) {
            renewed = true;
            const token = await replaceToken(tokens, scope, pool.lastToken);
            if (token !== 'same') {
              if (token.ok) continue;
              return token.outcome;
            }
          } else if (!reconnected && !fresh && !signal.aborted && connectionWasStale(error, progress.phase)) {
            reconnected = true;
            retire(mail.mailbox, kept);
            continue;
          }
          return explainSmtpError(signal.aborted ? abortOf(error, signal) : error, progress.phase, host);
        }
      }
    },
    async close() {
      const kept = [...pools.values()];
      pools.clear();
      for (const pool of await Promise.all(kept.map((one) => one.pool))) pool.close();
    },
  };
}

/** nodemailer's abort error names no cause that people understand; the signal's reason does. */
const abortOf = (error: unknown, signal: AbortSignal): unknown =>
  error instanceof Error && Reflect.get(error, 'code') === 'EABORT' ? (signal.reason as unknown) : error;

function relayed(mail: OutgoingMessage, info: SMTPPoolSentMessageInfo): Outcome {
  const rejected = rejectedRecipients(info.rejectedErrors);
  const notCarried = smtpNotCarried(mail.message);
  const { serverMessageId } = info;
  return {
    kind: 'relayed',
    trace: { ...traceOf(info.response), ...(serverMessageId ? { serverMessageId } : {}) },
    ...(rejected.length > 0 ? { rejected } : {}),
    ...(notCarried.length > 0 ? { notCarried } : {}),
  };
}
