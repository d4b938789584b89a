import type { HttpResponseInit } from '@azure/functions';
import { json, type RequestFacts } from '../shared/http.ts';
import type { Condition } from '../shared/operator/document.ts';
import type { Shown } from '../shared/operator/shelf.ts';
import { shelfNames } from '../shared/operator/shelves.ts';
import type { Result } from '../shared/platform/problem.ts';
import { bridge } from './bridge.ts';
import { operator, serve, type Refused } from './serve.ts';

const list = (data: readonly object[]) => json(200, { object: 'list', data });

const conditionOf = ({ header }: RequestFacts): Condition => {
  const [match, noneMatch] = [header('if-match'), header('if-none-match')];
  return { ...(match === undefined ? {} : { match }), ...(noneMatch === undefined ? {} : { noneMatch }) };
};

const answered = (result: Result<Shown & { created?: boolean }>): HttpResponseInit | Refused =>
  result.ok ? json(result.value.created ? 201 : 200, result.value.view, { etag: result.value.tag }) : result;

/** `/operator/submitters`, `operators`, `hooks`, `suppressions` and `switches`: what the register holds. */
for (const name of shelfNames) {
  const shelf = bridge.shelves[name];
  const one = { route: `operator/${name}/{id}`, who: operator(shelf.role) };

  serve(
    `operator-${name}`,
    { methods: ['GET'], route: `operator/${name}`, who: operator('viewer') },
    async () => list(await shelf.list()),
  );
  serve(`operator-${name}-get`, { ...one, methods: ['GET'], who: operator('viewer') }, async ({ request }) =>
    answered(await shelf.show(request.params['id'] ?? '')),
  );
  serve(
    `operator-${name}-put`,
    { ...one, methods: ['PUT'], body: true },
    async ({ request, author, facts, body }) =>
      answered(await shelf.put(author, request.params['id'] ?? '', body, conditionOf(facts))),
  );
  serve(
    `operator-${name}-patch`,
    { ...one, methods: ['PATCH'], body: true },
    async ({ request, author, facts, body }) =>
      answered(await shelf.patch(author, request.params['id'] ?? '', body, conditionOf(facts))),
  );
  serve(`operator-${name}-delete`, { ...one, methods: ['DELETE'] }, async ({ request, author, facts }) => {
    const removed = await shelf.remove(author, request.params['id'] ?? '', conditionOf(facts));
    return removed.ok ? { status: 204 } : removed;
  });
}

/** `POST /operator/submitters/{id}/disable` and `/enable`: the quick way, without reading it first. */
for (const verb of ['disable', 'enable'] as const) {
  const patch = Buffer.from(JSON.stringify({ disabled: verb === 'disable' }));
  serve(
    `operator-submitters-${verb}`,
    { methods: ['POST'], route: `operator/submitters/{id}/${verb}`, who: operator('admin') },
    async ({ request, author }) =>
      answered(await bridge.shelves.submitters.patch(author, request.params['id'] ?? '', patch, {})),
  );
}

/** `GET /operator/keys`: all keys by their public ids. */
serve('operator-keys', { methods: ['GET'], route: 'operator/keys', who: operator('viewer') }, async () =>
  list(await bridge.keyRing.list()),
);

/** `POST /operator/submitters/{id}/keys`, and the same for operators: a new key, shown this once. */
for (const holder of ['submitter', 'operator'] as const) {
  serve(
    `operator-keys-${holder}`,
    { methods: ['POST'], route: `operator/${holder}s/{id}/keys`, who: operator('admin'), body: true },
    async ({ request, author, body }) => {
      const made = await bridge.keyRing.make(author, holder, request.params['id'] ?? '', body);
      return made.ok ? json(201, made.value) : made;
    },
  );
}

/** `POST /operator/keys/{id}/rotate`: a new key like it; the old one is taken for another week. */
serve(
  'operator-keys-rotate',
  { methods: ['POST'], route: 'operator/keys/{id}/rotate', who: operator('admin') },
  async ({ request, author }) => {
    const made = await bridge.keyRing.rotate(author, request.params['id'] ?? '');
    return made.ok ? json(201, made.value) : made;
  },
);

/** `DELETE /operator/keys/{id}`: revokes it. */
serve(
  'operator-keys-delete',
  { methods: ['DELETE'], route: 'operator/keys/{id}', who: operator('admin') },
  async ({ request, author }) => {
    const revoked = await bridge.keyRing.revoke(author, request.params['id'] ?? '');
    return revoked.ok ? { status: 204 } : revoked;
  },
);
