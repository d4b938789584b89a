/**
 * What `/openapi.json` says of `POST /emails?dry_run=true`.
 */
import * as z from 'zod';
import { jsonResponse, ref } from './openapi-parts.ts';

const route = {
  transport: z.enum(['graph', 'smtp']),
  mailbox: z.string().meta({ description: 'The Exchange mailbox that sends.' }),
};

/** The answer to a dry run. */
export const dryRunSchema = z.object({
  dry_run: z.literal(true),
  route: z.object({
    ...route,
    form: z.enum(['sendMail-json', 'sendMail-mime', 'draft', 'smtp']).meta({
      description:
        'How it is handed over: Graph sendMail with JSON or MIME, a draft with upload sessions, SMTP AUTH.',
    }),
  }),
  reason: z.string().meta({ description: 'Why this route.' }),
  not_carried: z
    .array(z.string())
    .meta({ description: 'What of the message is lost on this route, or may be.' }),
  permissions: z
    .array(z.string())
    .meta({ description: 'Application permissions that the route and form take.' }),
  considered: z
    .array(z.object({ ...route, why: z.string() }))
    .meta({ description: 'Every route of the sender, best first, and what was thought of it.' }),
  estimated_at: z
    .string()
    .meta({ description: 'When it would be sent; absent for at once.', format: 'date-time' })
    .optional(),
  mime: z.string().meta({
    description:
      'The mail in RFC 5322 form. Attachments are shown up to 1 MiB together. With JSON and drafts Exchange writes the mail itself, out of this.',
  }),
  size: z
    .int()
    .meta({ description: 'The most bytes that it would have in that form, all attachments included.' }),
});

/** The parameter that asks for one. */
export const dryRunParameter = {
  name: 'dry_run',
  in: 'query',
  description: '`true`: says what would become of the message and accepts nothing.',
  schema: { type: 'string', enum: ['true', 'false'], default: 'false' },
} as const;

/** The response to one. */
export const dryRunResponse = (): object =>
  jsonResponse('A dry run: nothing was accepted.', ref('DryRun'), {
    dry_run: true,
    route: { transport: 'graph', mailbox: 'alerts@example.com', form: 'sendMail-json' },
    reason: 'The first route, graph, carries the message.',
    not_carried: [],
    permissions: ['Mail.Send'],
    considered: [{ transport: 'graph', mailbox: 'alerts@example.com', why: 'Chosen.' }],
    mime: 'From: alerts@example.com\r\n…',
    size: 1733,
  });
