/** docs/security.md names a test for every threat: each of them exists. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const page = read('docs/security.md');

/** `test/room/thing.test.ts › name`, or a part of the name. */
const named = [...page.matchAll(/`(test\/[^`›]+?) › ([^`]+)`/g)].map(([, file = '', name = '']) => ({
  file,
  name,
}));

/** What a file calls its tests, template literals as they are written. */
const testsOf = (file: string): readonly string[] =>
  [...read(file).matchAll(/\b(?:test|suite|describe)\(\s*(?:'((?:[^'\\]|\\.)*)'|"([^"]*)"|`([^`]*)`)/g)].map(
    ([, single, double, template]) => (single ?? double ?? template ?? '').replaceAll("\\'", "'"),
  );

test('every test that is named exists', () => {
  assert.ok(named.length > 50, `${named.length} tests are named`);
  const missing = named.filter(
    ({ file, name }) =>
      !existsSync(path.join(root, file)) || !testsOf(file).some((one) => one.includes(name)),
  );
  assert.deepEqual(missing, []);
});

test('every threat has one', () => {
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|\s*(?:-+|threat)\s*\|/.test(line));
  assert.ok(rows.length > 30);
  for (const row of rows) assert.match(row, /`test\/.+ › /, row);
});

test('all ten points of OWASP are walked through', () => {
  for (let i = 1; i <= 10; i++) assert.match(page, new RegExp(`^\\*\\*API${i}, `, 'm'));
});
