import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decodeBase64Chunks, decodedSize } from '../../shared/message/base64.ts';
import { LongText } from '../../shared/message/long-text.ts';

/** A text in every form in which it can reach the decoder. */
function forms(text: string): readonly (string | LongText)[] {
  const json = JSON.stringify(text).slice(1, -1);
  const unicode = Array.from(text, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
  return [
    text,
    new LongText(Buffer.from(json), json.includes('\\')),
    new LongText(Buffer.from(json.replaceAll('/', String.raw`\/`)), true),
    new LongText(Buffer.from(unicode), true),
  ];
}

const decode = (text: string | LongText, chunkBytes = 3) =>
  Buffer.concat([...decodeBase64Chunks(text, chunkBytes)]);

describe('base64 that is taken', () => {
  const vectors: Readonly<Record<string, string>> = {
    '': '',
    'Zg==': 'f',
    'Zm8=': 'fo',
    Zm9v: 'foo',
    'Zm9vYg==': 'foob',
    'Zm9vYmE=': 'fooba',
    Zm9vYmFy: 'foobar',
    'Zm9v\r\nYmFy\r\n': 'foobar',
    'Z\nm\r9\n\nv': 'foo',
    'Zg=\r\n=\n': 'f',
    // Bits left over in the last character, RFC 4648 §3.5.
    'Zh==': 'f',
    '+/+/': '\xfb\xff\xbf',
  };
  for (const [text, plain] of Object.entries(vectors)) {
    test(JSON.stringify(text), () => {
      for (const form of forms(text)) {
        assert.deepEqual(decodedSize(form), { ok: true, size: plain.length });
        assert.equal(decode(form).toString('latin1'), plain);
      }
    });
  }

  test('any bytes, with line breaks anywhere, in chunks of any size', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.array(fc.tuple(fc.nat(400), fc.constantFrom('\r', '\n', '\r\n'))),
        fc.integer({ min: 1, max: 40 }),
        (bytes, breaks, third) => {
          let text = Buffer.from(bytes).toString('base64');
          for (const [at, lineBreak] of breaks) text = text.slice(0, at) + lineBreak + text.slice(at);
          for (const form of forms(text)) {
            assert.deepEqual(decodedSize(form), { ok: true, size: bytes.length });
            const chunks = [...decodeBase64Chunks(form, third * 3)];
            assert.deepEqual(Buffer.concat(chunks), Buffer.from(bytes));
            assert.ok(chunks.slice(0, -1).every((chunk) => chunk.length === third * 3));
            assert.ok(chunks.every((chunk) => chunk.length > 0));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test('across the borders of the slices it is read in', () => {
    const bytes = Buffer.alloc(200_000, 'Postrider! ');
    const lines = bytes.toString('base64').replaceAll(/.{76}/g, '$&\r\n');
    for (const form of forms(lines)) {
      assert.deepEqual(decodedSize(form), { ok: true, size: bytes.length });
      assert.deepEqual(decode(form, 30_000), bytes);
    }
  });

  test('can be read twice', () => {
    const text = new LongText(Buffer.from('Zm9vYmFy'), false);
    assert.deepEqual(decode(text), decode(text));
  });
});

describe('base64 that is refused', () => {
  const bad: Readonly<Record<string, RegExp>> = {
    Z: /not complete/,
    Zg: /not complete/,
    'Zg=': /not complete/,
    Zm8: /not complete/,
    'Zm9vY===': /not complete/,
    '=': /not complete/,
    '====': /not complete/,
    'Z===': /not complete/,
    'Zm9v====': /not complete/,
    'Zg==Zg==': /after the padding "=", at character 5/,
    'Zg=g': /after the padding/,
    'Zm9v YmFy': /Character 5 is no base64/,
    'Zm9v\tYmFy': /Character 5/,
    'Zm9vYm*y': /Character 7/,
    'Zm9v\0': /Character 5/,
    'Zm9vé===': /Character 5/,
    Zm9vŁYmF: /Character 5/,
    '-_-_': /URL-safe/,
    Zm9vYm_y: /URL-safe base64 \(character 7\)/,
    'data:image/png;base64,Zm9v': /data: URL/,
    'DATA:;base64,Zm9v': /data: URL/,
    '"Zm9v"': /Character 1/,
    '<Buffer 66 6f 6f>': /Character 1/,
    'file:///etc/passwd': /Character 5/,
  };
  for (const [text, reason] of Object.entries(bad)) {
    test(JSON.stringify(text), () => {
      for (const form of forms(text)) {
        const size = decodedSize(form);
        assert.ok(!size.ok, 'accepted');
        assert.match(size.reason, reason);
      }
    });
  }

  test('wherever in a long text the fault stands', () => {
    fc.assert(
      fc.property(fc.nat(99_999), fc.constantFrom('*', ' ', '=', '\0', 'é'), (at, character) => {
        const text = 'Zm9v'.repeat(25_000);
        const size = decodedSize(text.slice(0, at) + character + text.slice(at + 1));
        // A single "=" at the very end is padding.
        assert.equal(size.ok, character === '=' && at === 99_999);
      }),
      { numRuns: 50 },
    );
  });
});
