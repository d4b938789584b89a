/**
 * Looks for the sent copy of a message whose sending is in doubt.
 *
 * A draft tells by itself: its immutable id finds it in Drafts or in Sent Items
 * (https://learn.microsoft.com/graph/outlook-immutable-id). Whatever else went as JSON carries our tag as a property, which Sent
 * Items can be filtered by. MIME and SMTP cannot carry it: there the Message-ID finds the copy where Exchange has kept it, and its
 * absence proves nothing, because nobody documents that it does.
 */
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import type { Doubt, SentCopies, Sighting } from './doubt.ts';
import { readJson, readSetback, traceOf } from './graph-answer.ts';
import { createGraphClient, type GraphReply } from './graph-client.ts';
import { messagePath } from './graph-draft.ts';
import { graphForm } from './graph-form.ts';
import { tagFilter } from './tag.ts';
import type { TokenSource } from './transport.ts';

/** What looking needs from outside. */
export interface SentCopiesParts {
  readonly config: Pick<Config, 'endpoints' | 'graphPermissions'>;
  readonly tokens: TokenSource;
  readonly clock: Clock;
}

type Facts = Parameters<SentCopies['find']>[0];

/**
 * How long a copy may take to be seen, in seconds after the doubt. Microsoft says that it takes a moment and gives no number
 * (https://learn.microsoft.com/graph/outlook-things-to-know-about-send-mail).
 */
export const copyDelay = 60;

/** Creates the look-up. Nothing is loaded or connected before the first doubt. */
export function createSentCopies(parts: SentCopiesParts): SentCopies {
  const { config, clock } = parts;
  const client = createGraphClient(parts);

  const get = (mailbox: string, path: string, signal: AbortSignal): Promise<GraphReply> =>
    client.ask(mailbox, { method: 'GET', path, headers: { Prefer: 'IdType="ImmutableId"' } }, signal);

  return {
    async find(facts, signal) {
      const { doubt, draft } = facts;
      const form = formOf(facts, config.graphPermissions);
      // The id is written down before the draft is sent, and struck out when it was deleted instead.
      if (form === 'draft' && draft === undefined) return { kind: 'not-sent' };
      if (draft !== undefined) {
        const reply = await get(
          doubt.mailbox,
          `${messagePath(draft)}?$select=isDraft,internetMessageId`,
          signal,
        );
        // It may be on its way, or have been deleted by somebody after it was sent.
        if (reply.kind !== 'answered' || reply.response.status !== 404) {
          return await readDraft(reply, doubt, clock.now());
        }
      }
      const filter = searches[form](facts);
      const path = `/mailFolders/sentitems/messages?$filter=${filter}&$select=internetMessageId&$top=1`;
      const reply = await get(doubt.mailbox, path, signal);
      if (reply.kind !== 'answered' || !reply.response.ok) return await unanswered(reply, clock.now());
      const { value } = await readJson(reply.response);
      const copy: unknown = Array.isArray(value) ? value[0] : undefined;
      if (copy !== undefined) return sent(reply, copy);
      return tooEarly(doubt, clock.now()) ?? absent(form, facts);
    },
  };
}

type Form = 'sendMail-json' | 'sendMail-mime' | 'draft' | 'smtp' | 'unsaid';

/** In which form the attempt went: it follows from the message. */
function formOf({ doubt, message, draft }: Facts, permissions: Config['graphPermissions']): Form {
  if (doubt.transport === 'smtp') return 'smtp';
  if (draft !== undefined) return 'draft';
  if (!message) return 'unsaid';
  const form = graphForm(message, doubt.mailbox, permissions);
  return form.ok ? form.form : 'unsaid';
}

const byTag = ({ id }: Facts): string => tagFilter(id);
const byMessageId = ({ messageId }: Facts): string =>
  encodeURIComponent(`internetMessageId eq '${messageId.replaceAll("'", "''")}'`);

/** What finds a copy of each form. */
const searches: Readonly<Record<Form, (facts: Facts) => string>> = {
  'sendMail-json': byTag,
  draft: byTag,
  'sendMail-mime': byMessageId,
  smtp: byMessageId,
  unsaid: byTag,
};

async function readDraft(reply: GraphReply, doubt: Doubt, now: Date): Promise<Sighting> {
  if (reply.kind !== 'answered' || !reply.response.ok) return await unanswered(reply, now);
  const item = await readJson(reply.response);
  if (item['isDraft'] === false) return sent(reply, item);
  return tooEarly(doubt, now) ?? { kind: 'not-sent' };
}

/** @param item as Graph shows it. */
function sent(reply: Extract<GraphReply, { kind: 'answered' }>, item: unknown): Sighting {
  const id: unknown =
    typeof item === 'object' && item !== null ? Reflect.get(item, 'internetMessageId') : undefined;
  return {
    kind: 'sent',
    trace: { ...traceOf(reply), ...(typeof id === 'string' ? { serverMessageId: id } : {}) },
  };
}

function tooEarly({ at }: Doubt, now: Date): Sighting | undefined {
  const seconds = Math.ceil(copyDelay - (now.getTime() - Date.parse(at)) / 1000);
  return seconds > 0 ? { kind: 'too-early', seconds } : undefined;
}

/** What it means that there is no copy. */
function absent(form: Form, { message }: Facts): Sighting {
  switch (form) {
    case 'draft':
      return { kind: 'not-sent' };
    case 'sendMail-json':
      return message?.saveToSentItems === false
        ? { kind: 'no-evidence', reason: 'The message was to leave no copy in Sent Items.' }
        : { kind: 'not-sent' };
    case 'sendMail-mime':
    case 'smtp':
      return {
        kind: 'no-evidence',
        reason:
          'No copy was found by its Message-ID, which Exchange Online may have replaced: only messages that Graph takes as JSON can be told for certain.',
      };
    case 'unsaid':
      return { kind: 'no-evidence', reason: 'The content of the message is gone, and no copy was found.' };
  }
}

/** Answers that waiting does not change: the mailbox does not let itself be looked into. */
const forbidden: ReadonlySet<number> = new Set([401, 403]);

async function unanswered(reply: GraphReply, now: Date): Promise<Sighting> {
  const setback = await readSetback(reply, now);
  const { reason } = setback;
  if (
    setback.trace.status !== undefined &&
    forbidden.has(setback.trace.status) &&
    reply.kind === 'answered'
  ) {
    return {
      kind: 'no-evidence',
      reason:
        'The app may not look into Sent Items: grant Mail.Read with admin consent, or take it out of POSTRIDER_GRAPH_PERMISSIONS.',
    };
  }
  if (setback.kind === 'failed') return { kind: 'no-evidence', reason };
  const seconds = setback.kind === 'deferred' ? setback.retryAfterSeconds : undefined;
  return { kind: 'unreachable', reason, ...(seconds === undefined ? {} : { retryAfterSeconds: seconds }) };
}
