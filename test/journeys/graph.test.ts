/**
 * The main journey by Graph: a request becomes a mail in Microsoft 365, whole and once.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sender, startWorld, type World } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld();
});
after(() => world.stop());

test('a request is accepted, kept, and relayed once', async () => {
  const answer = await world.submit({
    from: `Postrider <${sender}>`,
    subject: 'First',
    tags: [{ name: 'job', value: 'backup' }],
  });
  assert.equal(answer.status, 202);
  assert.equal(answer.json.status, 'accepted');
  assert.equal(answer.headers.get('location'), `/emails/${answer.json.id}`);
  const status = await world.settled(answer.json.id);
  assert.equal(status.status, 'relayed');
  assert.deepEqual(
    status.events.map(({ event }) => event),
    ['accepted', 'sending', 'relayed'],
  );
  assert.deepEqual(status.tags, [{ name: 'job', value: 'backup' }]);
  const relayed = status.events.at(-1);
  assert.ok(relayed?.event === 'relayed' && relayed.trace.requestId && relayed.trace.clientRequestId);
  const [mail, second] = await world.mails('First');
  assert.equal(second, undefined);
  assert.equal(mail?.accepted.via, 'graph-json');
  assert.equal(mail?.accepted.requestId, relayed.trace.requestId);
  assert.equal(mail?.parsed.from?.address, sender);
  assert.equal(mail?.parsed.text?.trim(), 'A text');
});

test('Unicode arrives as it was sent, everywhere', async () => {
  const subject = 'Grüße aus 東京 🎉 – “ok”';
  const answer = await world.submit({
    from: `"Wärter, Ö." <${sender}>`,
    to: ['Zoë <zoe@bücher.example>', '山田 <yamada@example.jp>'],
    subject,
    text: 'Ünï ✓ \u202Bעברית\u202C',
    attachments: [{ filename: 'Übersicht 表.txt', content: Buffer.from('ä').toString('base64') }],
  });
  assert.equal(answer.status, 202, answer.text);
  await world.settled(answer.json.id);
  const [mail] = await world.mails(subject);
  assert.deepEqual(mail?.accepted.envelope.to, ['zoe@xn--bcher-kva.example', 'yamada@example.jp']);
  assert.equal(mail?.parsed.attachments[0]?.filename, 'Übersicht 表.txt');
  assert.equal(mail?.parsed.to?.[1]?.name, '山田');
  assert.match(mail?.parsed.text ?? '', /Ünï ✓ \u202Bעברית/);
});

test('text and HTML together go as MIME, with both as given', async () => {
  const answer = await world.submit({
    subject: 'Both',
    text: 'plain words',
    html: '<p>rich <b>words</b></p>',
  });
  const status = await world.settled(answer.json.id);
  assert.equal(status.status, 'relayed', JSON.stringify(status.events));
  const [mail] = await world.mails('Both');
  assert.equal(mail?.accepted.via, 'graph-mime');
  assert.equal(mail?.parsed.text?.trim(), 'plain words');
  assert.match(mail?.parsed.html ?? '', /rich <b>words<\/b>/);
});

test('HTML alone carries inline images and several attachments', async () => {
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  const answer = await world.submit({
    subject: 'Pictures',
    text: undefined,
    html: '<p><img src="cid:logo"></p>',
    attachments: [
      { filename: 'logo.png', content: png.toString('base64'), content_id: 'logo' },
      { filename: 'a.csv', content: Buffer.from('a;b').toString('base64'), content_type: 'text/csv' },
      { filename: 'empty.txt', content: '' },
    ],
  });
  assert.equal(answer.status, 202, answer.text);
  await world.settled(answer.json.id);
  const [mail] = await world.mails('Pictures');
  const [logo, csv] = mail?.parsed.attachments ?? [];
  assert.equal(logo?.contentId, '<logo>');
  assert.ok(Buffer.from(logo?.content as ArrayBuffer).equals(png));
  assert.equal(csv?.mimeType, 'text/csv');
  assert.equal(mail?.parsed.attachments.length, 3);
});

test('cc, bcc, reply-to, importance, headers and no copy in Sent Items are carried', async () => {
  const answer = await world.submit({
    subject: 'All fields',
    cc: 'cc@example.com',
    bcc: ['hidden@example.com'],
    reply_to: 'Desk <desk@example.com>',
    importance: 'high',
    headers: { 'X-Ticket': '4711' },
    save_to_sent_items: false,
  });
  await world.settled(answer.json.id);
  const [mail] = await world.mails('All fields');
  assert.deepEqual(mail?.accepted.envelope.to, ['ops@example.com', 'cc@example.com', 'hidden@example.com']);
  const body = mail?.accepted.json as { saveToSentItems: unknown; message: Record<string, unknown> };
  assert.equal(body.saveToSentItems, false);
  assert.equal(body.message['importance'], 'high');
  assert.equal(mail?.parsed.replyTo?.[0]?.address, 'desk@example.com');
  assert.equal(mail?.parsed.headers.find(({ key }) => key === 'x-ticket')?.value, '4711');
  assert.equal(mail?.parsed.headers.find(({ key }) => key === 'x-postrider-id')?.value, answer.json.id);
});

test('what is too large for Graph is refused when Graph is the only way', async () => {
  const stored = await world.storedUntil(({ entries }) => entries === 0);
  const answer = await world.submit({
    subject: 'Huge',
    attachments: [{ filename: 'a.bin', content: Buffer.alloc(4_000_000, 1).toString('base64') }],
  });
  assert.equal(answer.status, 413);
  assert.equal(answer.json.code, 'message-too-large');
  assert.deepEqual(await world.stored(), stored);
});
