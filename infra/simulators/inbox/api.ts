/**
 * What programs read, JSON over plain HTTP:
 *
 *     GET    /api/v1/messages             { accepted, total, messages: [summary, …] }, newest first
 *     DELETE /api/v1/messages             204
 *     GET    /api/v1/message/{id}         the summary with headers, text, html, attachments and transport
 *     GET    /api/v1/message/{id}/raw     message/rfc822
 *
 * `messages` takes `from`, `to`, `subject`, `via` (each a part of the real thing, in any case), `q` (the search
 * language of the page), `limit` (default 50) and `wait` (`10s`, `500ms`, `1m`; at most a minute): when nothing matches,
 * the answer comes with the first match, or without one when the time is over. That too is a 200, with no messages.
 */
import { createHash } from 'node:crypto';
import type { AcceptedMail, MailStore } from '../mail-store.ts';
import { awaitMails, findMails } from './finding.ts';
import type { Letter } from './letter.ts';
import type { Glance, Letters } from './letters.ts';
import { only, parseSearch, type Filter } from './search.ts';

const LONGEST_WAIT = 60_000;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000 };

export type MessagesQuery =
  | { readonly ok: true; readonly filter: Filter; readonly limit: number; readonly wait: number }
  | { readonly ok: false; readonly error: string };

export function parseMessagesQuery(query: URLSearchParams): MessagesQuery {
  const wait = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s|m)?$/u.exec(query.get('wait') ?? '0');
  const milliseconds = Number(wait?.[1]) * (UNITS[wait?.[2] ?? 's'] ?? 1000);
  if (wait === null || milliseconds > LONGEST_WAIT) {
    return { ok: false, error: '"wait" must be a time such as 10s, 500ms or 1m, and at most a minute.' };
  }
  const limit = query.get('limit') ?? '50';
  if (!/^\d{1,4}$/u.test(limit)) return { ok: false, error: '"limit" must be a whole number below 10000.' };
  const filter = (['from', 'to', 'subject', 'via'] as const).flatMap((place) =>
    query.getAll(place).flatMap((text) => (text === '' ? [] : only(place, text))),
  );
  return {
    ok: true,
    filter: [...filter, ...parseSearch(query.get('q') ?? '')],
    limit: Number(limit),
    wait: milliseconds,
  };
}

export async function messagesJson(
  store: MailStore,
  letters: Letters,
  { filter, limit, wait }: Extract<MessagesQuery, { readonly ok: true }>,
  signal: AbortSignal,
): Promise<unknown> {
  const found =
    wait === 0
      ? await findMails(store, letters, filter)
      : await awaitMails(store, letters, filter, wait, signal);
  const messages: unknown[] = [];
  for (const mail of found.slice(0, limit)) messages.push(summary(mail, await letters.glance(mail)));
  return { accepted: store.accepted, total: found.length, messages };
}

function summary(mail: AcceptedMail, glance: Glance): Record<string, unknown> {
  const { from, to, subject, snippet, size, attachments } = glance;
  const { id, acceptedAt, via, mailbox } = mail;
  return { id, acceptedAt, via, mailbox, from: from[0], to, subject, snippet, size, attachments };
}

export function messageJson(mail: AcceptedMail, letter: Letter, glance: Glance): Record<string, unknown> {
  const { envelope, requestId, clientRequestId, serverMessageId, json } = mail;
  const { to, cc, bcc, replyTo, date, headers, text, html, problem } = letter;
  return {
    ...summary(mail, glance),
    to,
    cc,
    bcc,
    replyTo,
    date,
    envelope,
    requestId,
    clientRequestId,
    serverMessageId,
    headers,
    text,
    html,
    problem,
    attachments: letter.attachments.map(({ filename, mimeType, inline, contentId, content }, index) => ({
      filename,
      mimeType,
      size: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      inline,
      contentId,
      href: `/message/${mail.id}/part/${index}?download`,
    })),
    json,
  };
}
