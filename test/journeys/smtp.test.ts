/**
 * The main journey by SMTP AUTH, with one setting changed.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sender, startWorld, type World } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld({ POSTRIDER_TRANSPORTS: 'smtp', POSTRIDER_RETRY_SCHEDULE: '1s' });
});
after(() => world.stop());

test("a request becomes a mail by SMTP, with the server's reply and id recorded", async () => {
  const answer = await world.submit({
    from: `Wärter <${sender}>`,
    subject: 'By SMTP – ü',
    html: '<b>rich</b>',
    bcc: 'hidden@example.com',
    headers: { 'X-Ticket': '1' },
    attachments: [{ filename: 'ü.txt', content: Buffer.from('hello').toString('base64') }],
  });
  assert.equal(answer.status, 202, answer.text);
  const status = await world.settled(answer.json.id);
  assert.equal(status.status, 'relayed', JSON.stringify(status.events));
  const last = status.events.at(-1);
  assert.ok(last?.event === 'relayed' && last.trace.status === 250 && last.trace.serverMessageId);
  const [mail, second] = await world.mails('By SMTP – ü');
  assert.equal(second, undefined);
  assert.equal(mail?.accepted.via, 'smtp');
  assert.deepEqual(mail?.accepted.envelope, { from: sender, to: ['ops@example.com', 'hidden@example.com'] });
  assert.equal(mail?.parsed.messageId, status.message_id);
  assert.equal(mail?.parsed.from?.name, 'Wärter');
  assert.equal(mail?.parsed.text?.trim(), 'A text');
  assert.equal(mail?.parsed.attachments[0]?.filename, 'ü.txt');
  assert.ok(!mail?.accepted.mime.toString('latin1').includes('hidden@example.com'));
});

test('HTML alone gets a text part', async () => {
  const html = '<p>See <a href="https://x.example/">it</a></p>';
  const answer = await world.submit({ subject: 'HTML alone', text: undefined, html });
  await world.settled(answer.json.id);
  const [mail] = await world.mails('HTML alone');
  assert.equal(mail?.parsed.text?.trim(), 'See it (https://x.example/)');
  assert.equal(mail?.parsed.html?.trim(), html);
});

test('HTML of pictures alone gets none', async () => {
  const html = '<img src="cid:x">';
  const attachments = [{ filename: 'x.png', content: 'YQ==', content_id: 'x' }];
  const answer = await world.submit({ subject: 'Pictures alone', text: undefined, html, attachments });
  await world.settled(answer.json.id);
  const [mail] = await world.mails('Pictures alone');
  assert.ok(!mail?.accepted.mime.toString().includes('text/plain'));
});

test('a large attachment arrives byte for byte', async () => {
  const bytes = Buffer.alloc(12_000_000);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = (i * 31 + (i >> 8)) & 255;
  const answer = await world.submit({
    subject: 'Large',
    attachments: [{ filename: 'a.bin', content: bytes.toString('base64') }],
  });
  assert.equal(answer.status, 202, answer.text);
  assert.equal((await world.stored()).blobs, 1);
  const status = await world.settled(answer.json.id);
  assert.equal(status.status, 'relayed', JSON.stringify(status.events));
  const [mail] = await world.mails('Large');
  assert.ok(Buffer.from(mail?.parsed.attachments[0]?.content as ArrayBuffer).equals(bytes));
  await world.storedUntil(({ blobs }) => blobs === 0);
});

test('a recipient that the server refuses is named; the others have their mail', async () => {
  world.microsoft365.faults.smtp.add({ kind: 'reject-recipient', address: 'gone@example.com' });
  const answer = await world.submit({ subject: 'Partly', to: ['ops@example.com', 'gone@example.com'] });
  const status = await world.settled(answer.json.id);
  assert.equal(status.status, 'relayed');
  const last = status.events.at(-1);
  assert.ok(last?.event === 'relayed');
  assert.deepEqual(
    last.rejected?.map(({ address }) => address),
    ['gone@example.com'],
  );
  assert.deepEqual((await world.mails('Partly'))[0]?.accepted.envelope.to, ['ops@example.com']);
});

test('a recipient that is refused for now gets the mail later, and the others get it once', async () => {
  world.microsoft365.faults.smtp.add({
    kind: 'reject-recipient',
    address: 'full@example.com',
    text: '452 4.2.2 Mailbox full',
  });
  world.microsoft365.faults.smtp.add({ kind: 'reject-recipient', address: 'gone@example.com' });
  const to = ['ops@example.com', 'full@example.com', 'gone@example.com'];
  const answer = await world.submit({ subject: 'By and by', to });
  const status = await world.settled(answer.json.id, (seen) => seen.status === 'relayed');
  assert.deepEqual(
    status.events.map(({ event }) => event),
    ['accepted', 'sending', 'partly-relayed', 'sending', 'relayed'],
  );
  assert.deepEqual(
    status.recipients.map((recipient) => [recipient.status, recipient.code]),
    [
      ['relayed', undefined],
      ['relayed', undefined],
      ['failed', '5.4.1'],
    ],
  );
  const mails = await world.mails('By and by');
  assert.deepEqual(
    mails.map(({ accepted }) => accepted.envelope.to),
    [['ops@example.com'], ['full@example.com']],
  );
  assert.deepEqual(new Set(mails.map(({ parsed }) => parsed.messageId)), new Set([status.message_id]));
});
