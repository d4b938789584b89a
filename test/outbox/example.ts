/**
 * A message and a record as a submission would make them, for tests of the halves behind it.
 */
import type { Message } from '../../shared/message/message.ts';
import type { MessageRecord } from '../../shared/outbox/record.ts';
import { newMessageId } from '../../shared/platform/id.ts';

/** A small valid message; `more` replaces fields. */
export function exampleMessage(more: Partial<Message> = {}): Message {
  return {
    from: { address: 'alerts@contoso.com', name: 'Alerts' },
    to: [{ address: 'ops@example.com' }],
    cc: [],
    bcc: [],
    replyTo: [],
    subject: 'Disk /var will fill in 4 hours',
    text: 'It will.',
    headers: [],
    attachments: [],
    importance: 'normal',
    saveToSentItems: true,
    ...more,
  };
}

/** A record just accepted at `at`; `more` replaces fields. */
export function exampleRecord(at: Date, more: Partial<MessageRecord> = {}): MessageRecord {
  const id = newMessageId(at);
  const later = (seconds: number) => new Date(at.getTime() + seconds * 1000);
  return {
    id,
    state: 'accepted',
    submitter: 'app',
    mailbox: 'alerts@contoso.com',
    messageId: `<${id}@contoso.com>`,
    onUnknown: 'retry',
    acceptedAt: at,
    dueAt: at,
    sweepAt: later(60),
    expiresAt: later(86_400),
    attempt: 0,
    priority: 'normal',
    progress: {},
    events: [{ at: at.toISOString(), event: 'accepted' }],
    summary: {
      from: 'alerts@contoso.com',
      to: ['ops@example.com'],
      cc: [],
      bcc: [],
      subject: 'x',
      tags: [],
      metadata: {},
    },
    ...more,
  };
}
