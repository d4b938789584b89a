/**
 * The operations of operators, for `/openapi.json`.
 */
import { filterSchema, querySchema } from '../operator/kept-filter.ts';
import { deadLetterSchema, deadLettersSchema, decidedSchema } from './openapi-answers.ts';
import {
  bodyRefusals,
  idParameter,
  jsonResponse,
  jsonSchema,
  named,
  operatorRefusals,
  operatorSecurity,
  problems,
  ref,
} from './openapi-parts.ts';

const tags = ['Dead letters'];
const security = operatorSecurity;
const refused = operatorRefusals;

/** Their schemas. */
export const deadLetterSchemas = (): Record<string, object> => ({
  DeadLetters: jsonSchema(deadLettersSchema, 'output'),
  DeadLetter: jsonSchema(deadLetterSchema, 'output'),
  DeadLetterFilter: jsonSchema(filterSchema, 'input'),
  Decided: jsonSchema(decidedSchema, 'output'),
});

/** Their paths. */
export const deadLetterPaths = (): Record<string, object> => ({
  '/operator/dead-letters': { get: listOperation() },
  '/operator/dead-letters/{id}': { get: showOperation() },
  '/operator/dead-letters/{id}/replay': {
    post: decideOperation('replayDeadLetter', 'Have one sent again, with a new lifetime'),
  },
  '/operator/dead-letters/{id}/discard': {
    post: decideOperation('discardDeadLetter', 'Give one up and drop its content'),
  },
  '/operator/dead-letters/replay': {
    post: decideAllOperation('replayDeadLetters', 'Have all sent again that a filter leaves'),
  },
  '/operator/dead-letters/discard': {
    post: decideAllOperation('discardDeadLetters', 'Give all up that a filter leaves'),
  },
});

function listOperation(): object {
  const { properties = {} } = jsonSchema(querySchema, 'input') as { properties?: Record<string, object> };
  return {
    operationId: 'listDeadLetters',
    tags,
    security,
    summary: 'The messages of all submitters that wait for a person',
    description: 'Oldest first, but those submitted with an Idempotency-Key before the others.',
    parameters: Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', schema })),
    responses: {
      200: {
        ...jsonResponse('A page.', ref('DeadLetters')),
        headers: {
          Link: { description: 'With rel="next": the next page (RFC 8288).', schema: { type: 'string' } },
        },
      },
      ...problems([...refused, 'invalid-filter']),
    },
  };
}

const showOperation = (): object => ({
  operationId: 'getDeadLetter',
  tags,
  security,
  summary: 'One of them, with its timeline and its message',
  parameters: [idParameter],
  responses: {
    200: jsonResponse('The dead letter.', ref('DeadLetter')),
    ...problems([...refused, 'message-not-found']),
  },
});

const decideOperation = (operationId: string, summary: string): object => ({
  operationId,
  tags,
  security,
  summary,
  parameters: [idParameter],
  responses: {
    200: jsonResponse('Done.', named('dead_letter')),
    ...problems([...refused, 'message-not-found', 'not-kept']),
  },
});

const decideAllOperation = (operationId: string, summary: string): object => ({
  operationId,
  tags,
  security,
  summary,
  description: 'About a thousand at a time; `more` tells whether there are others.',
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: ref('DeadLetterFilter'),
        example: { state: 'expired', since: '2026-11-20T08:00:00Z', until: '2026-11-20T12:00:00Z' },
      },
    },
  },
  responses: {
    200: jsonResponse('How many.', ref('Decided')),
    ...problems([...refused, ...bodyRefusals, 'invalid-filter']),
  },
});
