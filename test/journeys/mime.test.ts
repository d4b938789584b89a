/**
 * An Internet message as the body of `POST /emails`: what a scanner or `sendmail -t` over curl sends.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import MailComposer from 'nodemailer/lib/mail-composer/index.js';
import type Mail from 'nodemailer/lib/mailer/index.js';
import { sender, startWorld, type World } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.stop());

const mime = { 'content-type': 'message/rfc822' };

const compose = (options: Mail.Options): Promise<Buffer> => {
  const node = new MailComposer({ from: sender, to: 'ann@example.com', ...options }).compile();
  node.keepBcc = true;
  return node.build();
};

test('a message keeps its structure', async () => {
  const subject = 'Scan – Übersicht';
  const message = await compose({
    from: `"Wärter, Ö." <${sender}>`,
    to: ['"Last, First" <ann@example.com>', 'bob@bücher.example'],
    cc: 'Team: c1@example.com, c2@example.com;',
    bcc: 'hidden@example.com',
    replyTo: 'reply@example.com',
    subject,
    text: 'Grüße',
    html: '<p>Grüße <img src="cid:logo@scan"></p>',
    inReplyTo: '<first@example.com>',
    references: ['<first@example.com>', '<second@example.com>'],
    headers: { Importance: 'High', 'X-Scanner': 'MFP', 'Authentication-Results': 'none' },
    attachments: [
      { filename: 'logo.png', content: Buffer.from('png'), cid: 'logo@scan' },
      { filename: 'Übersicht.pdf', content: Buffer.from('%PDF') },
      { contentType: 'message/rfc822', content: 'From: a@example.com\r\nSubject: inner\r\n\r\nInner\r\n' },
    ],
  });
  const answer = await world.request('POST', '/emails', message, mime);
  assert.equal(answer.status, 202, answer.text);
  assert.equal(answer.headers.get('x-postrider-warnings'), '"Authentication-Results"');
  const status = await world.settled(answer.json.id);
  assert.deepEqual(status.bcc, ['hidden@example.com']);
  const [accepted] = status.events;
  assert.ok(accepted?.event === 'accepted' && accepted.warnings?.length === 1);
  const [mail] = await world.mails(subject);
  assert.deepEqual(mail?.accepted.envelope.to, [
    'ann@example.com',
    'bob@xn--bcher-kva.example',
    'c1@example.com',
    'c2@example.com',
    'hidden@example.com',
  ]);
  const { parsed } = mail;
  assert.equal(parsed.to?.[0]?.name, 'Last, First');
  assert.equal(parsed.text?.trim(), 'Grüße');
  assert.match(parsed.html ?? '', /cid:logo@scan/);
  assert.equal(parsed.inReplyTo, '<first@example.com>');
  assert.equal(parsed.references, '<first@example.com> <second@example.com>');
  assert.match(parsed.headers.find(({ key }) => key === 'importance')?.value ?? '', /high/i);
  assert.deepEqual(
    parsed.attachments.map(({ filename, contentId, mimeType }) => [filename, contentId, mimeType]),
    [
      ['logo.png', '<logo@scan>', 'image/png'],
      ['Übersicht.pdf', undefined, 'application/pdf'],
      ['attachment-3.eml', undefined, 'message/rfc822'],
    ],
  );
});

test('the recipients of the envelope alone receive it', async () => {
  const message = await compose({
    to: ['ann@example.com', 'not@example.com'],
    subject: 'Envelope',
    text: 'x',
  });
  const to = 'ann@example.com, Other <other@example.com>';
  const answer = await world.request('POST', '/emails', message, { ...mime, 'x-postrider-to': to });
  assert.equal(answer.headers.get('x-postrider-warnings'), '"To"');
  await world.settled(answer.json.id);
  const [mail] = await world.mails('Envelope');
  assert.deepEqual(mail?.accepted.envelope.to, ['ann@example.com', 'other@example.com']);
  assert.doesNotMatch(mail.accepted.mime.toString(), /not@example\.com/);
});

test('it is under the same policy, repeated under the same key, and tried in a dry run', async () => {
  const message = await compose({ subject: 'Policed', text: 'x' });
  const stranger = await compose({ from: 'ceo@contoso.com', subject: 'Policed', text: 'x' });
  const refused = await world.request('POST', '/emails', stranger, mime);
  assert.equal(refused.json.code, 'sender-not-allowed');
  const dry = await world.request('POST', '/emails?dry_run=true', message, mime);
  assert.equal(dry.status, 200);
  const key = { ...mime, 'idempotency-key': 'mime-1' };
  const first = await world.request('POST', '/emails', message, key);
  const second = await world.request('POST', '/emails', message, key);
  assert.equal(second.json.id, first.json.id);
  assert.equal(second.headers.get('idempotency-replayed'), 'true');
});

test('what is no message, or an ambiguous one, is refused with what to do', async () => {
  const earlier = await world.stored();
  for (const [body, code] of [
    ['', 'empty-body'],
    ['hello', 'invalid-mime'],
    ['\0\0\0', 'invalid-mime'],
    ['Subject: x\r\n\r\nx', 'invalid-mime'],
    [`From: ${sender}\r\nFrom: ceo@contoso.com\r\nTo: a@example.com\r\n\r\nx`, 'invalid-mime'],
    [`From: ${sender}, ceo@contoso.com\r\nTo: a@example.com\r\n\r\nx`, 'invalid-mime'],
    [`From: ${sender}\r\n\r\nx`, 'invalid-submission'],
    [`From: ${sender}\r\nTo: "a\r\n b" <x\r\n y@example.com>\r\n\r\nx`, 'invalid-submission'],
    [`From: ${sender}\r\nTo: a@example.com\r\nX-A: ${'a '.repeat(400_000)}\r\n\r\nx`, 'invalid-mime'],
  ] as const) {
    const answer = await world.request('POST', '/emails', Buffer.from(body), mime);
    assert.equal(answer.json?.code, code, `${body.slice(0, 60)}: ${answer.text}`);
  }
  assert.deepEqual((await world.stored()).rows, earlier.rows);
});
