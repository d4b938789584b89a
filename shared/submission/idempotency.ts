/**
 * What makes a request the repetition of an earlier one, which gets the first answer and makes no second message: the
 * Idempotency-Key request header (IETF draft-ietf-httpapi-idempotency-key-header); else the id that a webhook's sender gives its
 * delivery; else, for submitters who chose that, the same body within some time.
 *
 * The id of the message is made from submitter and key, so the message's row is also the record of its key: one insert commits
 * both, and a second one with the same key finds the row there.
 */
import { createHash } from 'node:crypto';
import { recipients, type Message } from '../message/message.ts';
import { messageIdOf } from '../platform/id.ts';
import { ok, refuse, type Result } from '../platform/problem.ts';

/** How long a key is remembered, in seconds. */
export const idempotencyLifetime = 86_400;

/**
 * How long the id counts that the sender of a hook gives its delivery, in seconds: longer than senders repeat what was not answered,
 * and shorter than monitoring tools wait before they remind (Alertmanager: 4 h), or people before they press "Redeliver".
 */
export const hookDeliveryLifetime = 3600;

/**
 * Reads the header: a Structured Field string (`"abc"`, RFC 9651 §3.3.3) or the bare text that most clients send.
 *
 * @returns the key; undefined inside `ok` when there is no header.
 */
export function readIdempotencyKey(header: string | undefined): Result<string | undefined> {
  if (header === undefined) return ok(undefined);
  const text = header.trim();
  const quoted = /^"((?:[^"\\]|\\["\\])*)"$/.exec(text)?.[1]?.replaceAll(/\\(["\\])/g, '$1');
  const key = quoted ?? text;
  if (!/^[\x20-\x7e]{1,256}$/.test(key) || (quoted === undefined && /["\\]/.test(key))) {
    return refuse(
      'invalid-idempotency-key',
      'Send an Idempotency-Key of 1 to 256 printable ASCII characters, for example a UUID.',
    );
  }
  return ok(key);
}

/** Header fields that together name an event, the same when it is told again. */
interface DeliveryId {
  readonly fields: readonly [string, ...string[]];
  readonly source: string;
}

/**
 * Ids that senders of webhooks give. Not among them: `x-request-id`, which every proxy makes anew or passes on for something else;
 * `x-gitlab-event-uuid`, which webhooks that trigger each other share (GitLab sends an Idempotency-Key as well).
 */
export const deliveryIds: readonly DeliveryId[] = [
  {
    fields: ['webhook-id'],
    source:
      'Standard Webhooks 1.0.0, https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md',
  },
  {
    fields: ['svix-id'],
    source: 'https://docs.svix.com/receiving/verifying-payloads/how-manual',
  },
  {
    fields: ['x-github-delivery'],
    source: 'https://docs.github.com/webhooks/using-webhooks/best-practices-for-using-webhooks',
  },
  {
    fields: ['x-amz-sns-message-id'],
    source: 'https://docs.aws.amazon.com/sns/latest/dg/http-header.html',
  },
  {
    fields: ['ce-source', 'ce-id'],
    source: 'CloudEvents 1.0.2, "id", and its HTTP protocol binding, §3.1 (binary content mode)',
  },
];

/**
 * A key made from the id of a webhook's delivery. Sender, recipients and subject are part of it: one event may be told to several
 * people by several requests that hand the same header on, and none of these mails may be lost. What else differs does not count,
 * since who makes a mail from an event may write the time into it.
 *
 * @returns undefined when the request has no such id. No key of a submitter can be the same: none has a NUL.
 */
export function deliveryKey(
  header: (name: string) => string | undefined,
  message: Message,
): string | undefined {
  for (const { fields } of deliveryIds) {
    const values = fields.map((name) => header(name)?.trim() ?? '');
    if (values.includes('')) continue;
    const addresses = [message.from, ...recipients(message)].map(({ address }) => address);
    return [...fields, ...values, ...addresses, message.subject].join('\0');
  }
  return undefined;
}

/**
 * The id of the message that a key makes.
 *
 * @param generation how often the key has been used before and run out: its lifetime is a day, and a row lives longer.
 */
export const keyedMessageId = (submitter: string, key: string, generation: number): string =>
  messageIdOf(createHash('sha256').update(`${submitter}\0${generation}\0${key}`).digest());

/** The fingerprint of a request: SHA-256 of its body, base64url. */
export const fingerprint = (body: Uint8Array): string =>
  createHash('sha256').update(body).digest('base64url');

/**
 * The ids that a body, or a key, may have made within a time, for submitters whose repetitions carry no key, or the same for ever. Time is cut into stretches of that
 * length, and it makes at most one message in each: a repetition falls into the stretch of the first or into the next one. Two
 * at the very border, on two instances at once, make two messages.
 *
 * @param print fingerprint of the body, or the key.
 * @param window seconds.
 */
export function contentIds(
  submitter: string,
  print: string,
  window: number,
  now: Date,
): { readonly before: string; readonly current: string } {
  const stretch = Math.floor(now.getTime() / 1000 / window);
  const id = (number: number) => keyedMessageId(submitter, `content\0${window}\0${print}`, number);
  return { before: id(stretch - 1), current: id(stretch) };
}
