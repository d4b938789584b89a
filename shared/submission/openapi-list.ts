/**
 * `GET /emails` in the OpenAPI document.
 */
import { accessRefusals, exampleId, jsonResponse, problems, ref } from './openapi-parts.ts';

const follows = (name: string, description: string) => ({
  name,
  in: 'query',
  description,
  schema: { type: 'string' },
  example: exampleId,
});

/** The operation. */
export const listOperation = (): object => ({
  operationId: 'listEmails',
  tags: ['Messages'],
  summary: 'The messages of the submitter, newest first',
  description: 'Take `after` from the last entry of a page to have the next one.',
  parameters: [
    {
      name: 'limit',
      in: 'query',
      description: 'Most messages of the answer.',
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    },
    follows('after', 'Id of a message: the page has those that are older. Not with `before`.'),
    follows('before', 'Id of a message: the page has those next to it that are newer.'),
  ],
  responses: {
    200: jsonResponse('A page.', ref('Messages')),
    ...problems([...accessRefusals, 'message-not-found', 'invalid-filter', 'list-too-long']),
  },
});
