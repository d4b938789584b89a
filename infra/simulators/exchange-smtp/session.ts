/**
 * One connection to the pretend smtp.office365.com, from the greeting to the end. The order of the checks is the
 * order in which the real server makes them: most of its refusals come late, at the end of DATA.
 */
import type { SecureContext } from 'node:tls';
import type { FaultScript } from '../faults.ts';
import type { MailStore } from '../mail-store.ts';
import { isMailboxAddress, parseCommand, parsePath } from './command.ts';
import type { SmtpMailbox, TokenVerifier } from './credentials.ts';
import type { SmtpFault, SmtpPhase } from './faults.ts';
import { logIn } from './login.ts';
import { misbehave, type Circumstances } from './misbehaviour.ts';
import { receiveChunk, receiveData } from './reception.ts';
import { ehloReply, replies } from './replies.ts';
import type { Submissions } from './submissions.ts';
import { judge, type Transaction } from './transaction.ts';
import type { SmtpWire } from './wire.ts';

/** What all sessions of one server share. */
export interface SmtpWorld {
  readonly secureContext: SecureContext;
  readonly faults: FaultScript<SmtpFault>;
  readonly store: MailStore;
  readonly verifyToken: TokenVerifier;
  readonly mailboxes: Iterable<SmtpMailbox>;
  readonly submissions: Submissions;
  readonly maxBytes: number;
  readonly maxRecipients: number;
}

export class SmtpSession {
  readonly #wire: SmtpWire;
  readonly #world: SmtpWorld;
  #greeted = false;
  #mailbox: SmtpMailbox | undefined;
  #transaction: Transaction | undefined;

  constructor(wire: SmtpWire, world: SmtpWorld) {
    this.#wire = wire;
    this.#world = world;
  }

  /** Returns when the connection is over. */
  async run(): Promise<void> {
    if (!(await this.#misbehaves('banner'))) this.#wire.reply(replies.banner());
    for (;;) {
      const line = await this.#wire.line();
      if (line === undefined) break;
      await this.#serve(line);
    }
    this.#forget();
    this.#wire.end();
  }

  async #serve(line: string): Promise<void> {
    const { verb, rest } = parseCommand(line);
    switch (verb) {
      case 'EHLO':
      case 'HELO':
        return this.#hello(verb, rest);
      case 'STARTTLS':
        return this.#startTls();
      case 'AUTH':
        return this.#auth(rest);
      case 'MAIL':
        return this.#mail(rest);
      case 'RCPT':
        return this.#rcpt(rest);
      case 'DATA':
        return this.#data();
      case 'BDAT':
        return this.#bdat(rest);
      case 'RSET':
        this.#forget();
        return this.#wire.reply(replies.reset);
      case 'NOOP':
        return this.#wire.reply(replies.ok);
      case 'VRFY':
        return this.#wire.reply(replies.cannotVerify);
      case 'QUIT':
        return this.#quit();
      default:
        return this.#wire.reply(replies.unrecognized(verb));
    }
  }

  async #hello(verb: string, rest: string): Promise<void> {
    if (await this.#misbehaves('ehlo')) return;
    if (rest === '') return this.#wire.reply(replies.invalidDomain);
    this.#forget();
    this.#greeted = true;
    const { peer, secure } = this.#wire;
    if (verb === 'HELO') this.#wire.reply(replies.helo(peer));
    else this.#wire.reply(...ehloReply(peer, secure, this.#world.maxBytes));
  }

  async #startTls(): Promise<void> {
    if (await this.#misbehaves('starttls')) return;
    if (!this.#greeted) return this.#wire.reply(replies.helloFirst);
    if (this.#wire.secure) return this.#wire.reply(replies.badSequence);
    this.#wire.reply(replies.startTls);
    // RFC 3207 section 4.2: everything said before TLS is forgotten, the hello included.
    this.#forget();
    this.#greeted = false;
    await this.#wire.startTls(this.#world.secureContext);
  }

  async #auth(rest: string): Promise<void> {
    if (!this.#greeted) return this.#wire.reply(replies.helloFirst);
    if (!this.#wire.secure) return this.#wire.reply(replies.unknownAuth);
    if (this.#mailbox !== undefined) return this.#wire.reply(replies.badSequence);
    this.#mailbox = await logIn(rest, this.#wire, this.#world);
  }

  async #mail(rest: string): Promise<void> {
    if (await this.#misbehaves('mail')) return;
    if (!this.#greeted) return this.#wire.reply(replies.helloFirst);
    if (!this.#wire.secure) return this.#wire.reply(replies.needTls());
    if (this.#mailbox === undefined) return this.#wire.reply(replies.notAuthenticated());
    if (this.#transaction !== undefined) return this.#wire.reply(replies.badSequence);
    const path = parsePath(rest, 'FROM');
    if ('invalid' in path) return this.#refusePath(path.invalid, replies.invalidSender);
    const utf8 = path.parameters.has('SMTPUTF8');
    if (path.address !== '' && !isMailboxAddress(path.address, utf8)) {
      return this.#wire.reply(replies.invalidSender);
    }
    if (Number(path.parameters.get('SIZE') ?? 0) > this.#world.maxBytes) {
      return this.#wire.reply(replies.tooLarge);
    }
    this.#transaction = {
      mailbox: this.#mailbox,
      submission: this.#world.submissions.begin(this.#mailbox.address),
      from: path.address,
      utf8,
      to: [],
      chunks: [],
      chunkBytes: 0,
    };
    this.#wire.reply(replies.sender);
  }

  async #rcpt(rest: string): Promise<void> {
    const path = parsePath(rest, 'TO');
    const recipient = 'invalid' in path ? '' : path.address;
    if (await this.#misbehaves('rcpt', { recipient })) return;
    const transaction = this.#transaction;
    if (transaction === undefined) return this.#wire.reply(replies.needMail);
    if ('invalid' in path) return this.#refusePath(path.invalid, replies.invalidRecipient);
    if (!isMailboxAddress(recipient, transaction.utf8)) return this.#wire.reply(replies.invalidRecipient);
    if (transaction.to.length >= this.#world.maxRecipients)
      return this.#wire.reply(replies.tooManyRecipients);
    transaction.to.push(recipient);
    this.#wire.reply(replies.recipient);
  }

  #refusePath(invalid: 'path' | 'parameters', badAddress: string): void {
    this.#wire.reply(invalid === 'path' ? badAddress : replies.invalidArguments);
  }

  async #data(): Promise<void> {
    if (await this.#misbehaves('data')) return;
    const transaction = this.#transaction;
    if (transaction === undefined) return this.#wire.reply(replies.needMail);
    if (transaction.to.length === 0) return this.#wire.reply(replies.needRcpt);
    if (transaction.chunkBytes > 0) return this.#wire.reply(replies.badSequence);
    this.#wire.reply(replies.startMail);
    const message = await receiveData(this.#wire, this.#world);
    if (message !== undefined) await this.#finish(transaction, message);
  }

  async #bdat(rest: string): Promise<void> {
    const match = /^(\d{1,10})(?:\s+(LAST))?$/iu.exec(rest);
    if (match === null) return this.#wire.reply(replies.invalidArguments);
    const transaction = this.#transaction;
    // RFC 3030 section 2: the bytes follow the command at once, so they come even when it is refused.
    const size = Number(match[1]);
    const chunk = await receiveChunk(this.#wire, size, this.#world.maxBytes);
    if (chunk === undefined) return;
    if (transaction === undefined) return this.#wire.reply(replies.needMail);
    if (transaction.to.length === 0) return this.#wire.reply(replies.needRcpt);
    transaction.chunkBytes += size;
    const fits = transaction.chunkBytes <= this.#world.maxBytes;
    if (fits) transaction.chunks.push(chunk);
    if (match[2] === undefined) return this.#wire.reply(replies.chunk(size));
    await this.#finish(transaction, fits ? Buffer.concat(transaction.chunks) : 'too-large');
  }

  async #finish(transaction: Transaction, message: Buffer | 'too-large'): Promise<void> {
    const verdict =
      message === 'too-large'
        ? ({ kind: 'refused', reply: replies.tooLarge } as const)
        : judge(transaction, message);
    const accept = (): void => {
      if (verdict.kind === 'accepted') this.#world.store.add(verdict.mail);
    };
    if (!(await this.#misbehaves('dot', { accept }))) {
      accept();
      this.#wire.reply(verdict.reply);
    }
    this.#forget();
  }

  async #quit(): Promise<void> {
    if (await this.#misbehaves('quit')) return;
    this.#wire.reply(replies.closing);
    this.#wire.end();
  }

  #forget(): void {
    this.#transaction?.submission.end();
    this.#transaction = undefined;
  }

  #misbehaves(phase: SmtpPhase, circumstances: Circumstances = {}): Promise<boolean> {
    return misbehave(phase, this.#wire, this.#world.faults, circumstances);
  }
}
