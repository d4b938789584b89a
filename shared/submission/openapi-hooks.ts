/**
 * What `/openapi.json` says of hooks: the one address that every sender of alerts is given, and its dry run.
 */
import * as z from 'zod';
import { alertStates, severities } from '../alerts/alert.ts';
import type { ProblemCode } from '../platform/problem.ts';
import { previewOutcomes } from './hook-preview-view.ts';
import { dryRunParameter, dryRunSchema } from './openapi-dry-run.ts';
import { exampleId, jsonResponse, jsonSchema, problems, ref } from './openapi-parts.ts';

const mail = z
  .object({
    from: z.string(),
    to: z.array(z.string()),
    cc: z.array(z.string()).optional(),
    bcc: z.array(z.string()).optional(),
    reply_to: z.array(z.string()).optional(),
    subject: z.string(),
    text: z.string().optional(),
    html_size: z.int().meta({ description: 'Bytes of the HTML.' }),
    importance: z.enum(['high', 'normal', 'low']),
    attachments: z.array(z.object({ filename: z.string(), content_type: z.string(), size: z.int() })),
    scheduled_at: z.string().meta({ format: 'date-time' }).optional(),
    ...dryRunSchema.omit({ dry_run: true }).partial().shape,
  })
  .meta({ description: 'Where it may be sent, also what a dry run of `POST /emails` says of it.' });

/** The answer to a dry run. */
const hookDryRunSchema = z.object({
  dry_run: z.literal(true),
  hook: z.string(),
  outcome: z.enum(previewOutcomes).meta({
    description:
      'What would become of the call now: an answer alone, a part of a digest, a refusal, a repetition, a mail that waits, one that is not sent (mode `test`), or a mail.',
  }),
  reason: z.string().meta({ description: 'Why, a sentence for people.' }),
  adapter: z.string().meta({ description: 'Who read the body; `generic` where nobody knows it.' }).optional(),
  answer: z
    .object({ status: z.int(), headers: z.record(z.string(), z.string()), body: z.string() })
    .meta({ description: 'What the sender wanted to hear.' })
    .optional(),
  alerts: z.array(z.object({ title: z.string(), severity: z.enum(severities), state: z.enum(alertStates) })),
  storm: z
    .object({
      decision: z.enum(['pass', 'hold']),
      sent: z.int().meta({ description: 'Mails that went at once in this window.' }),
      after: z.int(),
      within: z.int(),
      until: z.string().meta({ description: 'When the window is over.', format: 'date-time' }),
    })
    .optional(),
  quiet_until: z.string().meta({ format: 'date-time' }).optional(),
  repeats: z.string().meta({ description: 'Id of the message that the call would repeat.' }).optional(),
  mode: z.enum(['live', 'test', 'redirect']),
  policy: z
    .object({
      allowed: z.boolean(),
      code: z.string().optional(),
      detail: z.string().optional(),
      errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
    })
    .optional(),
  messages: z.array(mail).meta({ description: 'The mail; none where there is nothing to write about.' }),
});

/** What a call answers, where the sender's own protocol has no words for it. */
const hookAnswerSchema = z.object({
  object: z.enum(['email', 'alert']),
  id: z.string().optional(),
  status: z.string(),
});

/** Schemas by name. */
export const hookSchemas = (): Record<string, object> => ({
  HookAnswer: jsonSchema(z.union([hookAnswerSchema, hookDryRunSchema]), 'output'),
});

/** The paths. @param submission what a message may be refused for. */
export const hookPaths = (submission: readonly ProblemCode[]): Record<string, object> => ({
  '/hooks/{hook}': {
    post: {
      operationId: 'callHook',
      tags: ['Messages'],
      summary: 'Call a hook',
      description:
        'Takes whatever a tool or a device posts, in any media type, and makes a mail of it (docs/hooks.md). With `dry_run=true`: says what would become of it, and keeps nothing. Where the hook speaks the protocol of its sender, it answers in those words.',
      parameters: [{ name: 'hook', in: 'path', required: true, schema: { type: 'string' } }, dryRunParameter],
      requestBody: { content: { '*/*': { schema: {} } } },
      responses: {
        200: jsonResponse(
          'Kept: it is a mail, or part of a digest to come. Or a dry run.',
          ref('HookAnswer'),
          { object: 'email', id: exampleId, status: 'accepted' },
        ),
        ...problems([...submission, 'not-found']),
      },
    },
  },
});
