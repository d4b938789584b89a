/**
 * The API in OpenAPI 3.1, made from the schemas that check the requests and the table of refusals. Load it when it is asked for:
 * nothing else needs it.
 */
import * as z from 'zod';
import { refusals, type ProblemCode } from '../platform/problem.ts';
import { acceptedSchema, problemSchema, statusSchema } from './openapi-answers.ts';
import { submissionExamples } from './openapi-examples.ts';
import { submissionSchema } from './schema.ts';

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
      { name: 'Service', description: 'Health and description of the service.' },
    ],
    paths: {
      '/emails': { post: submitOperation() },
      '/emails/{id}': { get: statusOperation() },
      '/emails/{id}/cancel': { post: cancelOperation() },
      '/health/live': { get: health('isLive', 'Whether the process answers', false) },
      '/health/ready': { get: health('isReady', 'Whether a submission would be accepted', true) },
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
    },
    components: {
      schemas: {
        Submission: jsonSchema(submissionSchema, 'input'),
        Accepted: jsonSchema(acceptedSchema, 'output'),
        Status: jsonSchema(statusSchema, 'output'),
        Problem: jsonSchema(problemSchema, 'output'),
      },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key of this bridge.' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key', description: 'The same key.' },
      },
    },
  };
}

/** `content` of an attachment is checked by code, which JSON Schema cannot show; its `meta` says what can be said. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

/** Refusals that a submission never gets. */
const elsewhere: ReadonlySet<ProblemCode> = new Set([
  'message-not-found',
  'not-cancellable',
  'not-found',
  'method-not-allowed',
]);

function submitOperation(): object {
  return {
    operationId: 'submitEmail',
    tags: ['Messages'],
    summary: 'Submit a message',
    description:
      'Fields have the names of Resend’s API; the camelCase spellings of its SDKs (`replyTo`, `contentType`, …) and `null` for a field that is not set are taken as well. An unknown field is refused.',
    parameters: [
      {
        name: 'Idempotency-Key',
        in: 'header',
        description:
          'Makes repeating the request safe: for 24 hours the same key and body give the first answer again.',
        schema: { type: 'string', minLength: 1, maxLength: 255 },
      },
    ],
    requestBody: {
      required: true,
      content: { 'application/json': { schema: ref('Submission'), examples: submissionExamples } },
    },
    responses: {
      202: {
        ...jsonResponse('Accepted: stored durably, and will be sent.', ref('Accepted'), {
          object: 'email',
          id: exampleId,
          status: 'accepted',
          created_at: '2026-11-20T10:00:00.000Z',
        }),
        headers: {
          Location: { description: 'Path of the status.', schema: { type: 'string' } },
          'Idempotency-Replayed': {
            description: '`true` when this repeats an earlier answer.',
            schema: { type: 'string', enum: ['true'] },
          },
        },
      },
      ...problems(codes.filter((code) => !elsewhere.has(code))),
    },
  };
}

const exampleId = '01kagc8n5eq0z3v7r9m2x4t6wy';

function statusOperation(): object {
  return {
    operationId: 'getEmail',
    tags: ['Messages'],
    summary: 'The status of a message and all that happened to it',
    parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' }, example: exampleId }],
    responses: {
      200: jsonResponse('The status.', ref('Status')),
      ...problems([
        'ambiguous-credentials',
        'missing-credentials',
        'invalid-api-key',
        'submitter-disabled',
        'message-not-found',
        'internal-error',
        'storage-unavailable',
      ]),
    },
  };
}

function cancelOperation(): object {
  return {
    operationId: 'cancelEmail',
    tags: ['Messages'],
    summary: 'Take a message back that has not been sent',
    description: 'Asking again is no fault. Once a worker sends the message it is too late.',
    parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' }, example: exampleId }],
    responses: {
      200: jsonResponse('It is cancelled.', {
        type: 'object',
        properties: { object: { const: 'email' }, id: { type: 'string' } },
        required: ['object', 'id'],
      }),
      ...problems([
        'ambiguous-credentials',
        'missing-credentials',
        'invalid-api-key',
        'submitter-disabled',
        'message-not-found',
        'not-cancellable',
        'internal-error',
        'storage-unavailable',
      ]),
    },
  };
}

const healthStatus = (value: string) => ({
  type: 'object',
  properties: { status: { const: value } },
  required: ['status'],
});

function health(operationId: string, summary: string, mayFail: boolean): object {
  return {
    operationId,
    tags: ['Service'],
    summary,
    security: [],
    responses: {
      200: jsonResponse('Yes.', healthStatus('pass')),
      ...(mayFail ? { 503: jsonResponse('No.', healthStatus('fail')) } : {}),
    },
  };
}

const codes = Object.keys(refusals).filter((key): key is ProblemCode => key in refusals);

/** One response for each status of the given refusals, with an example for each code. */
function problems(list: readonly ProblemCode[]): Record<number, object> {
  const statuses = [...new Set(list.map((code) => refusals[code].status))].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => {
      const here = list.filter((code) => refusals[code].status === status);
      const response = {
        description: here.map((code) => `${refusals[code].title} (\`${code}\`).`).join(' '),
        ...(status === 503
          ? { headers: { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } } } }
          : {}),
        content: {
          'application/problem+json': {
            schema: ref('Problem'),
            examples: Object.fromEntries(here.map((code) => [code, problemExample(code)])),
          },
        },
      };
      return [status, response];
    }),
  );
}

function problemExample(code: ProblemCode): object {
  const { status, title, advice } = refusals[code];
  const errors = [
    { pointer: '#/to/0', detail: 'There is no "@"; write an address such as name@example.com.' },
  ];
  return {
    summary: title,
    value: {
      type: `/problems/${code}`,
      title,
      status,
      detail: advice,
      code,
      ...(code === 'invalid-submission' ? { errors } : {}),
    },
  };
}

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

const jsonResponse = (description: string, schema: object, example?: object) => ({
  description,
  content: { 'application/json': { schema, ...(example ? { example } : {}) } },
});
