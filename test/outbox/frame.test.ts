import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { attachmentRange, frame, headerLength, prefixLength, readHeader } from '../../shared/outbox/frame.ts';
import { exampleMessage } from './example.ts';

test('a message and its attachments come back from their frame byte for byte', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }),
      fc.string({ unit: 'grapheme' }),
      (files, subject) => {
        const message = exampleMessage({
          subject,
          attachments: files.map((bytes, i) => ({
            filename: `f${i}`,
            contentType: 'application/octet-stream',
            size: bytes.length,
          })),
        });
        const framed = frame(
          message,
          files.map((bytes) => ({ size: bytes.length, chunks: () => [bytes] })),
        );
        const bytes = Buffer.concat([...framed.chunks()]);
        assert.equal(bytes.length, framed.size);
        const header = headerLength(bytes);
        const read = readHeader(bytes.subarray(prefixLength, prefixLength + header));
        assert.deepEqual(read, message);
        files.forEach((file, i) => {
          const { offset, length } = attachmentRange(read, header, i);
          assert.deepEqual(bytes.subarray(offset, offset + length), Buffer.from(file));
        });
      },
    ),
  );
});
