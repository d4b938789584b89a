/**
 * The register and the audit trail in the hands of operators, for `/openapi.json`.
 */
import * as z from 'zod';
import {
  hookSchema,
  keyWishSchema,
  operatorSchema,
  submitterSchema,
  suppressionSchema,
  switchSchema,
  templateSchema,
} from '../access/entry-schema.ts';
import { auditQuerySchema } from '../audit/query.ts';
import {
  bodyRefusals,
  jsonResponse,
  jsonSchema,
  operatorRefusals,
  operatorSecurity,
  problems,
  ref,
} from './openapi-parts.ts';

const tags = ['Register'];
const security = operatorSecurity;
const time = { type: 'string', format: 'date-time' } as const;
const text = { type: 'string' } as const;

interface ObjectSchema {
  readonly properties: Readonly<Record<string, object>>;
  readonly required?: readonly string[];
}

/** The kinds: what stands in the path, what one is called, how it is written. */
const kinds = {
  submitters: { object: 'submitter', name: 'Submitter', schema: submitterSchema, field: 'name' },
  operators: { object: 'operator', name: 'Operator', schema: operatorSchema, field: 'name' },
  hooks: { object: 'hook', name: 'Hook', schema: hookSchema, field: 'name' },
  templates: { object: 'template', name: 'Template', schema: templateSchema, field: 'name' },
  suppressions: { object: 'suppression', name: 'Suppression', schema: suppressionSchema, field: 'address' },
  switches: { object: 'switch', name: 'Switch', schema: switchSchema, field: 'scope' },
} as const;

/** As it is sent; the path names it. */
function wish(schema: z.ZodType, field: string): object {
  const { required = [], ...rest } = jsonSchema(schema, 'input') as ObjectSchema;
  return { ...rest, required: required.filter((name) => name !== field) };
}

/** As it is shown. */
function entry(schema: z.ZodType, object: string, field: string): object {
  const { properties } = jsonSchema(schema, 'input') as ObjectSchema;
  const stamps = { created_at: time, changed_at: time, thrown_at: time, by: text };
  const known = Object.entries(stamps).filter(([name]) => name in properties);
  return {
    type: 'object',
    properties: { object: { const: object }, ...properties, ...Object.fromEntries(known) },
    required: ['object', field],
  };
}

const listOf = (items: object) => ({
  type: 'object',
  properties: { object: { const: 'list' }, data: { type: 'array', items } },
  required: ['object', 'data'],
});

function keySchema(more: Record<string, object> = {}): object {
  const { properties } = jsonSchema(keyWishSchema, 'input') as ObjectSchema;
  return {
    type: 'object',
    properties: {
      object: { const: 'key' },
      id: { ...text, description: 'Public part, between the underscores.' },
      submitter: text,
      operator: text,
      ...properties,
      created_at: time,
      ...more,
    },
    required: ['object', 'id', ...Object.keys(more)],
  };
}

const auditEvent = z.object({
  object: z.literal('audit_event'),
  id: z.string(),
  kind: z.enum(['refusal', 'change']),
  at: z.string().meta({ format: 'date-time' }),
  until: z.string().meta({ description: 'The last of them, when it stands for many.' }).optional(),
  count: z.int().meta({ description: 'How often it happened.' }),
  actor: z.object({
    kind: z.enum(['submitter', 'operator', 'command-line', 'stranger']),
    name: z.string().optional(),
    key_id: z.string().optional(),
  }),
  source: z.string().meta({ description: 'Client address; of IPv6 strangers the /64.' }).optional(),
  rule: z.string().meta({ description: 'Code of the refusal, or the role that a change needed.' }),
  method: z.string().optional(),
  path: z.string().meta({ description: 'Template of the path.' }).optional(),
  pointers: z.array(z.string()).meta({ description: 'Where the body had faults.' }).optional(),
  action: z.string().meta({ description: 'What was done.' }).optional(),
  entry: z.string().meta({ description: 'To what, e.g. `submitters/app`.' }).optional(),
  fields: z.array(z.string()).meta({ description: 'Fields that have another value now.' }).optional(),
});

/** Their schemas. */
export const registerSchemas = (): Record<string, object> => ({
  ...Object.fromEntries(
    Object.values(kinds).flatMap(({ name, schema, object, field }) => [
      [name, entry(schema, object, field)],
      [`${name}Wish`, wish(schema, field)],
      [`${name}List`, listOf(entry(schema, object, field))],
    ]),
  ),
  Key: keySchema(),
  KeyWish: jsonSchema(keyWishSchema, 'input'),
  KeyList: listOf(keySchema()),
  NewKey: keySchema({ key: { ...text, description: 'The key itself, shown this once.' } }),
  AuditEvents: jsonSchema(
    z.object({ object: z.literal('list'), data: z.array(auditEvent), has_more: z.boolean() }),
    'output',
  ),
});

const idOf = (what: string) => ({
  name: 'id',
  in: 'path',
  required: true,
  schema: text,
  description: what,
});
const conditional = ['If-Match', 'If-None-Match'].map((name) => ({
  name,
  in: 'header',
  description: name === 'If-Match' ? 'ETag of the entry as it was read.' : '`*`: only if there is none yet.',
  schema: text,
}));
const tagged = {
  headers: { ETag: { description: 'Tells this version from others.', schema: text } },
};
const changing = [
  ...operatorRefusals,
  ...bodyRefusals,
  'invalid-entry',
  'precondition-failed',
  'last-admin',
] as const;

/** A JSON body, in whichever media type. */
const body = (schema: object, type = 'application/json', required = true) => ({
  required,
  content: { [type]: { schema } },
});

/** Their paths. */
export const registerPaths = (): Record<string, object> => ({
  ...Object.fromEntries(
    Object.entries(kinds).flatMap(([kind, one]) => [
      [`/operator/${kind}`, { get: listOperation(kind, one) }],
      [`/operator/${kind}/{id}`, entryOperations(one)],
    ]),
  ),
  ...Object.fromEntries(
    (['disable', 'enable'] as const).map((verb) => [
      `/operator/submitters/{id}/${verb}`,
      {
        post: {
          operationId: `${verb}Submitter`,
          tags,
          security,
          summary: `${verb === 'disable' ? 'Refuse' : 'Take'} what it sends, within half a minute everywhere`,
          parameters: [idOf('Its name.')],
          responses: {
            200: jsonResponse('As it stands now.', ref('Submitter')),
            ...problems([...operatorRefusals, 'entry-not-found']),
          },
        },
      },
    ]),
  ),
  ...keyPaths(),
  '/operator/audit': { get: auditOperation() },
});

type KindOf = (typeof kinds)[keyof typeof kinds];

const listOperation = (kind: string, { name }: KindOf): object => ({
  operationId: `list${name}s`,
  tags,
  security,
  summary: `All ${kind}`,
  responses: { 200: jsonResponse('All of them.', ref(`${name}List`)), ...problems(operatorRefusals) },
});

function entryOperations({ name, object, field }: KindOf): object {
  const id = idOf(field === 'scope' ? '`all`, or the address of a sender.' : `Its ${field}.`);
  const common = { tags, security };
  const shown = { ...jsonResponse('As it stands now.', ref(name)), ...tagged };
  const found = problems([...operatorRefusals, 'entry-not-found']);
  return {
    get: {
      ...common,
      operationId: `get${name}`,
      summary: `One ${object}`,
      parameters: [id],
      responses: { 200: shown, ...found },
    },
    put: {
      ...common,
      operationId: `put${name}`,
      summary: `Write a ${object} whole`,
      parameters: [id, ...conditional],
      requestBody: body(ref(`${name}Wish`)),
      responses: { 200: shown, 201: { ...shown, description: 'It is new.' }, ...problems(changing) },
    },
    patch: {
      ...common,
      operationId: `patch${name}`,
      summary: `Change a ${object} by a merge patch (RFC 7396)`,
      parameters: [id, ...conditional],
      requestBody: body({ type: 'object' }, 'application/merge-patch+json'),
      responses: { 200: shown, ...problems([...changing, 'entry-not-found']) },
    },
    delete: {
      ...common,
      operationId: `delete${name}`,
      summary: `Remove a ${object}, and what belongs to it`,
      parameters: [id, ...conditional],
      responses: {
        204: { description: 'It is gone.' },
        ...problems([...operatorRefusals, 'entry-not-found', 'precondition-failed', 'last-admin']),
      },
    },
  };
}

function keyPaths(): Record<string, object> {
  const make = (holder: 'Submitter' | 'Operator') => ({
    operationId: `make${holder}Key`,
    tags,
    security,
    summary: `A new key for a ${holder.toLowerCase()}, shown this once`,
    parameters: [idOf('Name of the holder.')],
    requestBody: body(ref('KeyWish'), 'application/json', false),
    responses: {
      201: jsonResponse('The key.', ref('NewKey')),
      ...problems([
        ...operatorRefusals,
        ...bodyRefusals.filter((code) => code !== 'empty-body'),
        'invalid-entry',
        'entry-not-found',
      ]),
    },
  });
  const key = idOf('Public part of the key.');
  return {
    '/operator/submitters/{id}/keys': { post: make('Submitter') },
    '/operator/operators/{id}/keys': { post: make('Operator') },
    '/operator/keys': {
      get: {
        operationId: 'listKeys',
        tags,
        security,
        summary: 'All keys by their public parts',
        responses: { 200: jsonResponse('All of them.', ref('KeyList')), ...problems(operatorRefusals) },
      },
    },
    '/operator/keys/{id}/rotate': {
      post: {
        operationId: 'rotateKey',
        tags,
        security,
        summary: 'A new key like this one, which is taken for another week',
        parameters: [key],
        responses: {
          201: jsonResponse('The new key.', ref('NewKey')),
          ...problems([...operatorRefusals, 'entry-not-found']),
        },
      },
    },
    '/operator/keys/{id}': {
      delete: {
        operationId: 'revokeKey',
        tags,
        security,
        summary: 'Refuse a key, within half a minute everywhere',
        parameters: [key],
        responses: {
          204: { description: 'It is revoked.' },
          ...problems([...operatorRefusals, 'entry-not-found', 'last-admin']),
        },
      },
    },
  };
}

function auditOperation(): object {
  const { properties } = jsonSchema(auditQuerySchema, 'input') as ObjectSchema;
  return {
    operationId: 'listAuditEvents',
    tags,
    security,
    summary: 'Who was refused what, and who changed what, newest first',
    parameters: Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', schema })),
    responses: {
      200: {
        ...jsonResponse('A page.', ref('AuditEvents')),
        headers: { Link: { description: 'With rel="next": the next page (RFC 8288).', schema: text } },
      },
      ...problems([...operatorRefusals, 'invalid-filter']),
    },
  };
}
