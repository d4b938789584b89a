/**
 * The checks of a tenant: tokens, sending by Graph and by SMTP AUTH, the sent copy, and that another mailbox is closed. They go
 * through the very doors that the deployed app uses, so that a failure is explained in its words.
 */
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SentCopies } from '../../shared/delivery/doubt.ts';
import { createTokenSource } from '../../shared/delivery/entra.ts';
import { createGraphTransport } from '../../shared/delivery/graph.ts';
import { createSentCopies } from '../../shared/delivery/sent-copies.ts';
import { createSmtpTransport } from '../../shared/delivery/smtp.ts';
import { tagOf } from '../../shared/delivery/tag.ts';
import type {
  DraftNote,
  OutgoingMessage,
  TokenSource,
  Transport,
  TransportName,
} from '../../shared/delivery/transport.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import type { Config } from '../../shared/platform/config.ts';
import { newMessageId } from '../../shared/platform/id.ts';
import { check, checkOfOutcome, type Check } from './check.ts';

/** What is tried in the tenant. */
export interface TenantPlan {
  readonly from: string;
  readonly to: string;
  /** A mailbox that the app must not be able to send as. */
  readonly outside?: string;
  /** Seconds that the sent copy is waited for. */
  readonly patience: number;
}

const clock = systemClock;

/** Credentials that lie in the settings themselves. */
const portable: ReadonlySet<string> = new Set(['secret', 'certificate']);

/** Runs the checks of a tenant, one after another; each is given out as soon as it is known. Nothing is sent without a token. */
export async function* checkTenant(config: Config, plan: TenantPlan): AsyncGenerator<Check> {
  if (!portable.has(config.credential.kind) && !process.env['IDENTITY_ENDPOINT']) {
    const detail =
      'The credential needs the managed identity of the function app, which this machine does not have: check the deployed app instead (--url).';
    yield check('tenant', 'skipped', detail);
    return;
  }
  const tokens = createTokenSource({ config, clock });
  const { graphResource, exchangeResource } = config.endpoints;
  const parts = { config, tokens, clock };
  const ways: readonly { name: TransportName; resource: string; right: string; open(): Transport }[] = [
    {
      name: 'graph',
      resource: graphResource,
      right: 'Mail.Send',
      open: () => createGraphTransport(parts),
    },
    {
      name: 'smtp',
      resource: exchangeResource,
      right: 'SMTP.SendAsApp',
      open: () => createSmtpTransport(parts),
    },
  ];
  for (const way of ways.filter(({ name }) => config.transports.includes(name))) {
    const token = await checkToken(tokens, way);
    yield* token.checks;
    if (!token.ok) continue;
    const transport = way.open();
    try {
      yield* checkSending(config, transport, plan, () => createSentCopies(parts));
    } finally {
      await transport.close();
    }
  }
}

async function checkToken(
  tokens: TokenSource,
  { name, resource, right }: { name: TransportName; resource: string; right: string },
): Promise<{ ok: boolean; checks: readonly Check[] }> {
  const result = await tokens.token(`${resource}/.default`);
  if (!result.ok) return { ok: false, checks: [checkOfOutcome(`${name} token`, result.outcome, '')] };
  const until = result.expiresOn.toISOString().slice(11, 16);
  const got = check(`${name} token`, 'passed', `Entra ID gave a token for ${resource}, until ${until} UTC.`);
  const wide = rolesOf(result.accessToken).filter((role) => role === right || role.startsWith('Mail.'));
  if (wide.length === 0) return { ok: true, checks: [got] };
  const detail = `${wide.join(', ')} was consented to in Entra ID and reaches EVERY mailbox of the tenant, whatever Exchange's scope says: remove it there (docs/exchange-setup.md).`;
  return { ok: true, checks: [got, check(`${name} permissions`, 'warning', detail)] };
}

/** A token is not for its bearer to read, so what is found is a hint and no more. */
function rolesOf(token: string): readonly string[] {
  try {
    const { roles } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
      roles?: unknown;
    };
    return Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [];
  } catch {
    return [];
  }
}

async function* checkSending(
  config: Config,
  transport: Transport,
  plan: TenantPlan,
  openCopies: () => SentCopies,
): AsyncGenerator<Check> {
  const { name } = transport;
  const mail = testMail(plan.from, plan.to, name);
  const outcome = await transport.send(mail, AbortSignal.timeout(config.attemptTimeout * 1000), noDraft);
  yield checkOfOutcome(
    `${name} send`,
    outcome,
    `Exchange took a mail from ${plan.from} to ${plan.to}: see that it arrives.`,
  );
  if (outcome.kind === 'relayed' && name === 'graph') {
    yield config.graphPermissions.length === 0
      ? check('sent copy', 'skipped', 'POSTRIDER_GRAPH_PERMISSIONS grants no look into the mailbox.')
      : await checkCopy(openCopies(), mail, plan.patience);
  }
  if (plan.outside !== undefined) yield await checkOutside(config, transport, plan.outside, plan.to);
}

async function checkCopy(copies: SentCopies, mail: OutgoingMessage, patience: number): Promise<Check> {
  const { id, messageId, mailbox, message } = mail;
  const at = clock.now().toISOString();
  for (;;) {
    const signal = AbortSignal.timeout(30_000);
    const sighting = await copies.find(
      { id, messageId, message, doubt: { at, transport: 'graph', mailbox } },
      signal,
    );
    if (sighting.kind === 'sent') {
      return check('sent copy', 'passed', 'The sent copy was found in Sent Items.', sighting.trace);
    }
    if (sighting.kind === 'no-evidence') return check('sent copy', 'failed', sighting.reason);
    if (clock.now().getTime() - Date.parse(at) >= patience * 1000) {
      const why = sighting.kind === 'unreachable' ? sighting.reason : 'No copy came to Sent Items.';
      return check('sent copy', 'failed', `${why} Waited for ${patience} s.`);
    }
    await sleep(Math.min(5000, patience * 1000));
  }
}

async function checkOutside(
  config: Config,
  transport: Transport,
  outside: string,
  to: string,
): Promise<Check> {
  const name = `${transport.name} outside`;
  const mail = testMail(outside, to, transport.name);
  const outcome = await transport.send(mail, AbortSignal.timeout(config.attemptTimeout * 1000), noDraft);
  switch (outcome.kind) {
    case 'relayed':
      return check(
        name,
        'failed',
        `The app CAN send as ${outside}: its permission is not limited to the sender mailboxes (docs/exchange-setup.md).`,
        outcome.trace,
      );
    case 'unknown':
      return check(name, 'failed', `It cannot be told: ${outcome.reason}`, outcome.trace);
    case 'failed':
    case 'deferred':
      // A throttle or a lost connection says nothing of what is permitted.
      return outcome.fault === 'configuration'
        ? check(name, 'passed', `Exchange refused to send as ${outside}, as it should.`, outcome.trace)
        : check(name, 'failed', `It cannot be told: ${outcome.reason}`, outcome.trace);
  }
}

const noDraft: DraftNote = { repeated: false, note: () => Promise.resolve(true) };

function testMail(from: string, to: string, way: string): OutgoingMessage {
  const date = clock.now();
  const id = newMessageId(date);
  return {
    id,
    messageId: `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>`,
    date,
    mailbox: from,
    message: {
      from: { address: from },
      to: [{ address: to }],
      cc: [],
      bcc: [],
      replyTo: [],
      subject: `Postrider: test by ${way}`,
      text: `This mail was sent by "npm run verify:live" of Postrider at ${date.toISOString()}. Nothing needs to be done.`,
      headers: [tagOf(id)],
      attachments: [],
      importance: 'normal',
      saveToSentItems: true,
    },
    openAttachment: () => Promise.resolve(Readable.from([])),
  };
}
