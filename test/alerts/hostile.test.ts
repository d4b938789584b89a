/**
 * Anything may come in: no body makes a reading throw, and none makes it work more than its length is worth.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { alertStates, severities } from '../../shared/alerts/alert.ts';
import { flatten } from '../../shared/alerts/generic/leaves.ts';
import { readRequest } from '../../shared/alerts/read-request.ts';
import { readHook } from '../../shared/alerts/registry.ts';
import { readTolerantJson } from '../../shared/alerts/tolerant-json.ts';
import { assertLight } from '../effort.ts';

const types = [
  'application/json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/xml',
  'text/html',
  'image/png',
  '',
];

async function readBytes(
  body: Uint8Array,
  type = 'application/json',
  query = '',
  headers: Record<string, string> = {},
) {
  const all: Record<string, string> = { 'content-type': type, ...headers };
  const request = await readRequest({
    method: 'POST',
    header: (name) => (Object.hasOwn(all, name) ? all[name] : undefined),
    query: new URLSearchParams(query),
    body,
  });
  const reading = readHook(request);
  assert.equal(reading.kind, 'alerts');
  assert.ok(reading.kind === 'alerts' && reading.alerts.length > 0);
  for (const alert of reading.alerts) {
    assert.ok(alert.title.trim() !== '', 'a title');
    assert.ok(alert.title.length <= 200 || headers['title'] !== undefined, `title of ${alert.title.length}`);
    assert.doesNotMatch(alert.title, /[\r\n]/);
    assert.ok(severities.includes(alert.severity) && alertStates.includes(alert.state));
    assert.ok(alert.facts.every(({ name, value }) => name !== '' && value !== ''));
    assert.ok(alert.links.every(({ url }) => /^https?:\/\//i.test(url)));
  }
  return reading;
}

suite('any input is read', () => {
  test('bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(...types), async (bytes, type) => {
        await readBytes(bytes, type);
      }),
    );
  });

  test('text', async () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        '"',
        ':',
        ',',
        '\\',
        '<',
        '>',
        '&',
        '=',
        '%',
        '--x',
        '\r\n',
        '{{',
        '$A',
        'http://',
        'title',
        'status',
        '\ud800',
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 30 }),
        fc.constantFrom(...types),
        fc.string(),
        async (pieces, type, query) => {
          await readBytes(Buffer.from(pieces.join('')), type, query);
        },
      ),
    );
  });

  test('any JSON, under names that mean something', async () => {
    const name = fc.oneof(
      fc.constantFrom(
        'title',
        'status',
        'message',
        'severity',
        'url',
        'alerts',
        'data',
        'fields',
        'name',
        'value',
        'id',
        'timestamp',
        'priority',
        'color',
        '__proto__',
        'constructor',
        'toString',
        '',
      ),
      fc.string(),
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        fc.string(),
        fc.double(),
        fc.boolean(),
        fc.constant(null),
        fc.webUrl(),
        fc.array(tie('tree'), { maxLength: 6 }),
        fc.dictionary(name, tie('tree'), { maxKeys: 6 }),
      ),
    }));
    await fc.assert(
      fc.asyncProperty(tree, async (value) => {
        await readBytes(Buffer.from(JSON.stringify(value)));
      }),
    );
  });

  test('any headers', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('__proto__', 'constructor', 'toString'),
    );
    await fc.assert(
      fc.asyncProperty(text, text, text, async (title, priority, filename) => {
        await readBytes(Buffer.from('x'), 'text/plain', '', {
          title,
          priority,
          filename,
          tags: title,
          click: title,
        });
      }),
    );
  });
});

const numbers = (_: string, value: unknown) => (typeof value === 'number' ? String(value) : value);

test('valid JSON reads as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const read = readTolerantJson(text);
      assert.equal(read?.complete, true, text);
      // Numbers that a double does not hold stay digits; -0 is 0.
      assert.deepEqual(
        JSON.parse(JSON.stringify(read.value, numbers) ?? 'null'),
        JSON.parse(JSON.stringify(JSON.parse(text), numbers) ?? 'null'),
      );
    }),
  );
});

suite('the work is bounded', () => {
  test('leaves, whatever the body', () => {
    const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, i]));
    assert.equal(flatten(wide).leaves.length, 1000);
    assert.equal(flatten(wide).full, true);
    const long = flatten({ rows: Array.from({ length: 5000 }, (_, i) => ({ title: `t${i}`, state: 'x' })) });
    assert.deepEqual([long.leaves.length, long.cut], [40, [{ name: 'rows', missing: 4980 }]]);
    let deep: unknown = 'x';
    for (let i = 0; i < 10_000; i++) deep = { a: deep };
    assert.equal(flatten(deep).leaves.length, 0);
  });

  test('what was left out is said', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => ({ title: `Disk ${i}`, status: 'down' }));
    const reading = await readBytes(Buffer.from(JSON.stringify({ alerts: rows })));
    assert.equal(reading.kind === 'alerts' && reading.alerts.length, 50);
    assert.match(reading.kind === 'alerts' ? (reading.notes?.join() ?? '') : '', /10 more alerts/);
  });

  // Each would take many seconds, or minutes, if any step went over the rest of the body for each character.
  const hostile: readonly (readonly [string, string, string])[] = [
    ['brackets', 'application/json', '['.repeat(300_000)],
    ['opened objects', 'application/json', '{"a":'.repeat(60_000)],
    ['quotes', 'application/json', `{"a":"${'" '.repeat(150_000)}`],
    ['backslashes', 'application/json', `{"a":"${'\\'.repeat(300_000)}`],
    ['comments', 'application/json', '//\n'.repeat(100_000)],
    ['digits', 'application/json', `{"a":${'9'.repeat(300_000)}x}`],
    ['letters', 'application/json', `{"a":${'n'.repeat(300_000)}`],
    ['documents', 'application/json', '{}'.repeat(150_000)],
    [
      'JSON in JSON in JSON',
      'application/json',
      JSON.stringify({ a: JSON.stringify({ b: JSON.stringify({ c: '['.repeat(90_000) }) }) }),
    ],
    ['capitals in names', 'application/json', JSON.stringify({ ['A'.repeat(300_000)]: 'x' })],
    ['spaces', 'text/plain', ' '.repeat(300_000)],
    ['equals', 'application/x-www-form-urlencoded', '='.repeat(300_000)],
    ['ampersands', 'application/x-www-form-urlencoded', `a=b${'&'.repeat(300_000)}`],
    ['percents', 'application/x-www-form-urlencoded', `a=${'%'.repeat(300_000)}`],
    ['left angles', 'text/xml', `<a>${'<'.repeat(300_000)}`],
    ['open elements', 'text/xml', '<a>'.repeat(100_000)],
    ['end tags', 'text/xml', `<a>${'</b>'.repeat(75_000)}`],
    ['attributes', 'text/xml', `<a ${'b="c" '.repeat(50_000)}>`],
    ['scripts', 'text/html', `<html>${'<script '.repeat(40_000)}`],
    ['spaces between tags', 'text/html', `<html><body>a${'<> '.repeat(100_000)}x`],
    ['dots', 'text/plain', `http://a${'.'.repeat(300_000)}`],
    ['slashes', 'application/json', JSON.stringify({ title: '/a'.repeat(150_000) })],
    [
      'base64',
      'application/json',
      JSON.stringify({
        title: 'QUJD'.repeat(75_000),
        data: `data:image/png;base64,${'QUJD'.repeat(75_000)}`,
      }),
    ],
    [
      'placeholders',
      'application/json',
      JSON.stringify({ title: '{{'.repeat(150_000), text: '$A'.repeat(150_000) }),
    ],
    ['colons on lines', 'text/plain', 'a: b\n'.repeat(60_000)],
  ];
  for (const [name, type, body] of hostile) {
    test(`300 kB of ${name}`, async () => {
      await assertLight(300, () => readBytes(Buffer.from(body), type));
    });
  }
});
