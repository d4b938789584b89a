import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { DotDecoder } from '../../../infra/simulators/exchange-smtp/dot-decoder.ts';

/** Everything that could be mistaken for an end, in any mixture. */
const body = fc
  .array(fc.constantFrom('.', '..', '\r\n', '\r', '\n', 'a', '.\r', '\r\n.', '\n.\n', '\r\n.\n'), {
    maxLength: 30,
  })
  .map((parts) => `${parts.join('')}\r\n`);

/** RFC 5321 section 4.5.2, said in the plainest way. */
function stuffed(text: string): string {
  return text.replace(/^\./u, '..').replaceAll('\r\n.', '\r\n..');
}

test('whatever the chunks, the message comes out as it went in', () => {
  fc.assert(
    fc.property(body, fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), (text, sizes) => {
      const wire = Buffer.from(`${stuffed(text)}.\r\nQUIT\r\n`);
      const decoder = new DotDecoder();
      let rest: Buffer | undefined;
      let at = 0;
      for (let turn = 0; rest === undefined && at < wire.length; turn += 1) {
        const next = at + (sizes[turn % sizes.length] ?? 1);
        rest = decoder.push(wire.subarray(at, next));
        at = next;
      }
      assert.equal(Buffer.concat([rest ?? Buffer.from('no end'), wire.subarray(at)]).toString(), 'QUIT\r\n');
      assert.equal(decoder.message().toString(), text);
      assert.equal(decoder.bytes, text.length);
    }),
  );
});

test('an empty message is empty', () => {
  const decoder = new DotDecoder();
  assert.equal(decoder.push(Buffer.from('.\r\n'))?.length, 0);
  assert.equal(decoder.message().length, 0);
});

test('what passes the limit is counted and not kept', () => {
  const decoder = new DotDecoder(10);
  decoder.push(Buffer.from('123456789\r\n'));
  assert.equal(decoder.tooLarge, false);
  decoder.push(Buffer.from('0123\r\n.\r\n'));
  assert.equal(decoder.tooLarge, true);
  assert.equal(decoder.bytes, 17);
  assert.equal(decoder.message().length, 0);
});
