/**
 * Bodies that must stay as they are, by SMTP, quoted-printable among them.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bodyOf, invitation, report, signed } from './mime-samples.ts';
import { startWorld, type World } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld({ POSTRIDER_TRANSPORTS: 'graph,smtp' });
});
after(() => world.stop());

const quoted = {
  subject: 'Quoted',
  message: Buffer.from(
    invitation.message
      .toString()
      .replace('Encoding: 8bit', 'Encoding: quoted-printable')
      .replace('–', '=E2=80=93')
      .replace(': Invitation', ': Quoted'),
  ),
};

const large = {
  subject: 'Large',
  message: Buffer.from(
    report.message
      .toString()
      .replace('It failed.', `.${'x'.repeat(70)}\r\n`.repeat(45_000))
      .replace(': Report', ': Large'),
  ),
};

for (const { subject, message } of [quoted, large]) {
  test(`${subject}: Graph cannot keep it, SMTP does`, async () => {
    const answer = await world.request('POST', '/emails', message, { 'content-type': 'message/rfc822' });
    assert.equal(answer.headers.get('x-postrider-warnings'), null);
    const status = await world.settled(answer.json.id);
    assert.equal(status.status, 'relayed', JSON.stringify(status.events));
    const [mail] = await world.mails(subject);
    assert.equal(mail?.accepted.via, 'smtp');
    assert.equal(bodyOf(mail.accepted.mime), bodyOf(message));
    assert.equal(mail.parsed.messageId, status.message_id);
  });
}

test('a signature is good after the journey by SMTP', async (t) => {
  const sample = signed();
  if (!sample) return t.skip('There is no openssl here.');
  // In quoted-printable, so that it does not go by Graph when that could garble it.
  const answer = await world.request('POST', '/emails', sample.message, {
    'content-type': 'message/rfc822',
  });
  await world.settled(answer.json.id);
  const [mail] = await world.mails('Signed');
  assert.ok(mail && sample.verifies(mail.accepted.mime));
});
