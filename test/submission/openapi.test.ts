import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import * as z from 'zod';
import { refusals } from '../../shared/platform/refusals.ts';
import { terminalStates } from '../../shared/reporting/event.ts';
import { statusView } from '../../shared/reporting/status.ts';
import { problemSchema, stateSchema, statusSchema } from '../../shared/submission/openapi-answers.ts';
import { submissionExamples } from '../../shared/submission/openapi-examples.ts';
import { openApiDocument } from '../../shared/submission/openapi.ts';
import { parseSubmission } from '../../shared/submission/parse.ts';
import {
  submissionVocabulary,
  attachmentVocabulary,
  tagVocabulary,
} from '../../shared/submission/vocabulary.ts';

/** What stands at a path of a JSON value. */
const at = (value: unknown, ...path: string[]): unknown =>
  path.reduce((parent, key) => Reflect.get(Object(parent), key) as unknown, value);

const keys = (value: unknown) => Object.keys(Object(value) as object);

// As a client gets it: through JSON.
const document: unknown = JSON.parse(JSON.stringify(openApiDocument()));
const schemas = at(document, 'components', 'schemas');

/** Every object in the document, with its path. */
function* walk(value: unknown, path = '#'): Generator<readonly [string, object]> {
  if (typeof value !== 'object' || value === null) return;
  yield [path, value];
  for (const [key, child] of Object.entries(value)) yield* walk(child, `${path}/${key}`);
}

/** The published schema, as a client would use it. */
const published = (name: string) =>
  z.fromJSONSchema(at(schemas, name) as Parameters<typeof z.fromJSONSchema>[0]);

test('it is OpenAPI 3.1 of this version', () => {
  assert.match(z.string().parse(at(document, 'openapi')), /^3\.1\./);
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  assert.equal(at(document, 'info', 'version'), at(manifest, 'version'));
});

test('every reference leads somewhere, every operation has its own id', () => {
  const ids: string[] = [];
  for (const [path, object] of walk(document)) {
    const reference = at(object, '$ref');
    if (typeof reference === 'string') {
      assert.ok(at(schemas, reference.replace('#/components/schemas/', '')), path);
    }
    const id = at(object, 'operationId');
    if (typeof id === 'string') ids.push(id);
  }
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(keys(at(document, 'paths')), [
    '/emails',
    '/emails/batch',
    '/emails/{id}',
    '/emails/{id}/cancel',
    '/hooks/{hook}',
    '/operator/dead-letters',
    '/operator/dead-letters/{id}',
    '/operator/dead-letters/{id}/replay',
    '/operator/dead-letters/{id}/discard',
    '/operator/dead-letters/replay',
    '/operator/dead-letters/discard',
    ...['submitters', 'operators', 'hooks', 'templates', 'suppressions', 'switches'].flatMap((kind) => [
      `/operator/${kind}`,
      `/operator/${kind}/{id}`,
    ]),
    '/operator/submitters/{id}/disable',
    '/operator/submitters/{id}/enable',
    '/operator/submitters/{id}/keys',
    '/operator/operators/{id}/keys',
    '/operator/keys',
    '/operator/keys/{id}/rotate',
    '/operator/keys/{id}',
    '/operator/audit',
    '/health/live',
    '/health/ready',
    '/openapi.json',
    '/problems/{code}',
  ]);
});

describe('the schema of a submission', () => {
  const submission = at(schemas, 'Submission');

  test('has the fields that are taken, and no other', () => {
    const properties = at(submission, 'properties');
    assert.deepEqual(keys(properties), submissionVocabulary.fields);
    const attachment = at(properties, 'attachments', 'items', 'properties');
    assert.deepEqual(keys(attachment), attachmentVocabulary.fields);
    assert.deepEqual(keys(at(properties, 'tags', 'items', 'properties')), tagVocabulary.fields);
    for (const [path, object] of walk(submission)) {
      if (at(object, 'type') === 'object') assert.ok('additionalProperties' in object, path);
    }
  });

  for (const [name, { value }] of Object.entries(submissionExamples)) {
    test(`its example "${name}" is accepted, by us and by the schema`, async () => {
      const result = parseSubmission(Buffer.from(JSON.stringify(value)), 'application/json');
      assert.ok(result.ok, JSON.stringify(result));
      assert.ok(published('Submission').safeParse(value).success);
    });
  }

  test('refuses what is of the wrong form', () => {
    const { value } = submissionExamples['shortest'] ?? assert.fail();
    for (const wrong of [
      { to: 5 },
      { subject: undefined },
      { recipients: 'x' },
      { attachments: [{}] },
      { importance: 'x' },
    ]) {
      assert.ok(!published('Submission').safeParse({ ...value, ...wrong }).success, JSON.stringify(wrong));
    }
  });
});

describe('the answers', () => {
  test('every refusal of the table stands at an operation, with an example that fits', () => {
    const seen = new Set<string>();
    const problem = published('Problem');
    for (const [path, object] of walk(document)) {
      const content = at(object, 'application/problem+json');
      if (content === undefined) continue;
      for (const [code, example] of Object.entries(Object(at(content, 'examples')) as object)) {
        const value = at(example, 'value');
        seen.add(code);
        assert.ok(problem.safeParse(value).success, code);
        assert.match(path, new RegExp(`/responses/${problemSchema.parse(value).status}/`));
      }
    }
    const unspecific = new Set(['method-not-allowed']);
    assert.deepEqual(
      [...seen].toSorted(),
      Object.keys(refusals)
        .filter((code) => !unspecific.has(code))
        .toSorted(),
    );
  });

  test('the status is what GET /emails/{id} answers', () => {
    const then = new Date('2026-11-20T10:00:00Z');
    const view = statusView({
      id: '01',
      state: 'deferred',
      mode: 'redirect',
      submitter: 'app',
      mailbox: 'a@example.com',
      messageId: '<01@example.com>',
      acceptedAt: then,
      dueAt: then,
      expiresAt: then,
      attempt: 1,
      events: [
        { at: then.toISOString(), event: 'accepted', scheduledAt: then.toISOString() },
        {
          at: then.toISOString(),
          event: 'partly-relayed',
          transport: 'smtp',
          trace: {},
          rejected: [{ address: 'b@example.com', code: '4.2.2', reply: '452 4.2.2 full', temporary: true }],
          until: then.toISOString(),
        },
      ],
      summary: {
        from: 'a@example.com',
        to: ['b@example.com'],
        cc: [],
        bcc: ['c@example.com'],
        subject: '',
        tags: [],
        metadata: {},
        original: { to: ['d@example.com'], cc: [], bcc: [] },
        hop: 2,
      },
    });
    const wire = JSON.parse(JSON.stringify(view)) as object;
    // Strict, so that a field that is answered but not described is found too.
    assert.deepEqual(z.strictObject(statusSchema.shape).parse(wire), wire);
    assert.deepEqual(
      view.recipients.map(({ status }) => status),
      ['deferred', 'relayed'],
    );
    assert.deepEqual(Object.keys(statusSchema.shape).toSorted(), Object.keys(wire).toSorted());
    for (const state of terminalStates) assert.ok(stateSchema.safeParse(state).success, state);
  });
});
