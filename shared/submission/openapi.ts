/**
 * The API in OpenAPI 3.1, made from the schemas that check the requests and the table of refusals. Load it when it is asked for:
 * nothing else needs it.
 */
import { batchLimit } from '../platform/id.ts';
import { type ProblemCode } from '../platform/problem.ts';
import { refusals } from '../platform/refusals.ts';
import {
  acceptedBatchSchema,
  acceptedSchema,
  explanationSchema,
  messagesSchema,
  problemSchema,
  readinessSchema,
  statusSchema,
} from './openapi-answers.ts';
import { dryRunParameter, dryRunResponse, dryRunSchema } from './openapi-dry-run.ts';
import { submissionExamples } from './openapi-examples.ts';
import { listOperation } from './openapi-list.ts';
import { hookPaths, hookSchemas } from './openapi-hooks.ts';
import { registerPaths, registerSchemas } from './openapi-register.ts';
import { deadLetterPaths, deadLetterSchemas } from './openapi-operators.ts';
import {
  accessRefusals,
  bodyRefusals,
  exampleId,
  idParameter,
  jsonResponse,
  jsonSchema,
  named,
  operatorSecurity,
  problems,
  ref,
} from './openapi-parts.ts';
import { reschedulingSchema, submissionSchema } from './schema.ts';

/** Version of the API, that of package.json. */
const apiVersion = '0.1.0';

/** Makes the document. */
export function openApiDocument(): object {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Postrider',
      version: apiVersion,
      summary: 'HTTP requests become email in Microsoft 365',
      description:
        'A message is accepted (202) once it is stored durably, and is then sent in the background. Every refusal is problem+json (RFC 9457) with a stable `code`; see docs/errors.md.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    // The empty one: a request from an authorised network needs no key.
    security: [{ bearer: [] }, { apiKey: [] }, {}],
    tags: [
      { name: 'Messages', description: 'Submitting messages and asking after them.' },
      {
        name: 'Dead letters',
        description:
          'Messages of all submitters that were not sent, or may not have been, and wait for a person. For operators, with a key.',
      },
      {
        name: 'Register',
        description:
          'Who may submit what, with what, and who administers; suppressed recipients, kill switches, and the audit trail. For operators, with a key.',
      },
      { name: 'Service', description: 'Health and description of the service.' },
    ],
    paths: {
      '/emails': { get: listOperation(), post: submitOperation() },
      '/emails/batch': { post: submitBatchOperation() },
      '/emails/{id}': { get: statusOperation(), patch: rescheduleOperation() },
      '/emails/{id}/cancel': { post: cancelOperation() },
      ...hookPaths(submissionRefusals),
      ...deadLetterPaths(),
      ...registerPaths(),
      '/health/live': { get: liveOperation() },
      '/health/ready': { get: readyOperation() },
      '/openapi.json': {
        get: {
          operationId: 'getDescription',
          tags: ['Service'],
          summary: 'This document',
          security: [],
          responses: {
            200: jsonResponse('OpenAPI 3.1', { type: 'object' }),
            ...problems(['internal-error']),
          },
        },
      },
      '/problems/{code}': { get: problemOperation() },
    },
    components: {
      schemas: {
        Submission: jsonSchema(submissionSchema, 'input'),
        Accepted: jsonSchema(acceptedSchema, 'output'),
        AcceptedBatch: jsonSchema(acceptedBatchSchema, 'output'),
        DryRun: jsonSchema(dryRunSchema, 'output'),
        Rescheduling: jsonSchema(reschedulingSchema, 'input'),
        Messages: jsonSchema(messagesSchema, 'output'),
        Status: jsonSchema(statusSchema, 'output'),
        ...hookSchemas(),
        ...deadLetterSchemas(),
        ...registerSchemas(),
        Readiness: jsonSchema(readinessSchema, 'output'),
        Problem: jsonSchema(problemSchema, 'output'),
      },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key of this bridge.' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key', description: 'The same key.' },
      },
    },
  };
}

const allRefusals = Object.keys(refusals).filter((key): key is ProblemCode => key in refusals);

/** Refusals that a submission never gets. */
const elsewhere: ReadonlySet<ProblemCode> = new Set([
  'message-not-found',
  'not-cancellable',
  'not-reschedulable',
  'operator-only',
  'not-kept',
  'invalid-filter',
  'invalid-entry',
  'entry-not-found',
  'precondition-failed',
  'last-admin',
  'invalid-sign-in',
  'cross-site-request',
  'not-found',
  'method-not-allowed',
]);

const submissionRefusals = allRefusals.filter((code) => !elsewhere.has(code));

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Makes repeating the request safe: for 24 hours the same key and body give the first answer again.',
  schema: { type: 'string', minLength: 1, maxLength: 256 },
} as const;

const modeHeader = {
  name: 'X-Postrider-Mode',
  in: 'header',
  description: '`test`: everything is done but the sending, and the message ends in the state `tested`.',
  schema: { type: 'string', enum: ['test', 'live'] },
} as const;

const mimeParameters = [
  {
    name: 'X-Postrider-To',
    in: 'header',
    description:
      'With `message/rfc822`: addresses that alone receive it, where they are others than its fields name.',
    schema: { type: 'string' },
  },
  {
    name: 'X-Postrider-Strict',
    in: 'header',
    description: '`true`: be refused rather than have a field left out that cannot be honoured.',
    schema: { type: 'string', enum: ['true'] },
  },
] as const;

const warningsHeader = {
  'X-Postrider-Warnings': {
    description: 'Fields that could not be honoured, a list of strings (RFC 9651).',
    schema: { type: 'string' },
  },
} as const;

const replayedHeader = {
  'Idempotency-Replayed': {
    description: '`true` when this repeats an earlier answer.',
    schema: { type: 'string', enum: ['true'] },
  },
} as const;

function submitOperation(): object {
  return {
    operationId: 'submitEmail',
    tags: ['Messages'],
    summary: 'Submit a message',
    description:
      'Fields have the names of Resend’s API; the camelCase spellings of its SDKs (`replyTo`, `contentType`, …) and `null` for a field that is not set are taken as well. An unknown field is refused.',
    parameters: [
      dryRunParameter,
      idempotencyKey,
      modeHeader,
      {
        name: 'Prefer',
        in: 'header',
        description:
          '`wait=N`: send it within the call, and wait up to N seconds for that (RFC 7240). It is stored first in any case, and goes the usual way when there is no room.',
        schema: { type: 'string' },
        example: 'wait=10',
      },
      ...mimeParameters,
    ],
    requestBody: {
      required: true,
      content: {
        'application/json': { schema: ref('Submission'), examples: submissionExamples },
        'message/rfc822': {
          schema: { type: 'string', description: 'An Internet message as it is (RFC 5322).' },
        },
      },
    },
    responses: {
      200: dryRunResponse(),
      202: {
        ...jsonResponse('Accepted: stored durably, and will be sent.', ref('Accepted'), {
          object: 'email',
          id: exampleId,
          status: 'accepted',
          created_at: '2026-11-20T10:00:00.000Z',
          estimated_at: '2026-11-20T10:00:00.000Z',
        }),
        headers: {
          Location: { description: 'Path of the status.', schema: { type: 'string' } },
          'Preference-Applied': {
            description: '`wait` when it was sent, or tried, within the call.',
            schema: { type: 'string', enum: ['wait'] },
          },
          ...replayedHeader,
          ...warningsHeader,
        },
      },
      ...problems(submissionRefusals),
    },
  };
}

function submitBatchOperation(): object {
  return {
    operationId: 'submitBatch',
    tags: ['Messages'],
    summary: `Submit up to ${batchLimit} messages, all or none`,
    description:
      'Each is a message of its own afterwards. One fault refuses them all; the pointers in `errors` begin with the index of the message.',
    parameters: [
      idempotencyKey,
      modeHeader,
      {
        name: 'X-Batch-Validation',
        in: 'header',
        description:
          '`permissive`: accept those that nothing speaks against, and list the others in `errors`.',
        schema: { type: 'string', enum: ['strict', 'permissive'] },
      },
    ],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: { type: 'array', items: ref('Submission'), minItems: 1, maxItems: batchLimit },
        },
      },
    },
    responses: {
      202: {
        ...jsonResponse('Accepted: all are stored durably, and will be sent.', ref('AcceptedBatch'), {
          object: 'list',
          data: [{ id: exampleId, estimated_at: '2026-11-20T10:00:00.000Z' }],
        }),
        headers: replayedHeader,
      },
      ...problems(submissionRefusals),
    },
  };
}

function statusOperation(): object {
  return {
    operationId: 'getEmail',
    tags: ['Messages'],
    summary: 'The status of a message and all that happened to it',
    parameters: [idParameter],
    responses: {
      200: jsonResponse('The status.', ref('Status')),
      ...problems([...accessRefusals, 'message-not-found']),
    },
  };
}

function cancelOperation(): object {
  return {
    operationId: 'cancelEmail',
    tags: ['Messages'],
    summary: 'Take a message back that has not been sent',
    description: 'Asking again is no fault. Once a worker sends the message it is too late.',
    parameters: [idParameter],
    responses: {
      200: jsonResponse('It is cancelled.', named('email')),
      ...problems([...accessRefusals, 'message-not-found', 'not-cancellable']),
    },
  };
}

function rescheduleOperation(): object {
  return {
    operationId: 'rescheduleEmail',
    tags: ['Messages'],
    summary: 'Send a message that waits at another time',
    description: 'Its lifetime moves along. Once a worker sends the message it is too late.',
    parameters: [idParameter],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: ref('Rescheduling'),
          example: { scheduled_at: '2026-11-21T08:00:00Z' },
        },
      },
    },
    responses: {
      200: jsonResponse('It is rescheduled.', named('email')),
      ...problems([
        ...accessRefusals,
        ...bodyRefusals,
        'unsupported-media-type',
        'invalid-submission',
        'message-not-found',
        'not-reschedulable',
      ]),
    },
  };
}

function problemOperation(): object {
  const codes = jsonSchema(problemSchema.shape.code, 'output');
  return {
    operationId: 'getProblem',
    tags: ['Service'],
    summary: 'What a refusal’s `type` points at',
    security: [],
    parameters: [{ name: 'code', in: 'path', required: true, schema: codes }],
    responses: {
      200: jsonResponse('What the refusal means, and what to do.', jsonSchema(explanationSchema, 'output')),
      ...problems(['not-found']),
    },
  };
}

const healthStatus = (value: string) => ({
  type: 'object',
  properties: { status: { const: value } },
  required: ['status'],
});

const liveOperation = (): object => ({
  operationId: 'isLive',
  tags: ['Service'],
  summary: 'Whether the process answers',
  security: [],
  responses: { 200: jsonResponse('Yes.', healthStatus('pass')) },
});

const readyOperation = (): object => ({
  operationId: 'isReady',
  tags: ['Service'],
  summary: 'Whether a submission would be accepted',
  description: 'Anybody may ask. An operator is told when the credential of the app ends, too.',
  security: [{}, ...operatorSecurity],
  responses: {
    200: jsonResponse('Yes.', ref('Readiness'), { status: 'pass' }),
    503: jsonResponse('No.', healthStatus('fail')),
  },
});
