/**
 * What the operations of the OpenAPI document are put together from.
 */
import * as z from 'zod';
import { type ProblemCode } from '../platform/problem.ts';
import { refusals } from '../platform/refusals.ts';

/** An id as it stands in examples. */
export const exampleId = '01kagc8n5eq0z3v7r9m2x4t6wy';

/** The path parameter `id`. */
export const idParameter = {
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string' },
  example: exampleId,
} as const;

/** What every request to a message of one's own may be refused for. */
export const accessRefusals = [
  'ambiguous-credentials',
  'missing-credentials',
  'invalid-api-key',
  'submitter-disabled',
  'internal-error',
  'storage-unavailable',
] as const satisfies readonly ProblemCode[];

/** What every request to what operators do may be refused for. */
export const operatorRefusals = [
  ...accessRefusals.filter((code) => code !== 'submitter-disabled'),
  'operator-only',
  'invalid-sign-in',
  'cross-site-request',
] as const satisfies readonly ProblemCode[];

/** No anonymous alternative: a network does not speak for an operator. */
export const operatorSecurity = [{ bearer: [] }, { apiKey: [] }];

/** What a JSON body may be refused for before anybody looks at what it says. */
export const bodyRefusals = [
  'empty-body',
  'invalid-json',
  'length-required',
  'body-too-large',
  'unsupported-content-encoding',
  'invalid-content-encoding',
] as const satisfies readonly ProblemCode[];

/** `content` of an attachment is checked by code, which JSON Schema cannot show; its `meta` says what can be said. */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

/** One response for each status of the given refusals, with an example for each code. */
export function problems(list: readonly ProblemCode[]): Record<number, object> {
  const statuses = [...new Set(list.map((code) => refusals[code].status))].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => {
      const here = list.filter((code) => refusals[code].status === status);
      const response = {
        description: here.map((code) => `${refusals[code].title} (\`${code}\`).`).join(' '),
        ...(status === 429 || status === 503
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

/** A reference to a schema of the document. */
export const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** A response with JSON. */
export const jsonResponse = (description: string, schema: object, example?: object) => ({
  description,
  content: { 'application/json': { schema, ...(example ? { example } : {}) } },
});

/** The schema of an answer that says what was done to: its kind and its id. */
export const named = (object: string) => ({
  type: 'object',
  properties: { object: { const: object }, id: { type: 'string' } },
  required: ['object', 'id'],
});
