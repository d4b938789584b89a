/**
 * Takes the bytes that follow the SMTP command DATA apart (RFC 5321 section 4.5.2): finds `CRLF . CRLF`, and nothing
 * else, as the end, and takes the extra dot off the lines that begin with one. A bare LF never ends anything: servers
 * that thought otherwise could be made to read one message as two.
 *
 * The work is linear in the size of the message whatever the chunks look like: what is kept is a list of slices.
 */

const CRLF_DOT = Buffer.from('\r\n.');
const NOTHING = Buffer.alloc(0);

export class DotDecoder {
  readonly #limit: number;
  // The first line has no CRLF before it, but a dot there means the same: pretend one and take it off again.
  #held: Buffer = Buffer.from('\r\n');
  #pretended = 2;
  #pieces: Buffer[] = [];
  #bytes = 0;

  /** `limit`: from this many bytes on the message is only counted, no longer kept. */
  constructor(limit = Number.POSITIVE_INFINITY) {
    this.#limit = limit;
  }

  /** Bytes of the message so far, without the dots that were taken off. */
  get bytes(): number {
    return this.#bytes;
  }

  get tooLarge(): boolean {
    return this.#bytes > this.#limit;
  }

  /** Takes the next bytes. Undefined: the end has not come yet; otherwise the bytes that came after the end. */
  push(chunk: Buffer): Buffer | undefined {
    const input = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = NOTHING;
    let from = 0;
    for (;;) {
      const dot = input.indexOf(CRLF_DOT, from);
      if (dot === -1) {
        this.#hold(input, from, input.length - unfinished(input, from));
        return undefined;
      }
      const after = input.subarray(dot + 3, dot + 5).toString('latin1');
      if (after === '\r\n') {
        this.#keep(input.subarray(from, dot + 2));
        return input.subarray(dot + 5);
      }
      if (after === '' || after === '\r') {
        this.#hold(input, from, dot);
        return undefined;
      }
      this.#keep(input.subarray(from, dot + 2));
      from = dot + 3;
    }
  }

  /** The whole message. Copies once, so that the slices and the network buffers behind them can go. */
  message(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  #hold(input: Buffer, from: number, to: number): void {
    this.#keep(input.subarray(from, to));
    this.#held = input.subarray(to);
  }

  #keep(piece: Buffer): void {
    const pretended = Math.min(this.#pretended, piece.length);
    this.#pretended -= pretended;
    this.#bytes += piece.length - pretended;
    if (this.tooLarge) this.#pieces = [];
    else if (piece.length > pretended) this.#pieces.push(piece.subarray(pretended));
  }
}

/** How many bytes at the end may be the beginning of `CRLF .`. */
function unfinished(input: Buffer, from: number): number {
  const last = input.at(-1);
  if (last === 0x0d) return Math.min(1, input.length - from);
  return last === 0x0a && input.at(-2) === 0x0d ? Math.min(2, input.length - from) : 0;
}
