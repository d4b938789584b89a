/** The AUTH dialogue: XOAUTH2 in both of its forms (RFC 4954 section 4), and LOGIN, which is offered and never works. */
import type { FaultScript } from '../faults.ts';
import { admit, parseXoauth2, type SmtpMailbox, type TokenVerifier } from './credentials.ts';
import type { SmtpFault } from './faults.ts';
import { misbehave } from './misbehaviour.ts';
import { replies } from './replies.ts';
import type { SmtpWire } from './wire.ts';

export interface LoginWorld {
  readonly faults: FaultScript<SmtpFault>;
  readonly verifyToken: TokenVerifier;
  readonly mailboxes: Iterable<SmtpMailbox>;
}

/** Answers `AUTH <rest>`. The mailbox, once somebody is logged in; undefined when it came to nothing. */
export async function logIn(
  rest: string,
  wire: SmtpWire,
  world: LoginWorld,
): Promise<SmtpMailbox | undefined> {
  const [mechanism = '', initial] = rest.split(/\s+/u);
  if (mechanism.toUpperCase() === 'LOGIN') {
    if (initial === undefined) await ask(wire, '334 VXNlcm5hbWU6');
    await ask(wire, '334 UGFzc3dvcmQ6');
    if (!(await misbehave('auth', wire, world.faults))) wire.reply(replies.basicAuthDisabled());
    return undefined;
  }
  if (mechanism.toUpperCase() !== 'XOAUTH2') {
    wire.reply(replies.unknownAuth);
    return undefined;
  }
  const response = initial ?? (await ask(wire, '334 '));
  if (response === undefined || (await misbehave('auth', wire, world.faults))) return undefined;
  if (response === '*') {
    wire.reply(replies.authAborted);
    return undefined;
  }
  return judge(response, wire, world);
}

/** Sends a challenge and returns the line that comes back; undefined when the client left. */
function ask(wire: SmtpWire, challenge: string): Promise<string | undefined> {
  wire.reply(challenge);
  return wire.line();
}

async function judge(response: string, wire: SmtpWire, world: LoginWorld): Promise<SmtpMailbox | undefined> {
  const admission = await admit(parseXoauth2(response), world.verifyToken, world.mailboxes).catch(
    () => undefined,
  );
  if (admission?.kind === 'admitted') {
    wire.reply(replies.authenticated);
    return admission.mailbox;
  }
  // A verifier that throws says nothing about the token.
  if (admission === undefined) wire.reply(replies.authUnavailable);
  else
    wire.reply(admission.kind === 'refused' ? replies.badCredentials() : replies.smtpAuthDisabled('Mailbox'));
  return undefined;
}
