import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Submitter } from '../../shared/access/submitter.ts';
import { compareDeclaration, type Standing } from '../../shared/operator/declaration/compare.ts';
import { readDeclaration, type Declaration } from '../../shared/operator/declaration/read.ts';
import { positionsOf } from '../../shared/platform/json-positions.ts';
import { pointerTo } from '../../shared/platform/pointer.ts';

const nothing: Standing = { submitters: [], operators: [], templates: [], hooks: [], suppressions: [] };
const app: Submitter = {
  name: 'app',
  senders: ['a@contoso.com'],
  networks: [],
  disabled: true,
  policy: { requiredHeaders: { 'X-B': '1', 'X-A': '2' } },
  createdAt: new Date(0),
};

function declared(document: unknown): Declaration {
  const read = readDeclaration(document);
  assert.ok(read.ok, JSON.stringify(read));
  return read.declaration;
}
const faults = (document: unknown): string[] => {
  const read = readDeclaration(document);
  return read.ok ? [] : read.faults.map(({ pointer, detail }) => `${pointer} ${detail}`);
};

test('the order of fields and of header names is no difference, that of lists is', () => {
  const same = {
    senders: ['a@contoso.com'],
    name: 'app',
    policy: { required_headers: { 'X-A': '2', 'X-B': '1' } },
  };
  const standing = { ...nothing, submitters: [app] };
  const [unchanged] = compareDeclaration(declared({ submitters: [same] }), standing, { prune: false });
  assert.equal(unchanged?.change, 'unchanged');
  const more = { ...same, senders: ['b@contoso.com', 'a@contoso.com'], disabled: false, owner: 'x' };
  const [changed] = compareDeclaration(declared({ submitters: [more] }), standing, { prune: false });
  assert.ok(changed?.change === 'changed');
  assert.deepEqual(changed.fields, [
    { field: 'disabled', before: true, after: false },
    { field: 'owner', after: 'x' },
    { field: 'senders', before: ['a@contoso.com'], after: ['b@contoso.com', 'a@contoso.com'] },
  ]);
  const less = { name: 'app', senders: ['a@contoso.com'] };
  const [taken] = compareDeclaration(declared({ submitters: [less] }), standing, { prune: false });
  assert.ok(taken?.change === 'changed' && taken.after['disabled'] === true);
  assert.deepEqual(
    taken.fields.map(({ field }) => field),
    ['policy.required_headers.X-A', 'policy.required_headers.X-B'],
  );
});

test('what others name is written first, and removed last', () => {
  const standing: Standing = {
    ...nothing,
    submitters: [app],
    hooks: [{ name: 'old', submitter: 'app', from: 'a@contoso.com', to: ['b@c.example'] }],
  };
  const declaration = declared({
    hooks: [{ name: 'new', submitter: 'fresh', from: 'f@contoso.com', to: ['b@c.example'] }],
    submitters: [{ name: 'fresh', senders: ['f@contoso.com'] }],
  });
  assert.deepEqual(
    compareDeclaration(declaration, standing, { prune: true }).map(
      ({ kind, id, change }) => `${change} ${kind}/${id}`,
    ),
    ['added submitters/fresh', 'added hooks/new', 'removed hooks/old', 'removed submitters/app'],
  );
});

test('a name twice, and everything that looks like a secret', () => {
  const hook = { name: 'h', submitter: 'a', from: 'a@b.example', to: ['c@d.example'] };
  const found = faults({
    submitters: [
      { name: 'a', senders: [], signing_keys: [{ id: 'AKIA', scheme: 'sigv4', secret: 'PRINTER' }] },
      { name: 'a', senders: [], policy: { required_headers: { Token: 'x' } } },
      { name: 'b', senders: [], password: 'x', owner: 'AccountKey=abc' },
    ],
    hooks: [
      { ...hook, signature: { scheme: 'github', secret: 'HUB' } },
      { ...hook, name: 'i', signature: { scheme: 'github', secret: 'whsec_0123456789abcdefghij' } },
    ],
    keys: [],
  });
  assert.deepEqual(
    found.map((one) => one.split(' ')[0]),
    [
      '#/submitters/2/password',
      '#/submitters/2/owner',
      '#/hooks/1/signature/secret',
      '#/keys',
      '#/submitters/1/name',
    ],
  );
  assert.ok(!found.join('').includes('whsec_'));
});

test('no document makes the reader throw', () => {
  const keys = fc.constantFrom('submitters', 'hooks', 'name', 'senders', '__proto__', 'policy', 'x');
  const document = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.jsonValue({ maxDepth: 1 }),
      fc.array(tie('value')),
      fc.dictionary(keys, tie('value')),
    ),
  })).value;
  fc.assert(fc.property(fc.dictionary(keys, document), (one) => void readDeclaration(one)));
});

test('positions are those of values and keys, in any layout', () => {
  const text = '{\r\n\t"a b": [1, {"ü/~": "x\\"]}"}],\n "z": "ä😀",   "y": null }';
  const positions = positionsOf(text);
  assert.deepEqual(positions.of('#'), { line: 1, column: 1 });
  assert.deepEqual(positions.of('#/a%20b'), { line: 2, column: 9 });
  assert.deepEqual(positions.of('#/a%20b', 'key'), { line: 2, column: 2 });
  assert.deepEqual(positions.of(pointerTo(['a b', 1, 'ü/~'])), { line: 2, column: 21 });
  assert.deepEqual(positions.of('#/y'), { line: 3, column: 20 });
  assert.deepEqual(positions.of('#/a%20b/1/missing/deep'), { line: 2, column: 13 });
  const deep = `${'['.repeat(100_000)}1${']'.repeat(100_000)}`;
  assert.deepEqual(positionsOf(deep.slice(0, 200)).of('#/0/0'), { line: 1, column: 3 });
});

test('every value of any JSON is found where it stands', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(0, 1, 3), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const positions = positionsOf(text);
      const lines = text.split('\n');
      const visit = (inner: unknown, path: readonly PropertyKey[]): void => {
        const { line, column } = positions.of(pointerTo(path));
        const rest = Array.from(lines[line - 1] ?? '')
          .slice(column - 1)
          .join('');
        const first = JSON.stringify(inner)[0] ?? '';
        assert.ok(rest.startsWith(first), `${pointerTo(path)} in ${text}`);
        if (typeof inner === 'object' && inner !== null) {
          for (const [name, one] of Object.entries(inner)) {
            visit(one, [...path, Array.isArray(inner) ? Number(name) : name]);
          }
        }
      };
      visit(value, []);
    }),
  );
});
