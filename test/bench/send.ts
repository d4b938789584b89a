/**
 * (b) The send path: our transports beside the bare libraries, the same message to the same server, from this process.
 *
 * Tokens come from the pretend Entra ID through the door that the bridge uses; the bare side holds one in a variable.
 */
import { createTransport } from 'nodemailer';
import { createTokenSource } from '../../shared/delivery/entra.ts';
import { graphForm } from '../../shared/delivery/graph-form.ts';
import { composeGraphRequest } from '../../shared/delivery/graph-request.ts';
import { createGraphTransport } from '../../shared/delivery/graph.ts';
import { createSmtpTransport } from '../../shared/delivery/smtp.ts';
import type { OutgoingMessage, Transport } from '../../shared/delivery/transport.ts';
import type { Message } from '../../shared/message/message.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { readConfig, type Config } from '../../shared/platform/config.ts';
import { newMessageId } from '../../shared/platform/id.ts';
import { createLog } from '../../shared/platform/log.ts';
import { mailbox, smallMail } from './mail.ts';
import { ratio, type Measurement } from './measurement.ts';
import { fetchToken } from './microsoft365.ts';
import type { Stage } from './stage.ts';
import { figure } from './statistics.ts';

/** One way to send one mail; rejects when it was not taken. */
type Send = () => Promise<unknown>;

/** A burst: mails a second, and milliseconds of this process's time for one. */
interface Speed {
  readonly rate: number;
  readonly cpu: number;
}

/** Measures. */
export async function sendPath(stage: Stage): Promise<Measurement[]> {
  const config = readConfig(stage.settings);
  return [...(await smtp(stage, config)), ...(await graph(stage, config))];
}

async function smtp(stage: Stage, config: Config): Promise<Measurement[]> {
  const { endpoints } = config;
  const accessToken = await fetchToken(stage.microsoft365.facts, `${endpoints.exchangeResource}/.default`);
  const transport = createSmtpTransport(parts(config));
  const pool = createTransport({
    pool: true,
    maxConnections: 3,
    host: endpoints.smtpHost,
    port: endpoints.smtpPort,
    requireTLS: true,
    auth: { type: 'OAuth2', user: mailbox, accessToken },
  });
  const bare: Send = () => {
    const { id, messageId, date, message } = nextMail();
    const to = message.to.map(({ address }) => address);
    const { subject, text = '' } = message;
    const headers = { 'X-Postrider-Id': id };
    return pool.sendMail({ from: mailbox, to, subject, text, messageId, date, headers });
  };
  try {
    const speeds = await race(stage, 'SMTP', through(transport), bare, 8);
    return lines('SMTP, 3 connections', 'bare nodemailer pool', speeds);
  } finally {
    await transport.close();
    pool.close();
  }
}

async function graph(stage: Stage, config: Config): Promise<Measurement[]> {
  const { endpoints } = config;
  const accessToken = await fetchToken(stage.microsoft365.facts, `${endpoints.graphResource}/.default`);
  const transport = createGraphTransport(parts(config));
  const url = `${endpoints.graphUrl}/v1.0/users/${encodeURIComponent(mailbox)}/sendMail`;
  const mail = nextMail();
  const form = graphForm(mail.message, mailbox, []);
  if (!form.ok) throw new Error(form.reason);
  const composed = await composeGraphRequest(mail, form);
  if (!composed.ok) throw new Error(`The mail cannot be sent through Graph: ${composed.outcome.reason}`);
  const headers = { authorization: `Bearer ${accessToken}`, 'content-type': composed.contentType };
  const bare: Send = async () => {
    const response = await fetch(url, { method: 'POST', headers, body: composed.text });
    await response.arrayBuffer();
    if (response.status !== 202) throw new Error(`Graph answered ${response.status}.`);
  };
  try {
    return lines('Graph, 4 at once', 'bare fetch', await race(stage, 'Graph', through(transport), bare, 4));
  } finally {
    await transport.close();
  }
}

/** Our Graph transport, one mail a call; rejects when it was not taken. */
export function openGraph(stage: Stage): { readonly send: Send; readonly close: () => Promise<void> } {
  const transport = createGraphTransport(parts(readConfig(stage.settings)));
  return { send: through(transport), close: () => transport.close() };
}

const parts = (config: Config) => {
  const log = createLog('error');
  return { config, tokens: createTokenSource({ config, clock: systemClock, log }), clock: systemClock };
};

const through =
  (transport: Transport): Send =>
  async () => {
    const outcome = await transport.send(nextMail(), AbortSignal.timeout(60_000), {
      repeated: false,
      note: () => Promise.resolve(true),
    });
    if (outcome.kind !== 'relayed') throw new Error(`${transport.name}: ${JSON.stringify(outcome)}`);
  };

/** Bursts of ours and of the bare library in turn. */
async function race(stage: Stage, name: string, ours: Send, bare: Send, concurrency: number) {
  const [rounds, amount] = stage.quick ? [3, 500] : [7, 2000];
  const speeds: { ours: Speed[]; bare: Speed[] } = { ours: [], bare: [] };
  for (let round = 0; round <= rounds; round++) {
    const a = await burst(stage, ours, amount, concurrency);
    const b = await burst(stage, bare, amount, concurrency);
    // Round 0 warms up.
    if (round === 0) continue;
    speeds.ours.push(a);
    speeds.bare.push(b);
    stage.say(`(b) ${name}, round ${round} of ${rounds}: ours ${figure(a.rate)}/s, bare ${figure(b.rate)}/s`);
  }
  return speeds;
}

async function burst(stage: Stage, send: Send, amount: number, concurrency: number): Promise<Speed> {
  const before = await stage.microsoft365.counts();
  const cpu = process.cpuUsage();
  const started = performance.now();
  let left = amount;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await send();
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const { accepted } = await stage.microsoft365.counts();
  const arrived = accepted - before.accepted;
  if (arrived !== amount) throw new Error(`${amount} mails were sent and ${arrived} arrived.`);
  return { rate: amount / seconds, cpu: (user + system) / 1000 / amount };
}

function lines(
  name: string,
  beside: string,
  { ours, bare }: { ours: readonly Speed[]; bare: readonly Speed[] },
): Measurement[] {
  const rates = (speeds: readonly Speed[]) => ({ values: speeds.map(({ rate }) => rate) });
  const times = (speeds: readonly Speed[]) => ({ values: speeds.map(({ cpu }) => cpu) });
  return [
    ratio('b', name, 'mails/s', rates(ours), { name: beside, ...rates(bare) }, { atLeast: 0.5 }),
    ratio('b', `${name}, processor time`, 'ms', times(ours), { name: beside, ...times(bare) }),
  ];
}

/** A fresh message with the content of the small mail, as the delivery half would hand it over. */
function nextMail(): OutgoingMessage {
  const date = new Date();
  const id = newMessageId(date);
  return {
    id,
    messageId: `<${id}@contoso.com>`,
    date,
    mailbox,
    message,
    openAttachment: () => Promise.reject(new Error('This mail has no attachments.')),
  };
}

const { to, subject, text }: Record<'to' | 'subject' | 'text', string> = JSON.parse(smallMail());
const message: Message = {
  from: { address: mailbox },
  to: [{ address: to }],
  cc: [],
  bcc: [],
  replyTo: [],
  subject,
  text,
  headers: [],
  attachments: [],
  importance: 'normal',
  saveToSentItems: true,
};
