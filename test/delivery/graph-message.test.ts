import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import fc from 'fast-check';
import { sendMailBody, sendMailBytes } from '../../shared/delivery/graph-message.ts';
import { outgoing } from './stage.ts';

const id = '01kag1q1w3e5r7t9y1u3p5s7d9';

test('every field has its place', () => {
  const { message } = outgoing(
    {
      from: { address: 'alerts@contoso.com', name: 'Ålerts' },
      to: [{ address: 'a@example.com', name: '李雷' }, { address: 'b@example.com' }],
      cc: [{ address: 'c@example.com' }],
      bcc: [{ address: 'd@example.com' }],
      replyTo: [{ address: 'r@example.com' }],
      subject: 'Grüße 🎉',
      html: '<p>hi</p>',
      importance: 'high',
      saveToSentItems: false,
    },
    [
      { filename: 'ä.txt', content: Buffer.from('abc') },
      { filename: 'logo.png', content: Buffer.from('png'), contentId: 'logo' },
    ],
  );
  assert.deepEqual(sendMailBody(message, id, [{ name: 'X-A', value: '1' }], ['YWJj', 'cG5n']), {
    message: {
      subject: 'Grüße 🎉',
      body: { contentType: 'html', content: '<p>hi</p>' },
      from: { emailAddress: { address: 'alerts@contoso.com', name: 'Ålerts' } },
      toRecipients: [
        { emailAddress: { address: 'a@example.com', name: '李雷' } },
        { emailAddress: { address: 'b@example.com' } },
      ],
      ccRecipients: [{ emailAddress: { address: 'c@example.com' } }],
      bccRecipients: [{ emailAddress: { address: 'd@example.com' } }],
      replyTo: [{ emailAddress: { address: 'r@example.com' } }],
      importance: 'high',
      internetMessageHeaders: [
        { name: 'X-A', value: '1' },
        { name: 'X-Postrider-Id', value: id },
      ],
      singleValueExtendedProperties: [
        { id: 'String {5b0b6f5c-3d0e-4c8a-9a55-7c1f2e94d6a1} Name PostriderId', value: id },
      ],
      attachments: [
        {
          '@odata.type': '#microsoft.graph.fileAttachment',
          name: 'ä.txt',
          contentType: 'application/octet-stream',
          contentBytes: 'YWJj',
          isInline: false,
        },
        {
          '@odata.type': '#microsoft.graph.fileAttachment',
          name: 'logo.png',
          contentType: 'application/octet-stream',
          contentBytes: 'cG5n',
          isInline: true,
          contentId: 'logo',
        },
      ],
    },
    saveToSentItems: false,
  });
});

const body = (message: Parameters<typeof outgoing>[0]) =>
  sendMailBody(outgoing(message).message, id, [], []).message.body;

test('text alone is text, HTML goes before text', () => {
  assert.deepEqual(body({ text: 'a' }), { contentType: 'text', content: 'a' });
  assert.deepEqual(body({ text: 'a', html: '<p>b' }), { contentType: 'html', content: '<p>b' });
});

test('the length is known exactly before the attachments are read', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 4 }),
      (text, files) => {
        const contents = files.map((bytes) => Buffer.from(bytes));
        const { message } = outgoing(
          { subject: text, html: text },
          contents.map((content) => ({ filename: `${text}.bin`, content })),
        );
        const headers = [{ name: 'X-A', value: text }];
        const written = sendMailBody(
          message,
          id,
          headers,
          contents.map((content) => content.toString('base64')),
        );
        assert.equal(sendMailBytes(message, headers), Buffer.byteLength(JSON.stringify(written)));
      },
    ),
  );
});
