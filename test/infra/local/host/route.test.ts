import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileRoute } from '../../../../infra/local/host/http/route.ts';
import { parseTarget } from '../../../../infra/local/host/http/target.ts';

type Expected = Record<string, string> | undefined;

/** Template, path, parameters or undefined for no match. */
const cases: [string, string, Expected][] = [
  ['', '/', {}],
  ['emails', '/emails', {}],
  ['emails', '/emails/', {}],
  ['emails', '/EMAILS', {}],
  ['emails', '/emails/x', undefined],
  ['emails', '/email', undefined],
  ['a.b', '/axb', undefined],
  ['emails/{id}', '/emails/AbC', { id: 'AbC' }],
  ['emails/{id}', '/emails', undefined],
  ['emails/{id?}', '/emails', {}],
  ['emails/{id=new}', '/emails', { id: 'new' }],
  ['emails/{id=new}', '/emails/7', { id: '7' }],
  ['{a}.{b}', '/x.y.z', { a: 'x.y', b: 'z' }],
  ['{year}-{month}', '/2026-11', { year: '2026', month: '11' }],
  ['{*rest}', '/', {}],
  ['{**rest}', '/a/b/', { rest: 'a/b/' }],
  ['n/{id:int}', '/n/2147483647', { id: '2147483647' }],
  ['n/{id:int}', '/n/2147483648', undefined],
  ['n/{id:long}', '/n/2147483648', { id: '2147483648' }],
  ['n/{id:int?}', '/n', {}],
  ['n/{id:guid}', '/n/0A5B3C1D-0000-0000-0000-000000000000', { id: '0A5B3C1D-0000-0000-0000-000000000000' }],
  ['n/{id:guid}', '/n/nope', undefined],
  ['n/{ok:bool}', '/n/True', { ok: 'True' }],
  ['n/{w:alpha:length(2,3)}', '/n/abc', { w: 'abc' }],
  ['n/{w:alpha:length(2,3)}', '/n/abcd', undefined],
  ['n/{w:length(2)}', '/n/a', undefined],
  ['n/{w:minlength(2)}', '/n/a', undefined],
  ['n/{w:maxlength(2)}', '/n/abc', undefined],
  ['n/{i:range(3,5)}', '/n/4', { i: '4' }],
  ['n/{i:min(3)}', '/n/2', undefined],
  ['n/{i:max(3)}', '/n/4', undefined],
  ['n/{d:datetime}', '/n/2026-11-20', { d: '2026-11-20' }],
  ['n/{x:double}', '/n/-1.5e3', { x: '-1.5e3' }],
  ['n/{x:regex(^\\d{{3}}/?$)}', '/n/123', { x: '123' }],
  ['n/{x:regex(^\\d{{3}}$)}', '/n/1234', undefined],
];

for (const [template, path, expected] of cases) {
  test(`'${template}' and ${path}`, () => {
    const found = compileRoute(template).match(path);
    assert.deepEqual(found, expected);
  });
}

test('an unknown constraint is refused by name', () => {
  assert.throws(() => compileRoute('{id:uuid}'), /unknown constraint 'uuid'/);
});

test('a target is split and decoded as Kestrel does', () => {
  assert.deepEqual(parseTarget('/a%20b?x=%20'), { rawPath: '/a%20b', path: '/a b', query: 'x=%20' });
  assert.equal(pathOf('http://elsewhere/a'), '/a');
  assert.equal(pathOf('/caf%C3%A9/%2f/%FF'), '/café/%2f/%FF');
  assert.equal(pathOf('/a/./b/../c'), '/a/c');
  assert.equal(pathOf('/../a/..'), '/');
});

function pathOf(target: string): string {
  return parseTarget(target).path;
}
