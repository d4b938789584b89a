/**
 * How far one message has come on its way into an SMTP connection: the fact on which "certainly not sent" and "may have been
 * sent" turn (RFC 1047). nodemailer reports a connection lost before MAIL and one lost after the final dot in the same words.
 *
 * The stream from which the connection takes the message is watched. Its end comes just before the final dot is written, so
 * "written" errs on the side of doubt, and only for the last few kilobytes.
 */
import type { Readable } from 'node:stream';

/** `waiting`: the connection has taken nothing. `writing`: some, not all. `written`: all of it. */
export type SmtpPhase = 'waiting' | 'writing' | 'written';

/** The progress of one message in one try. */
export class SmtpProgress {
  #stream: Readable | undefined;
  #ended = false;

  /** Watches the stream that the connection will read. Changes nothing about it. */
  watch(stream: Readable): void {
    this.#stream = stream;
    stream.once('end', () => {
      this.#ended = true;
    });
  }

  get phase(): SmtpPhase {
    if (this.#ended) return 'written';
    return this.#stream?.readableDidRead === true ? 'writing' : 'waiting';
  }
}
