/**
 * The answers of the API as schemas, for `/openapi.json` alone: answers are made by us, so nothing checks them at run time, and a
 * test holds these to what is really answered.
 */
import * as z from 'zod';
import { refusals } from '../platform/refusals.ts';
import { states } from '../reporting/event.ts';

const time = (description: string) => z.string().meta({ description, format: 'date-time' });

/** Every state a message can be in. */
export const stateSchema = z.enum(states).meta({
  description:
    'Where the message stands. `relayed`: Microsoft 365 took it, which is not yet delivery. `tested`: everything was done but the sending, in mode `test`. `unknown`: nobody can tell whether it was sent.',
});

/** The answer to an accepted submission. */
export const acceptedSchema = z.object({
  object: z.literal('email'),
  id: z.string().meta({ description: 'Id of the message, for `GET /emails/{id}`.' }),
  status: stateSchema.meta({
    description: '`accepted`, or where it stands when it was sent within the call (`Prefer: wait`).',
  }),
  created_at: time('When it was accepted.'),
  estimated_at: time('When it will probably be sent.'),
});

/** The answer to an accepted batch. */
export const acceptedBatchSchema = z.object({
  object: z.literal('list'),
  data: z
    .array(acceptedSchema.pick({ id: true, estimated_at: true }))
    .meta({ description: 'One entry for each message that was accepted, in their order.' }),
  errors: z
    .array(z.object({ index: z.int(), message: z.string(), code: z.enum(Object.keys(refusals)) }))
    .meta({ description: 'With `x-batch-validation: permissive`: the messages that were refused.' })
    .optional(),
});

const addresses = z.array(z.string());

/** The status of a message. */
export const statusSchema = z.object({
  object: z.literal('email'),
  id: z.string(),
  status: stateSchema,
  last_event: z
    .enum(['queued', 'scheduled', 'sent', 'delivery_delayed', 'failed', 'canceled'])
    .meta({ description: 'Where it stands in the words of Resend’s API, for its clients.' }),
  recipients: z
    .array(
      z.object({
        address: z.string(),
        status: stateSchema,
        code: z.string().meta({ description: 'Enhanced status code (RFC 3463) of `reply`.' }).optional(),
        reply: z
          .string()
          .meta({ description: 'What the server last said about this recipient, if it refused them.' })
          .optional(),
      }),
    )
    .meta({
      description:
        'Where it stands for each address of to, cc and bcc. `relayed` and `failed` are final for a recipient that SMTP told apart; the others stand where the message stands.',
    }),
  from: z.string(),
  to: addresses.meta({ description: 'As many addresses as 5,000 characters hold.' }),
  cc: addresses,
  bcc: addresses,
  subject: z.string(),
  tags: z.array(z.object({ name: z.string(), value: z.string() })),
  metadata: z.record(z.string(), z.string()),
  original: z
    .object({ to: addresses, cc: addresses, bcc: addresses })
    .meta({ description: 'Whom it was for, when it is redirected: it goes to `to` alone.' })
    .optional(),
  hop: z
    .int()
    .meta({ description: 'How many times what led to it has been through a bridge; absent for once.' })
    .optional(),
  mode: z
    .enum(['test', 'redirect'])
    .meta({
      description: '`test`: it is not sent. `redirect`: it goes to one address instead. Absent: neither.',
    })
    .optional(),
  submitter: z.string().meta({ description: 'Who submitted it.' }),
  mailbox: z.string().meta({ description: 'The Exchange mailbox that sends it.' }),
  message_id: z.string().meta({ description: 'Message-ID of the mail, for message trace.' }),
  created_at: time('When it was accepted.'),
  expires_at: time('When sending is given up.'),
  scheduled_at: time('When it was asked to be sent; absent for at once.').optional(),
  estimated_at: time('While it waits: when it will probably be sent.').optional(),
  next_attempt_at: time('While it waits after an attempt: when the next is due.').optional(),
  attempts: z.int().min(0),
  events: z
    .array(z.looseObject({ at: time('When it happened.'), event: z.string() }))
    .meta({ description: 'What has happened, in order. Each event has details of its own.' }),
});

/** A page of `GET /emails`. */
export const messagesSchema = z.object({
  object: z.literal('list'),
  has_more: z.boolean().meta({ description: 'Whether there are more in the direction that was asked for.' }),
  data: z.array(
    statusSchema
      .pick({
        id: true,
        status: true,
        last_event: true,
        message_id: true,
        from: true,
        to: true,
        cc: true,
        bcc: true,
        subject: true,
        created_at: true,
      })
      .extend({ scheduled_at: time('When it was asked to be sent; null for at once.').nullable() }),
  ),
});

/** A refusal (RFC 9457). */
export const problemSchema = z.object({
  type: z.string().meta({ description: 'A path on this server that explains the code.' }),
  title: z.string(),
  status: z.int(),
  detail: z.string().meta({ description: 'What is wrong in this case and what to do about it.' }),
  code: z.enum(Object.keys(refusals)).meta({ description: 'Stable; branch on this.' }),
  errors: z
    .array(
      z.object({
        pointer: z.string().meta({ description: 'JSON Pointer (RFC 6901) into the body, e.g. `#/to/0`.' }),
        detail: z.string(),
      }),
    )
    .meta({ description: 'All faults of the body at once; at most 50, then their number.' })
    .optional(),
  'violated-policies': z
    .array(z.string())
    .meta({ description: 'Limits that are used up, by their names in RateLimit-Policy.' })
    .optional(),
  statusCode: z.int().meta({ description: 'On the paths of `/emails`, for Resend’s clients.' }).optional(),
  name: z.string().meta({ description: 'Likewise: Resend’s name for it.' }).optional(),
  message: z.string().meta({ description: 'Likewise: `detail` again.' }).optional(),
});

/** What `/health/ready` says; `checks` is for operators. */
export const readinessSchema = z.object({
  status: z
    .enum(['pass', 'warn'])
    .meta({ description: '`warn`: one of the checks gives cause for concern. Strangers are told `pass`.' }),
  checks: z
    .object({
      storage: z.object({ status: z.literal('pass') }),
      credential: z.object({
        status: z.enum(['pass', 'warn', 'fail']).meta({
          description:
            '`warn`: it ends within 30 days, or nobody can tell when. `fail`: it has ended; messages are still accepted, and wait.',
        }),
        name: z.string().meta({ description: 'The setting that it comes by.' }),
        kind: z.enum(['federated', 'key-vault', 'certificate', 'secret']),
        expires_at: time('When it ends; null when it has no end, or nobody can tell.').nullable(),
        days_left: z.int().nullable().meta({ description: 'Whole days; negative when it is over.' }),
        reason: z.string().meta({ description: 'What to do.' }).optional(),
      }),
    })
    .meta({ description: 'For an operator, who shows a key or is signed in.' })
    .optional(),
});

/** What `/problems/{code}` says of a refusal. */
export const explanationSchema = problemSchema
  .pick({ type: true, title: true, status: true })
  .extend({ advice: z.string().meta({ description: 'What a submitter should do about it.' }) });

/** What the record of a dead letter and its entry in the list both tell. */
const summary = statusSchema.pick({
  id: true,
  status: true,
  submitter: true,
  mailbox: true,
  from: true,
  to: true,
  cc: true,
  bcc: true,
  subject: true,
  tags: true,
  metadata: true,
  created_at: true,
  attempts: true,
}).shape;

const replayable = z.boolean().meta({ description: 'Whether its content is still kept.' });

/** A page of `GET /operator/dead-letters`. */
export const deadLettersSchema = z.object({
  object: z.literal('list'),
  data: z.array(
    z.object({
      object: z.literal('dead_letter'),
      ...summary,
      reason: z.string().meta({ description: 'Why it stands there.' }).optional(),
      trace: z
        .looseObject({})
        .meta({ description: 'What Microsoft 365 told about itself at the last attempt.' })
        .optional(),
      replayable,
      ended_at: time('When it came to its end.').optional(),
    }),
  ),
  has_more: z.boolean().meta({ description: 'Whether there is a `Link` header with the next page.' }),
});

/** One dead letter as a whole. */
export const deadLetterSchema = statusSchema.extend({
  object: z.literal('dead_letter'),
  replayable,
  message: z.looseObject({}).nullable().meta({
    description:
      'The message in the field names of a submission, attachments without their bytes; null once its content is gone.',
  }),
});

/** What was done with many dead letters. */
export const decidedSchema = z.object({
  object: z.literal('dead_letters'),
  done: z.int().min(0),
  skipped: z.int().min(0).meta({ description: 'Those for which somebody else was quicker.' }),
  more: z.boolean().meta({ description: 'Whether to send the same request again for the rest.' }),
});
