/**
 * A message too large for `sendMail`: made as a draft in the mailbox, given its files, and sent. One request at a time.
 *
 * Nothing is sent before `/send`, so that whatever goes wrong until then is no doubt. A draft that will not be sent is deleted; one
 * whose sending is in doubt stays, because it can tell: the immutable id finds it in Drafts or in Sent Items.
 * https://learn.microsoft.com/graph/outlook-large-attachments; https://learn.microsoft.com/graph/outlook-immutable-id
 */
import type { Clock } from '../platform/clock.ts';
import type { Attachment } from '../message/message.ts';
import { AttachmentError, attachmentUnreadable } from './attachment-error.ts';
import { readJson, readSending, readSetback, traceOf } from './graph-answer.ts';
import type { GraphClient, GraphReply, GraphRequest } from './graph-client.ts';
import type { GraphForm } from './graph-form.ts';
import { fileBytes, fileOf, sendMailBody, sendMailBytes } from './graph-message.ts';
import { uploadFile } from './graph-upload.ts';
import { draftLimits, maxBytes } from './limits.ts';
import type { Outcome } from './outcome.ts';
import { tagFilter } from './tag.ts';
import type { DraftNote, OutgoingMessage } from './transport.ts';
import { outcomeOf, type Setback } from './verdict.ts';

/** What sending by draft is done with. */
export interface DraftParts {
  readonly client: GraphClient;
  readonly clock: Clock;
}

/** One attempt to send one message by draft. */
interface Attempt extends DraftParts {
  readonly mail: OutgoingMessage;
  readonly form: Extract<GraphForm, { ok: true }>;
  readonly signal: AbortSignal;
  readonly drafts: DraftNote;
}

/** Milliseconds for cleaning up after an attempt, whose own time may be over. */
const cleaningTime = 10_000;

/** Path of a message below its mailbox. @param id as Graph gave it. */
export const messagePath = (id: string): string => `/messages/${encodeURIComponent(id)}`;

/**
 * Sends a message by draft.
 *
 * @param form what graphForm has decided.
 * @param drafts where the draft's id is written down before anything else is done to it.
 */
export async function sendDraft(
  { client, clock }: DraftParts,
  mail: OutgoingMessage,
  form: Attempt['form'],
  signal: AbortSignal,
  drafts: DraftNote,
): Promise<Outcome> {
  const attempt = { client, clock, mail, form, signal, drafts };
  if (drafts.draft !== undefined) {
    const earlier = await clearEarlier(attempt, drafts.draft);
    if (earlier) return earlier;
  } else if (drafts.repeated) {
    // A worker may have died between making its draft and noting it. What is not found now does no harm.
    await tidy(attempt);
  }
  const id = await prepare(attempt);
  if (typeof id !== 'string') return id;
  const reply = await ask(attempt, { method: 'POST', path: `${messagePath(id)}/send` });
  const outcome = await readSending(reply, clock.now(), form.notCarried);
  return outcome.kind === 'deferred' || outcome.kind === 'failed'
    ? await discard(attempt, id, outcome)
    : outcome;
}

/** Immutable ids stay the same when the draft moves to Sent Items. */
const ask = (
  { client, mail, signal }: Pick<Attempt, 'client' | 'mail' | 'signal'>,
  request: GraphRequest,
): Promise<GraphReply> =>
  client.ask(
    mail.mailbox,
    { ...request, headers: { ...request.headers, Prefer: 'IdType="ImmutableId"' } },
    signal,
  );

const postJson = (attempt: Attempt, path: string, body: object): Promise<GraphReply> =>
  ask(attempt, {
    method: 'POST',
    path,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

/**
 * Sees to the draft of an attempt that came to no end: deletes it, since nobody knows how far it had come.
 *
 * @returns undefined when the way is free, or what became of the message.
 */
async function clearEarlier(attempt: Attempt, id: string): Promise<Outcome | undefined> {
  const { clock, form } = attempt;
  const reply = await ask(attempt, { method: 'GET', path: `${messagePath(id)}?$select=isDraft` });
  if (reply.kind !== 'answered') return await readSetback(reply, clock.now());
  if (reply.response.status === 404) return undefined;
  if (!reply.response.ok) return await readSetback(reply, clock.now());
  const { isDraft } = await readJson(reply.response);
  if (isDraft === false) return { kind: 'relayed', trace: traceOf(reply), notCarried: form.notCarried };
  const removed = await remove(attempt, id);
  return removed === true ? undefined : await readSetback(removed, clock.now());
}

/** @returns the id of the draft, ready to be sent; or why there is none, and then none is left. */
async function prepare(attempt: Attempt): Promise<string | Setback> {
  const packed = pack(attempt);
  const id = await readable(() => create(attempt, packed));
  if (typeof id !== 'string') return id;
  const { drafts, mail } = attempt;
  try {
    if (!(await drafts.note(id))) {
      await tidy(attempt, id);
      return outcomeOf({ verdict: 'transient', reason: 'Another worker has taken the message over.' }, {});
    }
    const rest = [...mail.message.attachments.entries()].filter(([index]) => !packed.has(index));
    const setback = await readable(() => attachAll(attempt, id, rest));
    return setback ? await discard(attempt, id, setback) : id;
  } catch (error) {
    await tidy(attempt, id);
    throw error;
  }
}

async function readable<T>(act: () => Promise<T>): Promise<T | Setback> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof AttachmentError)) throw error;
    return outcomeOf(attachmentUnreadable, {});
  }
}

/** The files, by index, that are small enough to be made together with the draft. */
function pack({ mail, form }: Attempt): ReadonlySet<number> {
  const packed = new Set<number>();
  let bytes = sendMailBytes({ ...mail.message, attachments: [] }, form.headers) + '"attachments":[],'.length;
  for (const [index, attachment] of mail.message.attachments.entries()) {
    const more = fileBytes(attachment) + 1;
    if (attachment.size >= draftLimits.sessionFrom || bytes + more > maxBytes.graph) continue;
    packed.add(index);
    bytes += more;
  }
  return packed;
}

async function create(attempt: Attempt, packed: ReadonlySet<number>): Promise<string | Setback> {
  const { mail, form, clock } = attempt;
  const attachments = mail.message.attachments.filter((_, index) => packed.has(index));
  const contents: string[] = [];
  for (const index of packed) contents.push(await readFile(mail, index));
  const { message } = sendMailBody({ ...mail.message, attachments }, mail.id, form.headers, contents);
  const reply = await postJson(attempt, '/messages', message);
  if (reply.kind === 'lost' && reply.written) await tidy(attempt);
  if (reply.kind !== 'answered' || !reply.response.ok) return await readSetback(reply, clock.now());
  const { id } = await readJson(reply.response);
  return typeof id === 'string'
    ? id
    : outcomeOf(
        { verdict: 'transient', reason: 'Graph made a draft and did not say which.' },
        traceOf(reply),
      );
}

async function attachAll(
  attempt: Attempt,
  id: string,
  files: readonly (readonly [number, Attachment])[],
): Promise<Setback | undefined> {
  const { client, clock, mail, signal } = attempt;
  for (const [index, attachment] of files) {
    const setback = isPosted(attachment)
      ? await attach(attempt, id, index, attachment)
      : await uploadFile(
          { client, clock },
          {
            mailbox: mail.mailbox,
            draft: messagePath(id),
            attachment,
            open: () => mail.openAttachment(index),
          },
          signal,
        );
    if (setback) return setback;
  }
  return undefined;
}

const isPosted = (attachment: Attachment): boolean =>
  attachment.size < draftLimits.sessionFrom && fileBytes(attachment) <= maxBytes.graph;

async function attach(
  attempt: Attempt,
  id: string,
  index: number,
  attachment: Attachment,
): Promise<Setback | undefined> {
  const file = fileOf(attachment, await readFile(attempt.mail, index));
  const reply = await postJson(attempt, `${messagePath(id)}/attachments`, file);
  return reply.kind === 'answered' && reply.response.ok
    ? undefined
    : await readSetback(reply, attempt.clock.now());
}

/** The bytes of a small file in base64. */
async function readFile(mail: OutgoingMessage, index: number): Promise<string> {
  try {
    const stream = await mail.openAttachment(index);
    return Buffer.concat(await stream.toArray()).toString('base64');
  } catch (cause) {
    throw new AttachmentError(cause);
  }
}

/** Deletes a message. It must not have been sent: the copy in Sent Items would go. */
async function remove(
  attempt: Pick<Attempt, 'client' | 'mail' | 'signal'>,
  id: string,
): Promise<true | GraphReply> {
  const reply = await ask(attempt, { method: 'DELETE', path: messagePath(id) });
  return reply.kind === 'answered' && (reply.response.ok || reply.response.status === 404) ? true : reply;
}

/** Ends an attempt that has not sent: its draft goes, and where that fails the note of it stays for the next attempt. */
async function discard(attempt: Attempt, id: string, setback: Setback): Promise<Setback> {
  if (await tidy(attempt, id)) {
    // A note of a draft that is gone does no harm.
    await attempt.drafts.note(undefined).catch(() => false);
    return setback;
  }
  return { ...setback, reason: `${setback.reason} A draft of the message is left in the mailbox.` };
}

/**
 * Deletes the draft in a time of its own, or those that are found by the tag when no answer told the id.
 *
 * @returns whether none is left.
 */
async function tidy({ client, mail }: Attempt, id?: string): Promise<boolean> {
  const own = { client, mail, signal: AbortSignal.timeout(cleaningTime) };
  let ids = id === undefined ? [] : [id];
  if (id === undefined) {
    const path = `/mailFolders/drafts/messages?$filter=${tagFilter(mail.id)}&$select=id`;
    const found = await ask(own, { method: 'GET', path });
    if (found.kind !== 'answered' || !found.response.ok) return false;
    ids = idsOf(await readJson(found.response));
  }
  let gone = true;
  for (const draft of ids) gone = (await remove(own, draft)) === true && gone;
  return gone;
}

const idsOf = ({ value }: Readonly<Record<string, unknown>>): string[] =>
  (Array.isArray(value) ? value : [])
    .map((item: unknown) =>
      typeof item === 'object' && item !== null ? (Reflect.get(item, 'id') as unknown) : undefined,
    )
    .filter((id) => typeof id === 'string');
