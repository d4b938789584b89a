/**
 * Bodies of Internet messages that composing anew would destroy: signed, an invitation, a report. By Graph.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { registerThrottled, throttledKey } from '../clients/throttled.ts';
import { bodyOf, encrypted, invitation, report, signed } from './mime-samples.ts';
import { sender, startWorld, type World } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld({}, { before: registerThrottled({ policy: { attachments: { max: 5 } } }) });
});
after(() => world.stop());

const mime = { 'content-type': 'message/rfc822' };

const post = (message: Buffer, headers = {}) =>
  world.request('POST', '/emails', message, { ...mime, ...headers });

const arrived = async (id: string, subject: string) => {
  const status = await world.settled(id);
  assert.equal(status.status, 'relayed', JSON.stringify(status.events));
  const [mail] = await world.mails(subject);
  return mail ?? assert.fail(`"${subject}" did not arrive`);
};

for (const { subject, message } of [invitation, report, encrypted]) {
  test(`${subject}: the body arrives byte for byte, under a header section of ours`, async () => {
    const answer = await post(message);
    assert.equal(answer.status, 202, answer.text);
    assert.equal(answer.headers.get('x-postrider-warnings'), null);
    const { accepted, parsed } = await arrived(answer.json.id, subject);
    assert.equal(accepted.via, 'graph-mime');
    assert.equal(bodyOf(accepted.mime), bodyOf(message));
    assert.match(parsed.headers.find(({ key }) => key === 'message-id')?.value ?? '', /@contoso\.com>$/);
    assert.ok(parsed.headers.some(({ key }) => key === 'date'));
    assert.equal(parsed.headers.filter(({ key }) => key === 'content-type').length, 1);
  });
}

test('an encrypted message is still one file', async () => {
  const [mail] = await world.mails(encrypted.subject);
  const [file, another] = mail?.parsed.attachments ?? [];
  assert.equal(another, undefined);
  assert.equal(file?.filename, 'smime.p7m');
  assert.equal(file?.disposition, 'attachment');
  assert.match(mail?.accepted.mime.toString() ?? '', /smime-type=enveloped-data/);
});

test('a signature is good after the journey, also when the message came with bare line feeds', async (t) => {
  const sample = signed();
  if (!sample) return t.skip('There is no openssl here.');
  assert.ok(sample.verifies(sample.message));
  const unix = Buffer.from(sample.message.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');
  for (const message of [sample.message, unix]) {
    const answer = await post(message);
    assert.equal(answer.headers.get('x-postrider-warnings'), null);
    const { accepted, parsed } = await arrived(answer.json.id, sample.subject);
    assert.ok(sample.verifies(accepted.mime));
    assert.match(parsed.text ?? '', /Signed/);
    world.microsoft365.store.clear();
  }
});

test('blind recipients and the envelope are honoured, and the bodies judged like any other', async () => {
  const text = invitation.message
    .toString()
    .replace('Subject: Invitation', 'Subject: Blind\r\nBcc: h@example.com');
  const answer = await post(Buffer.from(text), { 'x-postrider-to': 'ann@example.com, h@example.com' });
  const { accepted } = await arrived(answer.json.id, 'Blind');
  assert.deepEqual(accepted.envelope.to, ['ann@example.com', 'h@example.com']);
  const stranger = text.replace(`From: ${sender}`, 'From: ceo@contoso.com');
  assert.equal((await post(Buffer.from(stranger))).json.code, 'sender-not-allowed');
});

test('a dry run shows it as it would go out', async () => {
  const answer = await world.request('POST', '/emails?dry_run=true', invitation.message, mime);
  assert.equal(answer.json.route.form, 'sendMail-mime');
  assert.ok(answer.json.mime.endsWith(bodyOf(invitation.message).replaceAll('â\u0080\u0093', '–')));
});

test('what cannot stay as it is is composed anew and says so, or is refused when strict', async () => {
  const long = Buffer.from(
    report.message.toString().replace('It failed.', 'x'.repeat(999)).replace(': Report', ': Long'),
  );
  const answer = await post(long);
  assert.equal(answer.headers.get('x-postrider-warnings'), '"Content-Type"');
  const { accepted } = await arrived(answer.json.id, 'Long');
  assert.doesNotMatch(accepted.mime.toString(), /multipart\/report/);
  const strict = await post(long, { 'x-postrider-strict': 'true' });
  assert.equal(strict.json.code, 'not-honoured');
  assert.match(strict.json.detail, /a line is longer than 998 bytes/);
  // More than Graph takes as MIME, and there is no other route.
  const large = Buffer.from(
    report.message
      .toString()
      .replace('It failed.', `${'x'.repeat(70)}\r\n`.repeat(45_000))
      .replace(': Report', ': Large'),
  );
  const second = await post(large);
  assert.equal(second.headers.get('x-postrider-warnings'), '"Content-Type"');
});

test('under a policy of attachments the parts are those that were judged', async () => {
  const answer = await post(invitation.message, { authorization: `Bearer ${throttledKey}` });
  assert.equal(answer.status, 202, answer.text);
  assert.equal(answer.headers.get('x-postrider-warnings'), '"Content-Type"');
});
