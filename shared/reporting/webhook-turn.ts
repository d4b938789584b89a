/**
 * One turn of telling: a bell has rung for an event. See that the event stands in the message's row, find who wants to know, and
 * tell one endpoint.
 *
 * Throws only when storage fails, and then the host rings again. A worker that dies after the receiver has answered tells it
 * again, under the same `webhook-id`.
 */
import type { AccessStore } from '../access/store.ts';
import { hopHeader } from '../access/loop-guard.ts';
import { enableWebhook, wantsEvent, type WebhookEndpoint } from '../access/webhook.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { WebhookBell } from './webhook-announcer.ts';
import { webhookTimeout, type WebhookClient } from './webhook-client.ts';
import type { WebhookEntry } from './webhook-entry.ts';
import { webhookId, webhookPayload, type Tellable, type WebhookPayload } from './webhook-event.ts';
import { healthAfterFailure, judge, waitAfter } from './webhook-schedule.ts';
import { webhookHeaders } from './webhook-signature.ts';

/** What telling needs from outside. */
export interface WebhookParts {
  readonly access: Pick<AccessStore, 'register' | 'webhooks'>;
  /** Reads a message's record. */
  readonly read: (message: string) => Promise<Tellable | undefined>;
  readonly ring: WebhookBell;
  readonly post: WebhookClient;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 ≤ random < 1, for jitter. */
  readonly random: () => number;
}

/** What a turn came to. */
export type WebhookTurn =
  | 'told'
  /** The event does not stand in the row yet; there is a second look. */
  | 'not-yet'
  /** The write of the event never happened, or its row is gone. */
  | 'no-event'
  /** Nobody wants to know, or no more. */
  | 'nobody'
  /** Several endpoints: each has been given an entry of its own. */
  | 'spread'
  | 'again'
  | 'disabled'
  | 'given-up';

/** Seconds until the second look: functionTimeout (5 min) has ended whoever was about to write the event. */
const secondLook = 360;

/**
 * Takes one turn.
 *
 * @throws RestError when storage cannot be reached; the bell must then ring again.
 */
export async function tell(parts: WebhookParts, entry: WebhookEntry): Promise<WebhookTurn> {
  const record = await parts.read(entry.message);
  const payload = record && webhookPayload(record, entry);
  if (!payload) {
    if (entry.endpoint !== undefined || entry.attempt > 1) return 'no-event';
    await parts.ring({ ...entry, attempt: 2 }, secondLook);
    return 'not-yet';
  }
  const register = await parts.access.register();
  const wanting = register
    .webhooks(record.submitter)
    .filter(
      (endpoint) =>
        wantsEvent(endpoint, payload.type) &&
        (entry.endpoint === undefined || endpoint.id === entry.endpoint),
    );
  const [endpoint, ...others] = wanting;
  if (!endpoint) return 'nobody';
  const attempt = entry.endpoint === undefined ? 1 : entry.attempt;
  if (others.length > 0) {
    for (const { id } of wanting) await parts.ring({ ...entry, endpoint: id, attempt }, 0);
    return 'spread';
  }
  return await tellOne(parts, { ...entry, endpoint: endpoint.id, attempt }, endpoint, payload, record);
}

async function tellOne(
  parts: WebhookParts,
  entry: WebhookEntry,
  endpoint: WebhookEndpoint,
  payload: WebhookPayload,
  record: Tellable,
): Promise<WebhookTurn> {
  const { clock, log } = parts;
  const id = webhookId(entry.message, entry, endpoint.id);
  const answer = await postWebhook(parts, endpoint, id, payload, record.summary.hop);
  const verdict = judge(answer, entry.attempt, parts.random());
  const facts = {
    message: entry.message,
    endpoint: endpoint.id,
    attempt: entry.attempt,
    ...(answer.kind === 'answer' ? { status: answer.status } : { reason: answer.reason }),
  };
  if (verdict.kind === 'told') {
    if (endpoint.failingSince) await parts.access.webhooks.change(endpoint.id, enableWebhook);
    log('debug', 'webhook.told', facts);
    return 'told';
  }
  const now = clock.now();
  const switchOff = async (reason: string): Promise<WebhookTurn> => {
    await parts.access.webhooks.change(endpoint.id, (known) => ({ ...known, disabled: { at: now, reason } }));
    log('warn', 'webhook.disabled', facts);
    return 'disabled';
  };
  if (verdict.kind === 'gone') return await switchOff('The receiver answered 410 Gone.');
  const health = healthAfterFailure(endpoint.failingSince, entry.attempt, now);
  if (health === 'dead') return await switchOff('Nothing but failures for five days.');
  if (health === 'failing') {
    await parts.access.webhooks.change(endpoint.id, (known) => ({ failingSince: now, ...known }));
  }
  if (verdict.kind === 'given-up') {
    log('warn', 'webhook.given-up', facts);
    return 'given-up';
  }
  log('info', 'webhook.again', { ...facts, seconds: Math.round(verdict.seconds) });
  await parts.ring({ ...entry, attempt: entry.attempt + 1 }, verdict.seconds);
  return 'again';
}

/**
 * Signs a payload with every secret that is valid now, and posts it.
 *
 * @param hop how many times what it tells of has been through a bridge; see access/loop-guard.ts.
 */
export async function postWebhook(
  { post, clock }: Pick<WebhookParts, 'post' | 'clock'>,
  { url, secret, previous }: WebhookEndpoint,
  id: string,
  payload: WebhookPayload,
  hop = 1,
) {
  const now = clock.now();
  const body = JSON.stringify(payload);
  const valid = previous && previous.until > now ? [secret, previous.secret] : [secret];
  const secrets = valid.map((one) => one.reveal());
  const timestamp = Math.floor(now.getTime() / 1000);
  const headers = { ...webhookHeaders({ id, timestamp, body }, secrets), [hopHeader]: String(hop) };
  return await post({ url, headers, body }, AbortSignal.timeout(webhookTimeout));
}

/**
 * The queue gave up on an entry: its turn was taken many times and never finished, since storage was down or something in it
 * breaks the worker. It counts as one failed attempt and waits as long.
 *
 * @throws RestError when storage cannot be reached.
 */
export async function tellLater(
  parts: Pick<WebhookParts, 'ring' | 'log' | 'random'>,
  entry: WebhookEntry,
): Promise<void> {
  const wait = waitAfter(entry.attempt, parts.random());
  parts.log('error', wait === undefined ? 'webhook.given-up' : 'webhook.stuck', {
    message: entry.message,
    attempt: entry.attempt,
    ...(entry.endpoint === undefined ? {} : { endpoint: entry.endpoint }),
  });
  if (wait !== undefined) await parts.ring({ ...entry, attempt: entry.attempt + 1 }, wait);
}
