/**
 * From bytes to what adapters read: content types that lie or are missing, code pages, broken JSON, files.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { HookRequest } from '../../shared/alerts/alert.ts';
import { readRequest } from '../../shared/alerts/read-request.ts';

interface Given {
  readonly body?: string | Uint8Array;
  readonly type?: string;
  readonly method?: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function read({ body = '', type, method = 'POST', query = '', headers = {} }: Given): Promise<HookRequest> {
  const all = new Map(Object.entries(headers));
  if (type !== undefined) all.set('content-type', type);
  return readRequest({
    method,
    header: (name) => all.get(name),
    query: new URLSearchParams(query),
    body: typeof body === 'string' ? Buffer.from(body) : body,
  });
}

/** For comparing values whose objects have no prototype. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';

suite('JSON', () => {
  const taken: readonly (readonly [string, string, string | undefined, unknown])[] = [
    ['as JSON', '{"a":1}', json, { a: 1 }],
    ['as text', '{"a":1}', 'text/plain; charset=UTF-8', { a: 1 }],
    ['as a form, as curl -d labels it', '{"a":1,"b":"x=y&z=1"}', form, { a: 1, b: 'x=y&z=1' }],
    ['without a content type', ' [{"a":1}]', undefined, [{ a: 1 }]],
    ['with a byte order mark', '\ufeff{"a":1}', json, { a: 1 }],
    ['with a repeated key, the last counts', '{"a":1,"a":2}', json, { a: 2 }],
    [
      'with large integers, digits kept',
      '{"a":1502709956288000110,"b":9007199254740991}',
      json,
      { a: '1502709956288000110', b: 9007199254740991 },
    ],
    [
      'with NaN and Infinity',
      '{"a":NaN,"b":-Infinity,"c":1e999}',
      json,
      { a: 'NaN', b: '-Infinity', c: '1e999' },
    ],
    ['with words of Python', "{'a': None, 'b': True}", json, { a: null, b: true }],
    ['with a trailing comma', '{"a":[1,2,],}', json, { a: [1, 2] }],
    ['with raw line breaks in a string', '{"a":"x\ny","b":1}', json, { a: 'x\ny', b: 1 }],
    [
      'with quotes that a template did not escape',
      '{"a":"host "web-1" is down","b":1}',
      json,
      { a: 'host "web-1" is down', b: 1 },
    ],
    ['with a value left out', '{"a":,"b":1}', json, { a: null, b: 1 }],
    [
      'with bare words',
      '{"a":down,"b":2026-11-20 10:00,"c":1.2.3.4}',
      json,
      { a: 'down', b: '2026-11-20 10:00', c: '1.2.3.4' },
    ],
    ['with a Windows path', '{"a":"C:\\Program Files\\x"}', json, { a: 'C:\\Program Files\\x' }],
    ['with something behind it', '{"a":1}\n\0', json, { a: 1 }],
    [
      'cut off in the middle',
      '{"status":"down","name":"web", "text":"It is not',
      json,
      { status: 'down', name: 'web', text: 'It is not' },
    ],
    ['as lines', '{"a":1}\n{"a":2}\n', 'application/x-ndjson', [{ a: 1 }, { a: 2 }]],
    ['as a bare number', '42.5', json, 42.5],
    ['as a bare string', '"hello"', json, 'hello'],
    ['in the only field of a form', 'payload=%7B%22a%22%3A1%7D', form, { a: 1 }],
    ['in the payload of a form', 'token=x&payload=%7B%22a%22%3A%22b+c%22%7D', form, { a: 'b c' }],
  ];
  for (const [name, body, type, value] of taken) {
    test(name, async () => {
      const request = await read({ body, ...(type === undefined ? {} : { type }) });
      assert.deepEqual(plain(request.value), value);
    });
  }

  test('keys reach no prototype', async () => {
    const { value } = await read({ body: '{"__proto__":{"polluted":1},"constructor":2}', type: json });
    assert.deepEqual(Object.keys(value as object), ['__proto__', 'constructor']);
    assert.equal(Object.getPrototypeOf(value), null);
    assert.equal(Reflect.get({}, 'polluted'), undefined);
  });

  test('a text in brackets is a text', async () => {
    for (const body of ['[Alert] Disk full', '{braces} and more of it', '[OK]']) {
      const request = await read({ body, type: 'text/plain' });
      assert.equal(request.mediaType, 'text/plain', body);
      assert.equal(request.value, undefined);
      assert.equal(request.text, body);
    }
  });

  test('a mountain of brackets is a text', async () => {
    const request = await read({ body: '['.repeat(100_000), type: json });
    assert.equal(request.mediaType, 'text/plain');
  });

  test('compressed', async () => {
    const request = await read({
      body: gzipSync('{"a":1}'),
      type: json,
      headers: { 'content-encoding': 'gzip' },
    });
    assert.deepEqual(plain(request.value), { a: 1 });
    const lie = await read({ body: '{"a":1}', type: json, headers: { 'content-encoding': 'gzip' } });
    assert.deepEqual(plain(lie.value), { a: 1 });
  });
});

suite('forms', () => {
  const taken: readonly (readonly [string, string, string | undefined, unknown])[] = [
    ['encoded', 'a=b+c&d=%C3%BC%26', form, { a: 'b c', d: 'ü&' }],
    [
      'with bare spaces and an unencoded &',
      'name=CPU & memory&text=above 90 %',
      form,
      { name: 'CPU & memory', text: 'above 90 %' },
    ],
    ['in a code page', 'name=K%FChlung', form, { name: 'Kühlung' }],
    ['with a broken escape', 'text=100%&x=%zz', form, { text: '100%', x: '%zz' }],
    ['with a repeated field', 'to=a&to=b&to=c', form, { to: ['a', 'b', 'c'] }],
    ['labelled as text', 'status=down&host=web', 'text/plain', { status: 'down', host: 'web' }],
    ['without a label', 'status=down', undefined, { status: 'down' }],
  ];
  for (const [name, body, type, value] of taken) {
    test(name, async () => {
      const request = await read({ body, ...(type === undefined ? {} : { type }) });
      assert.equal(request.mediaType, form);
      assert.deepEqual(plain(request.value), value);
    });
  }

  test('a text under the label of a form is a text', async () => {
    for (const body of ['Backup done', 'CPU load = 97% on a=b', '50% off & more']) {
      const request = await read({ body, type: form });
      assert.equal(request.value, undefined, body);
      assert.equal(request.text, body);
    }
  });
});

suite('multipart', () => {
  const boundary = 'x7';
  const body = [
    `--${boundary}`,
    'Content-Disposition: form-data; name="subject"',
    '',
    'Größe',
    `--${boundary}`,
    'Content-Disposition: form-data; name="file"; filename="Übersicht.csv"',
    'Content-Type: text/csv',
    '',
    'a;b',
    `--${boundary}--`,
    '',
  ].join('\r\n');

  test('fields and files, names in raw UTF-8', async () => {
    const request = await read({ body, type: `multipart/form-data; boundary=${boundary}` });
    assert.equal(request.text, '');
    assert.deepEqual(plain(request.value), { subject: 'Größe' });
    assert.deepEqual(
      request.files.map(({ filename, contentType, bytes }) => [
        filename,
        contentType,
        Buffer.from(bytes).toString(),
      ]),
      [['Übersicht.csv', 'text/csv', 'a;b']],
    );
  });

  test('whose boundary was lost', async () => {
    for (const type of ['multipart/form-data', 'multipart/form-data; boundary=other', 'text/plain']) {
      assert.equal((await read({ body, type })).files.length, 1, type);
    }
  });

  test('cut off is read as text, and not refused', async () => {
    const request = await read({
      body: body.slice(0, 90),
      type: `multipart/form-data; boundary=${boundary}`,
    });
    assert.match(request.text, /form-data/);
  });
});

suite('text', () => {
  test('in code pages', async () => {
    assert.equal((await read({ body: Buffer.from('Tür auf', 'latin1') })).text, 'Tür auf');
    assert.equal((await read({ body: Buffer.from('Tür – auf') })).text, 'Tür – auf');
    assert.equal((await read({ body: Buffer.from('\ufeffTür', 'utf16le') })).text, 'Tür');
    assert.equal((await read({ body: Buffer.from('Door open', 'utf16le') })).text, 'Door open');
    assert.equal((await read({ body: Buffer.from('Tür\u0000', 'utf8').subarray(0, 4) })).text, 'Tür');
    assert.equal(
      (await read({ body: Buffer.from([0xcf, 0xf0]), type: 'text/plain; charset=windows-1251' })).text,
      'Пр',
    );
    assert.equal(
      (await read({ body: Buffer.from('é', 'latin1'), type: 'text/plain; charset=klingon' })).text,
      'é',
    );
  });

  test('XML becomes fields, with nothing expanded', async () => {
    const body =
      '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "boom">]><s:a xmlns:s="u" id="7"><b>1 &lt; 2 &x;</b><b>&#x41;</b><c><![CDATA[<raw>]]></c></s:a>';
    const request = await read({ body, type: 'text/xml' });
    assert.equal(request.mediaType, 'application/xml');
    assert.deepEqual(plain(request.value), { a: { id: '7', b: ['1 < 2 &x;', 'A'], c: '<raw>' } });
  });

  test('HTML is not XML', async () => {
    assert.equal((await read({ body: '<!doctype html><p>x', type: 'text/html' })).mediaType, 'text/html');
  });
});

suite('files', () => {
  const jpeg = Buffer.from('ffd8ffe000104a46494600', 'hex');

  test('a photo by PUT', async () => {
    const request = await read({ method: 'put', body: jpeg, type: form });
    assert.equal(request.method, 'PUT');
    assert.equal(request.mediaType, 'image/jpeg');
    assert.deepEqual(
      request.files.map(({ filename, contentType }) => [filename, contentType]),
      [['body.jpg', 'image/jpeg']],
    );
    assert.equal(request.text, '');
  });

  test('named by a header', async () => {
    const named = await read({ body: jpeg, headers: { filename: '../../etc/door\r\n.jpg' } });
    assert.equal(named.files[0]?.filename, 'door.jpg');
    const text = await read({ body: 'a;b', headers: { 'x-filename': 'Gr\u00c3\u00b6\u00c3\u009fe.csv' } });
    assert.deepEqual([text.files[0]?.filename, text.files[0]?.contentType], ['Größe.csv', 'text/csv']);
    const disposition = await read({
      body: 'x',
      headers: { 'content-disposition': 'attachment; filename="scan.txt"' },
    });
    assert.equal(disposition.files[0]?.filename, 'scan.txt');
  });

  test('bytes of no known kind', async () => {
    const request = await read({ body: Buffer.from([1, 2, 3, 0, 255]), type: 'text/plain' });
    assert.deepEqual(
      [request.mediaType, request.files[0]?.filename],
      ['application/octet-stream', 'body.bin'],
    );
  });

  test('a label of an image does not make one of a text', async () => {
    const request = await read({ body: '{"a":1}', type: 'image/png' });
    assert.deepEqual(plain(request.value), { a: 1 });
  });
});

test('no body: the query without credentials', async () => {
  const request = await read({
    method: 'get',
    query:
      'a=1&key=s&token=s&access_token=s&api-key=s&Api_Key=s&code=s&sig=s&b=%20pr_0&event=up&keyword=x&a=2',
  });
  assert.deepEqual(
    [request.method, request.mediaType, request.value, request.text],
    ['GET', '', undefined, ''],
  );
  assert.equal(request.query.toString(), 'a=1&event=up&keyword=x&a=2');
});
