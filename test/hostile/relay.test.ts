/**
 * Never an open relay: whatever stands in the place of a recipient, in whichever API's words, nothing leaves for where the policy does not
 * allow it. The parsers of the other APIs' forms are not ours, and may read an address as another than the policy does.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { sender, startWorld, type Answer, type World } from '../journeys/world.ts';
import { unhurried } from './round-trip.ts';
import { each, left, shown } from './stage.ts';
import { mustRefuse } from './vectors/addresses.ts';

let world: World;
before(async () => {
  world = await startWorld(unhurried, { submitter: { policy: { recipients: ['@contoso.com'] } } });
});
after(() => world.stop());

const rfc822 = { 'content-type': 'message/rfc822' };
const message = (fields: string) => `From: ${sender}\r\n${fields}\r\nSubject: s\r\n\r\nt\r\n`;

/** Ways to name a recipient. */
const ways: readonly ((text: string) => Promise<Answer>)[] = [
  (text) => world.request('POST', '/emails', Buffer.from(message(`To: ${text}`)), rfc822),
  (text) =>
    world.request('POST', '/emails', Buffer.from(message(`To: ann@contoso.com\r\nBcc: ${text}`)), rfc822),
  (text) =>
    world.request('POST', '/emails', Buffer.from(message('To: ann@contoso.com')), {
      ...rfc822,
      'x-postrider-to': text.replaceAll(/[^\u0020-\u007e]/g, '?') || '?',
    }),
  (text) => world.request('POST', '/email', { From: sender, To: text, Subject: 's', TextBody: 't' }),
  (text) =>
    world.request('POST', '/v3/mail/send', {
      personalizations: [{ to: [{ email: text, name: text }] }],
      from: { email: sender },
      subject: 's',
      content: [{ type: 'text/plain', value: 't' }],
    }),
  (text) =>
    world.request('POST', '/emails:send', {
      senderAddress: sender,
      recipients: { to: [{ address: 'ann@contoso.com' }], bCC: [{ address: text }] },
      content: { subject: 's', plainText: 't' },
    }),
  (text) =>
    world.request('POST', '/v2/email/outbound-emails', {
      FromEmailAddress: sender,
      Destination: { ToAddresses: ['ann@contoso.com'], BccAddresses: [text] },
      Content: { Simple: { Subject: { Data: 's' }, Body: { Text: { Data: 't' } } } },
    }),
  (text) =>
    world.request('POST', `/v1.0/users/${sender}/sendMail`, {
      message: {
        subject: 's',
        body: { contentType: 'Text', content: 't' },
        toRecipients: [{ emailAddress: { address: text } }],
      },
    }),
];

/** Beside what no parser should take: what some take, and then for somebody else. */
const smuggled = [
  'evil@example.org',
  'ann@contoso.com, evil@example.org',
  '"ann@contoso.com" <evil@example.org>',
  'ann@contoso.com <evil@example.org>',
  'evil@example.org <ann@contoso.com>',
  'staff: ann@contoso.com, evil@example.org;',
  '=?utf-8?q?evil=40example=2Eorg=2C?= ann@contoso.com',
  'evil@example.org\r\n\t@contoso.com',
  'ann@contoso.com\r\nCc: evil@example.org',
  'evil@example.org(@contoso.com)',
  '"evil@example.org"@contoso.com',
  '<evil@example.org>@contoso.com',
  'evil@example.org\\@contoso.com',
  'evil@contoso.com.example.org',
  'evil@xn--contosocom-eh1f.example',
];

test('nothing leaves for where the policy does not allow it', { timeout: 240_000 }, async () => {
  const answers = { accepted: 0, refused: 0 };
  const send = async (way: number, text: string) => {
    const answer = await ways[way % ways.length]?.(text);
    assert.ok(
      answer && answer.status < 500,
      `${answer?.status} for ${shown(text)} in way ${way % ways.length}: ${answer?.text}`,
    );
    answers[answer.status < 300 ? 'accepted' : 'refused'] += 1;
  };
  await each(
    smuggled.flatMap((text) => ways.map((_, way) => ({ text, way }))),
    ({ text, way }) => send(way, text),
  );
  await each(Object.values(mustRefuse).flat(), (text, i) => send(i, text));
  assert.ok(answers.refused > 250, JSON.stringify(answers));

  for (let tries = 0; tries < 100; tries++) {
    const { queue, highQueue, lowQueue } = await left(world);
    if (queue === 0 && highQueue === 0 && lowQueue === 0) break;
    await sleep(200);
  }
  for (const { envelope } of world.microsoft365.store.list()) {
    for (const to of envelope.to) assert.match(to, /^[^@]+@contoso\.com$/);
  }
});
