/** An SMTP client without any mind of its own: it says what it is told and shows what comes back, byte for byte. */
import { connect, type Socket } from 'node:net';
import { connect as connectSecurely, type ConnectionOptions } from 'node:tls';

export class SmtpClient {
  #socket: Socket;
  #received = '';
  #closed = false;
  #wake: () => void = () => undefined;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#listen();
  }

  /** The next whole reply, its lines joined by a line feed; `(closed)` when there will be none. */
  async reply(): Promise<string> {
    for (;;) {
      const match = /^(?:\d{3}-[^\r\n]*\r\n)*\d{3} [^\r\n]*\r\n/u.exec(this.#received);
      if (match !== null) {
        this.#received = this.#received.slice(match[0].length);
        return match[0].trimEnd().replaceAll('\r\n', '\n');
      }
      if (this.#closed) return '(closed)';
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }

  /** Sends a line and returns the reply to it. */
  say(line: string): Promise<string> {
    this.send(`${line}\r\n`);
    return this.reply();
  }

  send(bytes: string | Uint8Array): void {
    if (this.#socket.writable) this.#socket.write(bytes);
  }

  /** STARTTLS, without checking the certificate unless `options` say so; `slipped` goes out in the same packet. */
  async startTls(options: ConnectionOptions = { rejectUnauthorized: false }, slipped = ''): Promise<void> {
    const said = await this.say(`STARTTLS${slipped}`);
    if (!said.startsWith('220')) throw new Error(said);
    this.#socket.removeAllListeners();
    const secured = connectSecurely({ ...options, socket: this.#socket });
    await new Promise<void>((resolve, reject) => {
      secured.once('secureConnect', resolve).once('error', reject);
    });
    this.#socket = secured;
    this.#listen();
  }

  /** Everything up to and including a successful AUTH. */
  async logIn(mailbox: string, token: string): Promise<void> {
    await this.reply();
    await this.say('EHLO client.example');
    await this.startTls();
    await this.say('EHLO client.example');
    const said = await this.say(`AUTH XOAUTH2 ${xoauth2(mailbox, token)}`);
    if (!said.startsWith('235')) throw new Error(said);
  }

  /** MAIL, RCPT and DATA, up to the 354. */
  async begin(from: string, to: string): Promise<string> {
    await this.say(`MAIL FROM:<${from}>`);
    await this.say(`RCPT TO:<${to}>`);
    return this.say('DATA');
  }

  close(): void {
    this.#socket.destroy();
  }

  #listen(): void {
    const closed = (): void => {
      this.#closed = true;
      this.#wake();
    };
    this.#socket.on('close', closed).on('end', closed).on('error', closed);
    this.#socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('utf8');
      this.#wake();
    });
  }
}

export function xoauth2(mailbox: string, token: string): string {
  return Buffer.from(`user=${mailbox}\u0001auth=Bearer ${token}\u0001\u0001`).toString('base64');
}
