import { json, type RequestFacts } from '../shared/http.ts';
import type { OperatorRole } from '../shared/access/operator.ts';
import type { Condition } from '../shared/operator/document.ts';
import type { Shown } from '../shared/operator/shelf.ts';
import { shelfRoles, type ShelfName } from '../shared/operator/shelf-roles.ts';
import type { Result } from '../shared/platform/problem.ts';
import { bridge } from './bridge.ts';
import { operate, type Answer } from './operate.ts';

const list = (data: readonly object[]) => json(200, { object: 'list', data });

const conditionOf = ({ header }: RequestFacts): Condition => {
  const [match, noneMatch] = [header('if-match'), header('if-none-match')];
  return { ...(match === undefined ? {} : { match }), ...(noneMatch === undefined ? {} : { noneMatch }) };
};

const answered = (result: Result<Shown & { created?: boolean }>): Answer =>
  result.ok ? json(result.value.created ? 201 : 200, result.value.view, { etag: result.value.tag }) : result;

/** `/operator/submitters`, `operators`, `hooks`, `suppressions` and `switches`: what the register holds. */
for (const [name, role] of Object.entries(shelfRoles) as [ShelfName, OperatorRole][]) {
  const shelf = async () => (await bridge.desk()).shelves[name];
  const one = { route: `${name}/{id}`, role };

  operate(`operator-${name}`, { methods: ['GET'], route: name, role: 'viewer' }, async () =>
    list(await (await shelf()).list()),
  );
  operate(`operator-${name}-get`, { ...one, methods: ['GET'], role: 'viewer' }, async ({ request }) =>
    answered(await (await shelf()).show(request.params['id'] ?? '')),
  );
  operate(
    `operator-${name}-put`,
    { ...one, methods: ['PUT'], body: true },
    async ({ request, author, facts, body }) =>
      answered(await (await shelf()).put(author, request.params['id'] ?? '', body, conditionOf(facts))),
  );
  operate(
    `operator-${name}-patch`,
    { ...one, methods: ['PATCH'], body: true },
    async ({ request, author, facts, body }) =>
      answered(await (await shelf()).patch(author, request.params['id'] ?? '', body, conditionOf(facts))),
  );
  operate(`operator-${name}-delete`, { ...one, methods: ['DELETE'] }, async ({ request, author, facts }) => {
    const removed = await (await shelf()).remove(author, request.params['id'] ?? '', conditionOf(facts));
    return removed.ok ? { status: 204 } : removed;
  });
}

/** `POST /operator/submitters/{id}/disable` and `/enable`: the quick way, without reading it first. */
for (const verb of ['disable', 'enable'] as const) {
  const patch = Buffer.from(JSON.stringify({ disabled: verb === 'disable' }));
  operate(
    `operator-submitters-${verb}`,
    { methods: ['POST'], route: `submitters/{id}/${verb}`, role: 'admin' },
    async ({ request, author }) =>
      answered(
        await (await bridge.desk()).shelves.submitters.patch(author, request.params['id'] ?? '', patch, {}),
      ),
  );
}

/** `GET /operator/keys`: all keys by their public ids. */
operate('operator-keys', { methods: ['GET'], route: 'keys', role: 'viewer' }, async () =>
  list(await (await bridge.desk()).keyRing.list()),
);

/** `POST /operator/submitters/{id}/keys`, and the same for operators: a new key, shown this once. */
for (const holder of ['submitter', 'operator'] as const) {
  operate(
    `operator-keys-${holder}`,
    { methods: ['POST'], route: `${holder}s/{id}/keys`, role: 'admin', body: true },
    async ({ request, author, body }) => {
      const made = await (await bridge.desk()).keyRing.make(author, holder, request.params['id'] ?? '', body);
      return made.ok ? json(201, made.value) : made;
    },
  );
}

/** `POST /operator/keys/{id}/rotate`: a new key like it; the old one is taken for another week. */
operate(
  'operator-keys-rotate',
  { methods: ['POST'], route: 'keys/{id}/rotate', role: 'admin' },
  async ({ request, author }) => {
    const made = await (await bridge.desk()).keyRing.rotate(author, request.params['id'] ?? '');
    return made.ok ? json(201, made.value) : made;
  },
);

/** `DELETE /operator/keys/{id}`: revokes it. */
operate(
  'operator-keys-delete',
  { methods: ['DELETE'], route: 'keys/{id}', role: 'admin' },
  async ({ request, author }) => {
    const revoked = await (await bridge.desk()).keyRing.revoke(author, request.params['id'] ?? '');
    return revoked.ok ? { status: 204 } : revoked;
  },
);
