/**
 * The body of `POST /emails` in one zod schema: what is taken, what comes out, and what `/openapi.json` says about it.
 *
 * It sees the body in its documented spelling (canonical.ts). Every fault has a sentence of its own that says what to do; zod's own
 * are never shown. The schema is built when the process starts, so it is kept small.
 */
import * as z from 'zod';
import { parseMailbox } from '../message/address.ts';
import { findUnprintable } from '../message/character.ts';
import { headerLimit, parseHeaders } from '../message/header.ts';
import type { HeaderField, Mailbox } from '../message/message.ts';
import { attachmentsSchema } from './attachment-schema.ts';
import { recipientLimit, replyToLimit, tagLimit } from './canonical.ts';
import { check, expected, readString, stringEntries, type Report } from './field.ts';

const subjectLimit = 998;
const metadataLimit = 50;
const metadataKeyLimit = 64;
const metadataValueLimit = 500;
const tagTextLimit = 256;

const oneLine = (text: string, limit: number, report: Report): string => {
  const control = findUnprintable(text);
  if (control !== undefined) report(`The control character ${control} is not allowed; write one line.`);
  if (text.length > limit) report(`This is longer than ${limit} characters.`);
  return text;
};

const mailboxText = 'an address such as "name@example.com" or "Name <name@example.com>"';

function readMailbox(value: unknown, report: Report, ...path: PropertyKey[]): readonly Mailbox[] {
  if (typeof value !== 'string') {
    report(expected(mailboxText)({ input: value }), ...path);
    return [];
  }
  const result = parseMailbox(value);
  if (result.ok) return [result.mailbox];
  report(result.reason, ...path);
  return [];
}

/** One address or a list of them. */
const mailboxes = (description: string, maxItems: number) =>
  z
    .unknown()
    .transform(
      check((value, report) =>
        Array.isArray(value)
          ? value.flatMap((element: unknown, i) => readMailbox(element, report, i))
          : readMailbox(value, report),
      ),
    )
    .meta({
      description,
      anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, maxItems }],
    })
    .optional();

/** One address. */
const mailbox = (description: string) =>
  z
    .unknown()
    .transform(check((value, report): Mailbox => readMailbox(value, report)[0] ?? { address: '' }))
    .meta({ type: 'string', description });

/** Text of any length, in which NUL alone cannot be carried (RFC 5322 §2.3). */
const bodyText = (description: string) =>
  readString(
    'a string',
    (value, report) => {
      const nul = value.indexOf('\0');
      if (nul !== -1) report(`Character ${nul + 1} is NUL, which mail cannot carry; remove it.`);
      return value;
    },
    { description },
  ).optional();

const tag = z.strictObject(
  {
    name: readString(
      'a string',
      (value, report) => {
        if (!/^[A-Za-z0-9_-]{1,256}$/.test(value)) {
          report('A tag name has 1 to 256 ASCII letters, digits, hyphens and underscores.');
        }
        return value;
      },
      { pattern: '^[A-Za-z0-9_-]{1,256}$' },
    ),
    value: readString('a string', (value, report) => oneLine(value, tagTextLimit, report), {
      maxLength: tagTextLimit,
    }),
  },
  { error: expected('an object with "name" and "value"') },
);

const strings = { type: 'object', additionalProperties: { type: 'string' } } as const;

const headers = z
  .unknown()
  .transform(
    check((value, report): readonly HeaderField[] =>
      parseHeaders(stringEntries(value, 'headers and their values', headerLimit, report), (name, reason) =>
        report(reason, name),
      ),
    ),
  )
  .meta({
    ...strings,
    description:
      'Further header fields: names that begin with X- (but not X-MS-, X-Microsoft-, X-Postrider-) and a list of standard ones, see docs/api.md.',
    maxProperties: headerLimit,
  })
  .optional();

const metadata = z
  .unknown()
  .transform(
    check((value, report) => {
      const entries = stringEntries(value, 'names and strings', metadataLimit, report);
      for (const [name, text] of Object.entries(entries)) {
        if (name === '' || name.length > metadataKeyLimit) {
          report(`A name has 1 to ${metadataKeyLimit} characters.`, name);
        } else if (text.length > metadataValueLimit) {
          report(`This is longer than ${metadataValueLimit} characters.`, name);
        }
      }
      return entries;
    }),
  )
  .meta({
    ...strings,
    description: 'Names and strings of your own, kept with the status of the message; not sent.',
    maxProperties: metadataLimit,
  })
  .optional();

/** RFC 3339 date-time; seconds may be left out. */
function readTime(text: string, report: Report): Date {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/i.test(text)
    ? new Date(text)
    : undefined;
  if (time && !Number.isNaN(time.getTime())) return time;
  report(
    'Write a date and time with its offset from UTC, such as "2026-11-21T08:00:00Z" or "2026-11-21T09:00:00+01:00", or one such as "in 10 minutes" or "tomorrow at 9am".',
  );
  return new Date(0);
}

const choice = <const T extends string>(values: readonly [T, ...T[]], description: string) =>
  z
    .enum(values, { error: `This must be one of ${values.map((value) => `"${value}"`).join(', ')}.` })
    .meta({ description })
    .optional();

const scheduledAt = readString('a date and time such as "2026-11-21T08:00:00Z"', readTime, {
  description:
    'When to send it, with its offset from UTC; at once when left out or past. At most 30 days ahead.',
  format: 'date-time',
});

/** The schema of a submission. */
export const submissionSchema = z.strictObject({
  from: mailbox('Who sends it: an address, or a name and an address.'),
  to: mailboxes(
    `Recipients. To, cc and bcc together: at least 1, at most ${recipientLimit}.`,
    recipientLimit,
  ),
  cc: mailboxes('Recipients of a copy.', recipientLimit),
  bcc: mailboxes('Recipients whom the others do not see.', recipientLimit),
  reply_to: mailboxes('Where replies go instead of to the sender.', replyToLimit),
  subject: readString(
    'a string (an empty one sends the message without a subject)',
    (value, report) => oneLine(value, subjectLimit, report),
    { description: 'Subject, one line. May be empty.', maxLength: subjectLimit },
  ),
  text: bodyText('The message as plain text. Made from `html` when left out.'),
  html: bodyText('The message as HTML.'),
  headers,
  attachments: attachmentsSchema,
  tags: z
    .array(tag, { error: expected('a list of objects') })
    .meta({ description: 'Labels kept with the status of the message; not sent.', maxItems: tagLimit })
    .optional(),
  importance: choice(
    ['low', 'normal', 'high'],
    'Importance that mail programs show; `normal` when left out.',
  ),
  metadata,
  save_to_sent_items: z
    .boolean({ error: 'This must be true or false, without quotes.' })
    .meta({ description: 'Whether the sender’s mailbox keeps a copy in Sent Items; `true` when left out.' })
    .optional(),
  on_unknown: choice(
    ['retry', 'hold'],
    'What to do when an attempt may or may not have sent the message: send again, or wait for a person.',
  ),
  scheduled_at: scheduledAt.optional(),
  priority: choice(
    ['high', 'normal', 'low'],
    'Which messages are sent first when many wait: `high` overtakes the others, `low` lets them pass; `normal` when left out. Not shown to recipients (that is `importance`).',
  ),
  max_wait: z
    .int({ error: 'This must be a whole number of seconds from 0 to 2592000.' })
    .min(0, 'This must be a whole number of seconds from 0 to 2592000.')
    .max(2_592_000, 'This must be a whole number of seconds from 0 to 2592000.')
    .meta({
      description:
        'Seconds that the message may wait for its turn at the mailbox: it is refused (429) when that would take longer.',
    })
    .optional(),
});

/** A submission as the schema leaves it. */
export type ReadSubmission = z.output<typeof submissionSchema>;

const only = 'Only "scheduled_at" can be changed; send nothing else.';

/** The schema of the body of `PATCH /emails/{id}`. */
export const reschedulingSchema = z.strictObject(
  { scheduled_at: scheduledAt },
  {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? only : expected('a JSON object with "scheduled_at"')({}),
  },
);
