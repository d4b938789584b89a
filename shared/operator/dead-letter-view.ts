/**
 * A dead letter as an operator sees it: in the list, and whole with its message. Attachments are named, their bytes are not shown.
 */
import type { Mailbox, Message } from '../message/message.ts';
import type { KeptMessage } from '../outbox/ledger.ts';
import { lastReason, type MessageEvent, type State } from '../reporting/event.ts';
import { statusView, type StatusView, type Summary } from '../reporting/status.ts';

/** An entry of the list. Times are ISO 8601 in UTC. */
export interface DeadLetterEntry extends Summary {
  readonly object: 'dead_letter';
  readonly id: string;
  readonly status: State;
  /** Why it stands there. */
  readonly reason?: string;
  /** What Microsoft 365 told about itself at the last attempt. */
  readonly trace?: object;
  /** Whether it can be replayed: its content is still kept. */
  readonly replayable: boolean;
  readonly submitter: string;
  readonly mailbox: string;
  readonly created_at: string;
  readonly ended_at?: string;
  readonly attempts: number;
}

/** One as a whole. */
export interface DeadLetterView extends Omit<StatusView, 'object'> {
  readonly object: 'dead_letter';
  readonly replayable: boolean;
  /** The message in the field names of a submission; null once its content has been purged. */
  readonly message: object | null;
}

/** An entry of the list. */
export function deadLetterEntry(kept: KeptMessage): DeadLetterEntry {
  const reason = lastReason(kept.events);
  const trace = lastTrace(kept.events);
  return {
    object: 'dead_letter',
    id: kept.id,
    status: kept.state,
    ...(reason === undefined ? {} : { reason }),
    ...(trace ? { trace } : {}),
    replayable: kept.replayable,
    submitter: kept.submitter,
    mailbox: kept.mailbox,
    ...kept.summary,
    created_at: kept.acceptedAt.toISOString(),
    ...(kept.endedAt ? { ended_at: kept.endedAt.toISOString() } : {}),
    attempts: kept.attempt,
  };
}

/** One as a whole. @param message undefined when its content is gone. */
export const deadLetterView = (
  record: Parameters<typeof statusView>[0],
  message: Message | undefined,
): DeadLetterView => ({
  ...statusView(record),
  object: 'dead_letter',
  replayable: message !== undefined,
  message: message ? submitted(message) : null,
});

const lastTrace = (events: readonly MessageEvent[]): object | undefined =>
  events.findLast((event) => 'trace' in event)?.trace;

function submitted(message: Message): object {
  const list = (mailboxes: readonly Mailbox[]) => mailboxes.map(written);
  return {
    from: written(message.from),
    to: list(message.to),
    cc: list(message.cc),
    bcc: list(message.bcc),
    reply_to: list(message.replyTo),
    subject: message.subject,
    ...(message.text === undefined ? {} : { text: message.text }),
    ...(message.html === undefined ? {} : { html: message.html }),
    headers: Object.fromEntries(message.headers.map(({ name, value }) => [name, value])),
    attachments: message.attachments.map(({ filename, contentType, contentId, size }) => ({
      filename,
      content_type: contentType,
      ...(contentId === undefined ? {} : { content_id: contentId }),
      size,
    })),
    importance: message.importance,
    save_to_sent_items: message.saveToSentItems,
  };
}

/** RFC 5322 §3.4 name-addr; the name always quoted, since nobody knows what stands in it. */
const written = ({ address, name }: Mailbox): string =>
  name === undefined ? address : `"${name.replaceAll(/["\\]/g, String.raw`\$&`)}" <${address}>`;
