/** What becomes of recipients that the server refuses one by one. */
import { strict as assert } from 'node:assert';
import { after, afterEach, before, test } from 'node:test';
import PostalMime from 'postal-mime';
import type { SmtpFault } from '../../infra/simulators/exchange-smtp/faults.ts';
import type { Microsoft365 } from '../../infra/simulators/microsoft365.ts';
import { createTokenSource } from '../../shared/delivery/entra.ts';
import type { Outcome } from '../../shared/delivery/outcome.ts';
import { createSmtpTransport } from '../../shared/delivery/smtp.ts';
import type { OutgoingMessage, Transport } from '../../shared/delivery/transport.ts';
import { configFor, movableClock, noDraft, outgoing, patience, startStage } from './stage.ts';

let m365: Microsoft365;
let smtp: Transport;

before(async () => {
  m365 = await startStage({ mailboxes: ['alerts@contoso.com'] });
  const config = configFor(m365);
  const clock = movableClock();
  smtp = createSmtpTransport({ config, tokens: createTokenSource({ config, clock }), clock });
});
afterEach(() => {
  m365.faults.smtp.clear();
  m365.store.clear();
});
after(async () => {
  await smtp.close();
  await m365.stop();
});

const send = (mail: OutgoingMessage = outgoing()): Promise<Outcome> => smtp.send(mail, patience(), noDraft);

async function sendUnder(fault: SmtpFault, mail = outgoing()): Promise<Outcome> {
  m365.faults.smtp.add(fault);
  return send(mail);
}

function as<K extends Outcome['kind']>(kind: K, outcome: Outcome): Extract<Outcome, { kind: K }> {
  assert.equal(outcome.kind, kind, JSON.stringify(outcome));
  return outcome as Extract<Outcome, { kind: K }>;
}
const relayed = (outcome: Outcome) => as('relayed', outcome);
const deferred = (outcome: Outcome) => as('deferred', outcome);
const failed = (outcome: Outcome) => as('failed', outcome);

const arrived = () => {
  const [mail] = m365.store.list();
  assert.ok(mail, 'nothing arrived');
  return mail;
};

test('a refused recipient does not keep the mail from the others', async () => {
  const mail = outgoing({ to: [{ address: 'good@example.com' }, { address: 'bad@example.com' }] });
  const outcome = relayed(await sendUnder({ kind: 'reject-recipient', address: 'bad@example.com' }, mail));
  assert.deepEqual(
    outcome.rejected?.map(({ address, code }) => [address, code]),
    [['bad@example.com', '5.4.1']],
  );
  assert.deepEqual(arrived().envelope.to, ['good@example.com']);
});

test('a message whose recipients were all refused fails, and names them', async () => {
  const outcome = failed(await sendUnder({ kind: 'reject-recipient', address: 'ops@fabrikam.com' }));
  assert.equal(outcome.fault, 'message');
  assert.equal(outcome.rejected?.[0]?.address, 'ops@fabrikam.com');
});

test('recipients that were refused for the moment keep the message', async () => {
  const text = '450 4.2.1 Mailbox busy';
  const outcome = deferred(await sendUnder({ kind: 'reject-recipient', address: 'ops@fabrikam.com', text }));
  assert.equal(outcome.fault, 'transient');
  assert.deepEqual(outcome.rejected, [
    { address: 'ops@fabrikam.com', code: '4.2.1', reply: text, temporary: true },
  ]);
});

const three = [{ address: 'a@example.com' }, { address: 'b@example.com' }, { address: 'c@example.com' }];
const busy = '450 4.2.1 Mailbox busy';
const daily = '550 5.1.90 Your message cannot be sent because you reached your daily limit';

/** Sends to three, of whom some are refused with a reply each. */
async function sendRefusing(replies: Readonly<Record<string, string>>): Promise<Outcome> {
  for (const [name, text] of Object.entries(replies)) {
    m365.faults.smtp.add({ kind: 'reject-recipient', address: `${name}@example.com`, text });
  }
  return send(outgoing({ to: three }));
}

test('of those refused beside others, the ones to be tried again are marked', async () => {
  const outcome = relayed(await sendRefusing({ a: busy, b: '550 5.1.1 No such user' }));
  assert.deepEqual(
    outcome.rejected?.map(({ address, temporary }) => [address, temporary]),
    [
      ['a@example.com', true],
      ['b@example.com', undefined],
    ],
  );
  // A 5yz that our table knows to pass is one of them.
  assert.equal(relayed(await sendRefusing({ b: daily })).rejected?.[0]?.temporary, true);
});

test('when all are refused and some only for now, the message waits and names them all', async () => {
  const outcome = deferred(
    await sendRefusing({ a: '550 5.1.1 No such user', b: busy, c: '550 5.1.1 No such user' }),
  );
  assert.deepEqual([outcome.fault, outcome.trace.reply], ['transient', busy]);
  assert.deepEqual(
    outcome.rejected?.map(({ address, temporary }) => [address, temporary === true]),
    [
      ['a@example.com', false],
      ['b@example.com', true],
      ['c@example.com', false],
    ],
  );
  assert.equal(m365.store.size, 0);
});

test('a limit of the mailbox speaks for the message, whoever else is refused for what', async () => {
  const outcome = deferred(await sendRefusing({ a: busy, b: daily, c: '550 5.1.1 No such user' }));
  assert.deepEqual([outcome.fault, outcome.retryAfterSeconds], ['throttled', 3600]);
});

test('when all are refused for good the message fails, for each with its reply', async () => {
  const outcome = failed(
    await sendRefusing({ a: '550 5.1.1 No a', b: '550 5.1.1 No b', c: '550 5.1.1 No c' }),
  );
  assert.deepEqual(
    outcome.rejected?.map(({ reply, temporary }) => [reply, temporary]),
    ['a', 'b', 'c'].map((name) => [`550 5.1.1 No ${name}`, undefined]),
  );
});

test('a refusal of the whole message after some were refused says nothing of the others', async () => {
  m365.faults.smtp.add({ kind: 'too-many-connections' });
  const outcome = deferred(await sendRefusing({ a: busy }));
  assert.deepEqual([outcome.fault, outcome.rejected], ['throttled', undefined]);
});

test('only those who are still to be served are on the envelope; the header names everybody', async () => {
  const mail = outgoing({ to: three, bcc: [{ address: 'd@example.com' }] });
  relayed(await send({ ...mail, pending: ['c@example.com', 'd@example.com'] }));
  const { envelope, mime } = arrived();
  assert.deepEqual(envelope.to, ['c@example.com', 'd@example.com']);
  const parsed = await PostalMime.parse(mime);
  assert.deepEqual(
    parsed.to?.map(({ address }) => address),
    three.map(({ address }) => address),
  );
  assert.equal(parsed.messageId, mail.messageId);
});

test('a refused address comes back in the form in which it was given', async () => {
  m365.faults.smtp.add({ kind: 'reply', at: 'rcpt', text: busy, times: 3 });
  for (const address of [
    'Jörg@xn--mller-kva.example',
    'joerg@xn--mller-kva.example',
    "o'Hara+x=y/z@example.com",
  ]) {
    assert.equal(deferred(await send(outgoing({ to: [{ address }] }))).rejected?.[0]?.address, address);
  }
});

test('the replies to many recipients are kept short, and judged as a whole', async () => {
  const text = `554 5.2.0 STOREDRV.Submission; ${'x'.repeat(300)} SubmissionQuotaExceededException`;
  m365.faults.smtp.add({ kind: 'reply', at: 'rcpt', text, times: 400 });
  const to = Array.from({ length: 400 }, (_, i) => ({ address: `r${i}@example.com` }));
  const outcome = deferred(await send(outgoing({ to })));
  assert.equal(outcome.fault, 'throttled');
  assert.equal(outcome.rejected?.length, 400);
  assert.ok(outcome.rejected.every(({ reply, temporary }) => reply.length === 60 && temporary === true));
});
