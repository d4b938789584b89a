/**
 * One SMTP connection as a sequence of lines and bytes to be asked for, so that a session reads from top to bottom
 * and every place in the dialogue is a place where the connection can be cut or left hanging.
 */
import type { Socket } from 'node:net';
import { TLSSocket, type SecureContext } from 'node:tls';

/** RFC 4954 section 4 lets an AUTH line have 12,288 bytes; beyond a multiple of that nobody speaks SMTP. */
const LONGEST_LINE = 64 * 1024;
const NOTHING = Buffer.alloc(0);

export class SmtpWire {
  #socket: Socket;
  #unread: Buffer = NOTHING;
  #over = false;
  #wake: () => void = () => undefined;
  readonly #whenOver = Promise.withResolvers<undefined>();

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    this.#listen();
  }

  /** The other end's address, as a greeting shows it. */
  get peer(): string {
    return this.#socket.remoteAddress ?? '';
  }

  get secure(): boolean {
    return this.#socket instanceof TLSSocket;
  }

  /** Settles when the connection is gone, whoever ended it. */
  get over(): Promise<undefined> {
    return this.#whenOver.promise;
  }

  /** The next line without its line end; undefined at the end of the connection or when the line is absurdly long. */
  async line(): Promise<string | undefined> {
    let searched = 0;
    for (;;) {
      const end = this.#unread.indexOf(0x0a, searched);
      if (end !== -1) {
        const line = this.#unread.subarray(0, end).toString('utf8');
        this.#unread = this.#unread.subarray(end + 1);
        return line.endsWith('\r') ? line.slice(0, -1) : line;
      }
      searched = this.#unread.length;
      if (searched > LONGEST_LINE) return undefined;
      const more = await this.#more();
      if (more === undefined) return undefined;
      this.#unread = searched === 0 ? more : Buffer.concat([this.#unread, more]);
    }
  }

  /** What has arrived, at least one byte; undefined at the end of the connection. */
  async bytes(): Promise<Buffer | undefined> {
    if (this.#unread.length === 0) return this.#more();
    const bytes = this.#unread;
    this.#unread = NOTHING;
    return bytes;
  }

  /** Puts bytes back that belong to what comes next. */
  putBack(bytes: Buffer): void {
    this.#unread = this.#unread.length === 0 ? bytes : Buffer.concat([bytes, this.#unread]);
  }

  /** Sends one reply: lines without line ends. */
  reply(...lines: string[]): void {
    if (!this.#over && this.#socket.writable) this.#socket.write(`${lines.join('\r\n')}\r\n`);
  }

  /** The server's half of STARTTLS. False when the handshake failed; the connection is then gone. */
  async startTls(secureContext: SecureContext): Promise<boolean> {
    // RFC 3207 section 4.2: what a stranger slipped in before the handshake must not be read as part of the session.
    this.#unread = NOTHING;
    const plain = this.#socket;
    plain.removeAllListeners('readable');
    plain.on('error', () => undefined);
    const secured = new TLSSocket(plain, { isServer: true, secureContext });
    const established = new Promise<boolean>((resolve) => {
      secured.once('secure', () => resolve(true));
      secured.once('close', () => resolve(false));
    });
    plain.removeAllListeners('end').removeAllListeners('close');
    this.#socket = secured;
    this.#listen();
    return established;
  }

  /** Cuts the connection at once; what was written but not sent yet is lost. */
  cut(): void {
    this.#close();
    this.#socket.destroy();
  }

  /** Sends what was written and then says goodbye. Nothing more is read or answered. */
  end(): void {
    this.#close();
    this.#socket.end();
    this.ignore();
  }

  /** Reads and forgets whatever comes, so that the end of the connection is noticed. */
  ignore(): void {
    this.#socket.removeAllListeners('readable').resume();
  }

  #close(): void {
    this.#over = true;
    this.#unread = NOTHING;
  }

  #listen(): void {
    const wake = (): void => this.#wake();
    const over = (): void => {
      this.#over = true;
      this.#whenOver.resolve(undefined);
      wake();
    };
    // An error is always followed by 'close', which is all a session needs to know.
    this.#socket.on('readable', wake).on('end', over).on('close', over).on('error', wake);
  }

  async #more(): Promise<Buffer | undefined> {
    for (;;) {
      if (this.#over) return undefined;
      const chunk: unknown = this.#socket.read();
      if (Buffer.isBuffer(chunk)) return chunk;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }
}
