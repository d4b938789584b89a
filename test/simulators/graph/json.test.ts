/** What may stand in the JSON body, and what becomes of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import PostalMime from 'postal-mime';
import { getToken, mail, openTenant, sendMail } from '../tenant.ts';

const tenant = await openTenant({
  mailboxes: [
    {
      address: 'alerts@contoso.com',
      displayName: 'Contoso Alerts',
      aliases: ['warnings@contoso.com'],
      sendAs: ['ceo@contoso.com'],
    },
  ],
});
const token = await getToken(tenant);
const to = (address: string, name?: string) => ({
  emailAddress: { address, ...(name === undefined ? {} : { name }) },
});
const file = (name: string, content: string | Buffer, more: Record<string, unknown> = {}) => ({
  '@odata.type': '#microsoft.graph.fileAttachment',
  name,
  contentBytes: Buffer.from(content).toString('base64'),
  ...more,
});
const header = (name: string) => ({ name, value: '1' });
const parsed = async () => {
  const [newest] = tenant.store.list();
  assert.ok(newest);
  return { accepted: newest, message: await PostalMime.parse(newest.mime) };
};

test('a full message comes out as Exchange would send it', async () => {
  const picture = Buffer.from(Array.from({ length: 300 }, (_, index) => index % 256));
  const body = {
    ...mail({
      subject: 'Prüfbericht 日本語 – a subject that is long enough to be folded more than once, I think',
      body: { contentType: 'HTML', content: '<p>Grüße, <b>Ada</b></p><img src="cid:logo">' },
      toRecipients: [to('ada@example.com', 'Ada "A" Lovelace'), to('jürgen@bücher.example', 'Jürgen, Büro')],
      ccRecipients: [to('cc@example.com')],
      bccRecipients: [to('bcc@example.com')],
      replyTo: [to('help@contoso.com', 'Help')],
      importance: 'High',
      internetMessageHeaders: [{ name: 'X-Ticket', value: 'grün 7' }],
      singleValueExtendedProperties: [{ id: 'String 0x1045', value: '<https://contoso.com/u>' }],
      attachments: [
        file('logo.png', picture, { contentType: 'image/png', isInline: true, contentId: 'logo' }),
        file('Übersicht.pdf', 'PDF', { contentType: 'application/pdf' }),
        file('plain', 'x'),
      ],
    }),
    saveToSentItems: false,
  };
  assert.equal((await sendMail(tenant, token, body)).status, 202);
  const { accepted, message } = await parsed();
  assert.deepEqual(accepted.json, body);
  assert.equal(accepted.via, 'graph-json');
  assert.deepEqual(accepted.envelope, {
    from: 'alerts@contoso.com',
    to: ['ada@example.com', 'jürgen@bücher.example', 'cc@example.com', 'bcc@example.com'],
  });
  assert.deepEqual(message.from, { address: 'alerts@contoso.com', name: 'Contoso Alerts' });
  assert.equal(
    message.subject,
    'Prüfbericht 日本語 – a subject that is long enough to be folded more than once, I think',
  );
  assert.deepEqual(message.to, [
    { address: 'ada@example.com', name: 'Ada "A" Lovelace' },
    { address: 'jürgen@bücher.example', name: 'Jürgen, Büro' },
  ]);
  assert.deepEqual(message.cc, [{ address: 'cc@example.com', name: '' }]);
  assert.equal(accepted.mime.includes('bcc@example.com'), false, 'no copy shows the blind recipients');
  assert.deepEqual(message.replyTo, [{ address: 'help@contoso.com', name: 'Help' }]);
  const value = (key: string) => message.headers.find((one) => one.key === key)?.value;
  assert.equal(value('importance'), 'high');
  assert.equal(value('list-unsubscribe'), '<https://contoso.com/u>');
  assert.equal(value('x-ticket'), `=?UTF-8?B?${Buffer.from('grün 7').toString('base64')}?=`);
  assert.equal(message.html?.trim(), '<p>Grüße, <b>Ada</b></p><img src="cid:logo">');
  assert.match(message.text ?? '', /Grüße, Ada/);
  const [logo, pdf, plain] = message.attachments;
  assert.deepEqual(
    message.attachments.map(({ filename, mimeType, disposition }) => [filename, mimeType, disposition]),
    [
      ['logo.png', 'image/png', 'inline'],
      ['Übersicht.pdf', 'application/pdf', 'attachment'],
      ['plain', 'application/octet-stream', 'attachment'],
    ],
  );
  assert.equal(logo?.contentId, '<logo>');
  assert.ok(logo.content instanceof ArrayBuffer && Buffer.from(logo.content).equals(picture));
  assert.ok(pdf !== undefined && plain !== undefined);
  for (const line of accepted.mime.toString().split('\r\n'))
    assert.ok(line.length <= 998 && !line.includes('\n'), line);
});

test('line breaks in names, subjects and header values inject nothing', async () => {
  const evil = 'x\r\nBcc: evil@example.com\r\n\r\nbody';
  const body = mail({
    subject: evil,
    toRecipients: [to('ada@example.com', evil)],
    internetMessageHeaders: [{ name: 'X-A', value: evil }],
    attachments: [file(evil, 'x', { contentType: `text/plain${evil}` })],
  });
  assert.equal((await sendMail(tenant, token, body)).status, 202);
  const { message } = await parsed();
  assert.equal(message.bcc, undefined);
  assert.equal(message.to?.length, 1);
  assert.match(message.text ?? '', /^Hello\s*$/);
});

test('text alone stays text; a body may be left out', async () => {
  await sendMail(tenant, token, mail());
  const { message } = await parsed();
  assert.deepEqual([message.text?.trim(), message.html], ['Hello', undefined]);
  assert.equal(
    (await sendMail(tenant, token, { Message: { toRecipients: [to('a@b.example')] }, SaveToSentItems: true }))
      .status,
    202,
  );
});

test('from: an alias becomes the primary address, Send As is honoured, everything else is denied', async () => {
  const outcome = async (address: string) => {
    const { status, code } = await sendMail(tenant, token, mail({ from: to(address, 'The Boss') }));
    return status === 202 ? (await parsed()).message.from : [status, code];
  };
  const own = { address: 'alerts@contoso.com', name: 'Contoso Alerts' };
  assert.deepEqual(await outcome('Alerts@contoso.com'), own);
  assert.deepEqual(await outcome('warnings@contoso.com'), own);
  assert.deepEqual(await outcome('ceo@contoso.com'), { address: 'ceo@contoso.com', name: 'The Boss' });
  assert.equal(tenant.store.list()[0]?.envelope.from, 'ceo@contoso.com');
  assert.deepEqual(await outcome('stranger@contoso.com'), [403, 'ErrorSendAsDenied']);
});

test('every wrong body has its code, and nothing of it is accepted', async () => {
  const cases: [string, string | Record<string, unknown>, string][] = [
    ['empty', '', 'BadRequest'],
    ['not JSON', '{"message":', 'BadRequest'],
    ['an array', '[]', 'UnableToDeserializePostBody'],
    ['no message', {}, 'UnableToDeserializePostBody'],
    ['the message without its wrapper', { subject: 'x' }, 'UnableToDeserializePostBody'],
    ['an unknown parameter', { ...mail(), priority: 1 }, 'UnableToDeserializePostBody'],
    ['an unknown property', mail({ text: 'x' }), 'UnableToDeserializePostBody'],
    ['a property named like a method', mail({ constructor: 'x' }), 'UnableToDeserializePostBody'],
    ['saveToSentItems as a string', { ...mail(), saveToSentItems: 'false' }, 'UnableToDeserializePostBody'],
    ['a subject that is a number', mail({ subject: 5 }), 'UnableToDeserializePostBody'],
    ['an unknown importance', mail({ importance: 'urgent' }), 'UnableToDeserializePostBody'],
    [
      'an unknown content type',
      mail({ body: { contentType: 'markdown', content: '' } }),
      'UnableToDeserializePostBody',
    ],
    ['recipients as strings', mail({ toRecipients: ['a@b.example'] }), 'UnableToDeserializePostBody'],
    [
      'one recipient without a list',
      mail({ toRecipients: to('a@b.example') }),
      'UnableToDeserializePostBody',
    ],
    ['no recipients', mail({ toRecipients: [] }), 'ErrorInvalidRecipients'],
    ['no list of recipients', mail({ toRecipients: undefined }), 'ErrorInvalidRecipients'],
    ['an address without at sign', mail({ toRecipients: [to('ada')] }), 'ErrorInvalidRecipients'],
    [
      'an address with a line break',
      mail({ ccRecipients: [to('a@b.example\r\nBcc: c@d.example')] }),
      'ErrorInvalidRecipients',
    ],
    [
      'two addresses in one',
      mail({ bccRecipients: [to('a@b.example, c@d.example')] }),
      'ErrorInvalidRecipients',
    ],
    [
      'an empty list of headers',
      mail({ internetMessageHeaders: [] }),
      'InvalidInternetMessageHeaderCollection',
    ],
    [
      'six headers',
      mail({ internetMessageHeaders: [1, 2, 3, 4, 5, 6].map((n) => header(`x-${n}`)) }),
      'InvalidInternetMessageHeaderCollection',
    ],
    [
      'a standard header',
      mail({ internetMessageHeaders: [header('X-Ok'), header('List-Id')] }),
      'InvalidInternetMessageHeader',
    ],
    [
      'an attachment without type',
      mail({ attachments: [{ name: 'x', contentBytes: '' }] }),
      'UnableToDeserializePostBody',
    ],
    [
      'an attachment of another type',
      mail({ attachments: [file('x', 'x', { '@odata.type': '#microsoft.graph.car' })] }),
      'UnableToDeserializePostBody',
    ],
    [
      'broken base64',
      mail({ attachments: [file('x', 'x', { contentBytes: 'a*b=' })] }),
      'UnableToDeserializePostBody',
    ],
    [
      'base64url',
      mail({ attachments: [file('x', 'x', { contentBytes: '_-8=' })] }),
      'UnableToDeserializePostBody',
    ],
  ];
  const before = tenant.store.accepted;
  for (const [name, body, code] of cases) {
    const answer = await sendMail(tenant, token, body);
    assert.deepEqual([answer.status, answer.code], [400, code], name);
  }
  const typed = await sendMail(tenant, token, mail(), { type: 'application/xml' });
  assert.deepEqual([typed.status, typed.code], [400, 'BadRequest']);
  assert.equal(tenant.store.accepted, before);
});

test('five x-headers are fine, and so is JSON with a charset', async () => {
  const internetMessageHeaders = [1, 2, 3, 4, 5].map((n) => ({ name: `X-${n}`, value: `${n}` }));
  const { status } = await sendMail(tenant, token, mail({ internetMessageHeaders }), {
    type: 'application/json; charset=utf-8',
  });
  assert.equal(status, 202);
});

/** A good body of exactly so many bytes. */
function sized(bytes: number): string {
  const frame = JSON.stringify(mail({ body: { contentType: 'text', content: '' } })).length;
  return JSON.stringify(mail({ body: { contentType: 'text', content: 'x'.repeat(bytes - frame) } }));
}

test('4 MB is the end, to the byte; each of the reported answers can be had', async () => {
  const limit = 4 * 1024 * 1024;
  assert.equal((await sendMail(tenant, token, sized(limit))).status, 202);
  const before = tenant.store.accepted;
  const answers: [typeof tenant.graph.settings.oversize, number, string][] = [
    ['entity', 413, 'RequestEntityTooLarge'],
    ['message', 413, 'ErrorMessageSizeExceeded'],
    ['four-megabytes', 400, 'BadRequest'],
    ['request-length', 400, 'BadRequest'],
  ];
  for (const [oversize, status, code] of answers) {
    tenant.graph.settings.oversize = oversize;
    const answer = await sendMail(tenant, token, sized(limit + 1));
    assert.deepEqual([answer.status, answer.code], [status, code]);
  }
  assert.equal(tenant.store.accepted, before);
});
