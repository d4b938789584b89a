/**
 * The names of fields: which there are, which other spellings mean them, and what to say about any other.
 */

import { entry } from '../platform/entry.ts';

/** The field names of one kind of object. */
export interface Vocabulary {
  /** What the object is called in a sentence, with its article. */
  readonly object: string;
  /** Names as documented, those of Resend's HTTP API. */
  readonly fields: readonly string[];
  /** Spellings that are taken as well, those of Resend's SDKs → documented name. */
  readonly aliases: Readonly<Record<string, string>>;
  /** Names that other APIs use → documented name, for a hint. Not taken: whoever means something else by them must find out. */
  readonly synonyms: Readonly<Record<string, string>>;
  /** Names that Resend knows and this version cannot honour → why not, and what to do. */
  readonly unsupported: Readonly<Record<string, string>>;
}

/** A submission. */
export const submissionVocabulary: Vocabulary = {
  object: 'a submission',
  fields: [
    'from',
    'to',
    'cc',
    'bcc',
    'reply_to',
    'subject',
    'text',
    'html',
    'headers',
    'attachments',
    'tags',
    'importance',
    'metadata',
    'save_to_sent_items',
    'on_unknown',
    'scheduled_at',
    'priority',
    'max_wait',
  ],
  aliases: {
    replyTo: 'reply_to',
    saveToSentItems: 'save_to_sent_items',
    onUnknown: 'on_unknown',
    scheduledAt: 'scheduled_at',
    maxWait: 'max_wait',
  },
  synonyms: {
    recipient: 'to',
    recipients: 'to',
    to_recipients: 'to',
    cc_recipients: 'cc',
    bcc_recipients: 'bcc',
    sender: 'from',
    from_email: 'from',
    sender_address: 'from',
    reply: 'reply_to',
    title: 'subject',
    body: 'text',
    message: 'text',
    content: 'text',
    plain: 'text',
    plain_text: 'text',
    text_body: 'text',
    html_body: 'html',
    html_content: 'html',
    files: 'attachments',
    attachment: 'attachments',
    custom_headers: 'headers',
    internet_message_headers: 'headers',
    categories: 'tags',
    custom_args: 'metadata',
  },
  unsupported: {
    template: 'Templates are not supported; send the finished "subject", "text" and "html".',
    topic_id: 'Topics are not supported; decide who receives the message before you submit it.',
    react: 'React elements cannot be rendered here; send the finished "html".',
  },
};

/** An element of `attachments`. */
export const attachmentVocabulary: Vocabulary = {
  object: 'an attachment',
  fields: ['filename', 'content', 'content_type', 'content_id'],
  aliases: { contentType: 'content_type', contentId: 'content_id' },
  synonyms: {
    name: 'filename',
    file_name: 'filename',
    data: 'content',
    base64: 'content',
    content_bytes: 'content',
    type: 'content_type',
    mime_type: 'content_type',
    media_type: 'content_type',
    cid: 'content_id',
    inline_content_id: 'content_id',
  },
  unsupported: {
    path: 'Attachments are not fetched from elsewhere; send the bytes as base64 in "content".',
    url: 'Attachments are not fetched from elsewhere; send the bytes as base64 in "content".',
    href: 'Attachments are not fetched from elsewhere; send the bytes as base64 in "content".',
    disposition: 'Leave it out; an attachment with "content_id" is inline, every other is not.',
    content_disposition: 'Leave it out; an attachment with "content_id" is inline, every other is not.',
    encoding: 'Leave it out; "content" is always base64.',
  },
};

/** An element of `tags`. */
export const tagVocabulary: Vocabulary = {
  object: 'a tag',
  fields: ['name', 'value'],
  aliases: {},
  synonyms: { key: 'name' },
  unsupported: {},
};

/** What to say about a field that is not taken. */
export function unknownField(name: string, vocabulary: Vocabulary): string {
  const key = snakeCase(name);
  const reason = entry(vocabulary.unsupported, key);
  if (reason !== undefined) return `"${clip(name)}" is not supported. ${reason}`;
  const statement = `"${clip(name)}" is not a field of ${vocabulary.object}`;
  const nearest = entry(vocabulary.synonyms, key) ?? nearestField(key, vocabulary.fields);
  if (nearest !== undefined) return `${statement}; did you mean "${nearest}"?`;
  return `${statement}; remove it. The fields are: ${vocabulary.fields.join(', ')}.`;
}

/** A name of the document for a sentence: short and on one line. */
const clip = (name: string): string =>
  (name.length > 60 ? `${name.slice(0, 60).replace(/[\ud800-\udbff]$/, '')}…` : name).replaceAll(
    /\p{Cc}/gu,
    '�',
  );

/** `HtmlBody`, `htmlBody`, `html-body` → `html_body`. */
const snakeCase = (name: string): string =>
  name
    .slice(0, 60)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[\s-]/g, '_')
    .toLowerCase();

/** The field at the least edit distance, when that is at most 2 and less than half of the name. */
function nearestField(name: string, fields: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.min(3, Math.ceil(name.length / 2));
  for (const field of fields) {
    const distance = editDistance(name, field);
    if (distance < least) {
      least = distance;
      best = field;
    }
  }
  return best;
}

/** Levenshtein distance, row by row. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
