import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { LongText } from '../../shared/message/long-text.ts';
import { jsonLimits, readJson } from '../../shared/submission/json.ts';

const readText = (text: string | Uint8Array) => readJson(typeof text === 'string' ? Buffer.from(text) : text);

function refusal(text: string | Uint8Array): string {
  const result = readText(text);
  assert.ok(!result.ok, `accepted: ${Buffer.from(text).subarray(0, 80).toString()}`);
  assert.equal(result.problem.code, 'invalid-json');
  return result.problem.detail;
}

function value(text: string | Uint8Array): unknown {
  const result = readText(text);
  assert.ok(result.ok, result.ok ? '' : result.problem.detail);
  return result.value;
}

describe('JSON texts', () => {
  const valid = [
    '{}',
    '[]',
    ' \t\r\n[ ]\n',
    '""',
    'null',
    'true',
    'false',
    '0',
    '-0',
    '-0.5e-10',
    '1E+2',
    '123456789012345678901234567890',
    '1e400',
    '[1,2,[3,{"a":[]}]]',
    '{"":0," ":1}',
    String.raw`"\"\\\/\b\f\n\r\t\u0000\u00e9"`,
    String.raw`"\ud83d\ude00 \uD83D\uDE00"`,
    '"\u007f\u2028\u2029\ufeff\u{10ffff}"',
    '{"ключ":"значение","键":"值"}',
  ];
  for (const text of valid) {
    test(`takes ${text}`, () => assert.deepEqual(value(text), JSON.parse(text)));
  }

  const invalid = [
    '',
    ' ',
    '{',
    '[',
    '"',
    '"a',
    '"\\',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":1,',
    '{"a":1,}',
    '[1,]',
    '[,1]',
    '[1 2]',
    '[1}',
    '{"a" 1}',
    '{a:1}',
    "{'a':1}",
    '{1:1}',
    '{"a":1 "b":2}',
    '[1]]',
    '{}{}',
    '1 2',
    '01',
    '-',
    '-01',
    '+1',
    '.5',
    '1.',
    '1.e1',
    '1e',
    '1e+',
    '0x1',
    'NaN',
    'Infinity',
    '-Infinity',
    'True',
    'nul',
    'nulll',
    'undefined',
    '"\t"',
    '"\n"',
    '"\0"',
    String.raw`"\x41"`,
    String.raw`"\u12"`,
    String.raw`"\u12g4"`,
    String.raw`"\u-123"`,
    String.raw`"\U0041"`,
    "'a'",
    '/* c */ 1',
    '[1] // c',
    '\u00a01',
    '\ufeff\ufeff1',
    '\f1',
  ];
  for (const text of invalid) {
    test(`refuses ${JSON.stringify(text)}`, () => assert.match(refusal(text), /\(line \d+, column \d+\)\.$/));
  }

  test('takes a byte order mark in front', () => assert.deepEqual(value('\ufeff{"a":1}'), { a: 1 }));
});

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

const keys = (count: number) => `{${Array.from({ length: count }, (_, i) => `"k${i}":0`).join()}}`;

describe('what JSON.parse would take and we do not', () => {
  test('invalid UTF-8, with the place', () => {
    for (const bytes of [
      '22ff22',
      '22c328 22',
      '22eda08022',
      '22c0af22',
      '22f8888080 8022',
      '22e282',
      'ff',
      'fffe7b00',
    ]) {
      assert.match(refusal(Buffer.from(bytes.replaceAll(' ', ''), 'hex')), /UTF-8/, bytes);
    }
    const late = Buffer.from(`{"a":"${'é'.repeat(100)}",\n "b":"?"}`);
    late[late.indexOf('?')] = 0xc3;
    assert.match(refusal(late), /^The body is not UTF-8 here \(line 2, column 7\)\.$/);
  });

  test('half a surrogate pair, in every disguise', () => {
    for (const text of [
      String.raw`"\ud800"`,
      String.raw`"\udc00"`,
      String.raw`"\ud800\ud800"`,
      String.raw`"\ud800x"`,
      String.raw`"\ud800\n"`,
      String.raw`"\udc00\ud800"`,
      String.raw`"\ud83d\u0041"`,
      String.raw`{"\ud800":1}`,
    ]) {
      assert.match(refusal(text), /surrogate/, text);
    }
  });

  test('keys that reach for a prototype, escaped or not', () => {
    for (const key of ['__proto__', 'constructor', 'prototype', String.raw`\u005f_proto__`]) {
      assert.match(refusal(`{"a":{"${key}":{"polluted":1}}}`), /is not taken anywhere/, key);
    }
    assert.equal(Reflect.get({}, 'polluted'), undefined);
  });

  test('the same key twice in one object, escaped or not; not in two', () => {
    assert.match(refusal('{"to":1,\n"to":2}'), /twice.*line 2, column 1\)/);
    assert.match(refusal(String.raw`{"to":1,"\u0074o":2}`), /twice/);
    assert.deepEqual(value('[{"a":1},{"a":{"a":2}}]'), [{ a: 1 }, { a: { a: 2 } }]);
  });

  test('more depth, keys or values than a submission can need', () => {
    assert.ok(readText(nested(jsonLimits.depth)).ok);
    assert.match(refusal(nested(jsonLimits.depth + 1)), /levels/);
    assert.match(refusal('['.repeat(1_000_000)), /levels/);
    assert.match(refusal('{"a":'.repeat(100_000)), /levels/);
    assert.ok(readText(keys(jsonLimits.keys)).ok);
    assert.match(refusal(keys(jsonLimits.keys + 1)), /keys/);
    assert.match(refusal(`[${'{},'.repeat(jsonLimits.values)}0]`), /values/);
    assert.match(refusal(`{"${'k'.repeat(2000)}":1}`), /longer than 1024/);
  });
});

describe('faults', () => {
  test('name line and column, counted as an editor does', () => {
    assert.equal(
      refusal('{\n  "naïve 😀": tru\n}'),
      'A value is missing: a string in double quotes, a number, true, false, null, { or [ (line 2, column 14).',
    );
    assert.equal(refusal('{"a":1,'), 'A key in double quotes is missing (line 1, column 8).');
  });

  test('never quote the document, but for dangerous keys', () => {
    assert.ok(!refusal('{"password":"hunter2" "x"}').includes('hunter2'));
  });
});

describe('long strings', () => {
  const long = 'x'.repeat(jsonLimits.longText + 1);

  test('are handed on as views of the body', () => {
    const body = Buffer.from(JSON.stringify({ a: [{ b: long }, { b: 'short' }], c: `${long}!` }));
    const result = value(body) as { a: [{ b: LongText }, { b: string }]; c: LongText };
    const { b } = result.a[0];
    assert.ok(b instanceof LongText && result.c instanceof LongText);
    assert.equal(b.bytes.buffer, body.buffer);
    assert.equal(b.toString(), long);
    assert.equal(result.c.toString(), `${long}!`);
    assert.equal(result.a[1].b, 'short');
  });

  test('are unescaped when they are asked for', () => {
    const text = `${long}"\\/\b\f\n\r\té😀\u2028`;
    for (const json of [JSON.stringify(text), JSON.stringify(text).replaceAll('/', String.raw`\/`)]) {
      const read = value(`[${json}]`) as [LongText];
      assert.equal(read[0].toString(), text);
      assert.equal(read[0].escaped, true);
    }
  });

  test('may be the whole document; at the limit a string stays a string', () => {
    assert.ok(value(JSON.stringify(long)) instanceof LongText);
    assert.equal(value(JSON.stringify(long.slice(1))), long.slice(1));
  });

  test('are checked like all others', () => {
    assert.match(refusal(`"${long}\n"`), /control character/);
    assert.match(refusal(String.raw`"${long}\ud800"`), /surrogate/);
    assert.match(refusal(`"${long}`), /not closed/);
  });
});

describe('against JSON.parse', () => {
  /** Faults of ours alone. */
  const ours = /UTF-8|surrogate|levels|keys|values|twice|not taken anywhere|longer than/;

  function compare(bytes: Uint8Array): void {
    const result = readJson(bytes);
    let parsed: { value: unknown } | undefined;
    try {
      const text = Buffer.from(bytes)
        .toString('utf8')
        .replace(/^\ufeff/, '');
      if (isUtf8(bytes)) parsed = { value: JSON.parse(text) };
    } catch {
      // Not JSON.
    }
    if (result.ok) assert.deepEqual(result.value, parsed?.value);
    else if (parsed) assert.match(result.problem.detail, ours);
  }

  test('any bytes', () =>
    fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), compare), { numRuns: 2000 }));

  test('any characters of JSON', () => {
    const piece = fc.constantFrom(
      ...Array.from('{}[]:,"\\ \n01-+.eEtrufalsn\u0000é'),
      'null',
      '"a"',
      String.raw`\u`,
      'd83d',
      'dc00',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => compare(Buffer.from(pieces.join('')))),
      { numRuns: 5000 },
    );
  });

  test('JSON with one byte changed, added or removed', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.integer({ min: 0, max: 255 }),
        fc.nat(2),
        (json, at, byte, kind) => {
          const bytes = Buffer.from(json);
          compare(bytes);
          const i = at % bytes.length;
          const middle = kind === 0 ? [byte] : kind === 1 ? [bytes[i] ?? 0, byte] : [];
          compare(Buffer.concat([bytes.subarray(0, i), Buffer.from(middle), bytes.subarray(i + 1)]));
        },
      ),
      { numRuns: 3000 },
    );
  });
});
