import { strict as assert } from 'node:assert';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import PostalMime from 'postal-mime';
import type { SmtpFault, SmtpPhase } from '../../infra/simulators/exchange-smtp/faults.ts';
import type { Microsoft365 } from '../../infra/simulators/microsoft365.ts';
import { createTokenSource } from '../../shared/delivery/entra.ts';
import type { Outcome } from '../../shared/delivery/outcome.ts';
import { createSmtpTransport } from '../../shared/delivery/smtp.ts';
import type { OutgoingMessage, TokenSource, Transport } from '../../shared/delivery/transport.ts';
import { overWhen } from '../over-when.ts';
import { closedPort, configFor, movableClock, noDraft, outgoing, patience, startStage } from './stage.ts';

const mailbox = 'alerts@contoso.com';

let m365: Microsoft365;
let tokens: TokenSource;
let smtp: Transport;
const clock = movableClock();

before(async () => {
  m365 = await startStage({
    mailboxes: [mailbox, 'other@contoso.com', { address: 'off@contoso.com', smtpAuth: false }],
  });
});
beforeEach(() => {
  const config = configFor(m365);
  tokens = createTokenSource({ config, clock });
  smtp = createSmtpTransport({ config, tokens, clock });
});
afterEach(async () => {
  m365.faults.smtp.clear();
  m365.faults.entra.clear();
  m365.store.clear();
  await smtp.close();
});
after(() => m365.stop());

const send = (mail: OutgoingMessage = outgoing(), transport = smtp): Promise<Outcome> =>
  transport.send(mail, patience(), noDraft);

async function sendUnder(fault: SmtpFault, mail = outgoing()): Promise<Outcome> {
  m365.faults.smtp.add(fault);
  return send(mail);
}

/** A transport to another server in Exchange's place. */
function smtpAt(smtpPort: number): Transport {
  const { endpoints } = configFor(m365);
  return createSmtpTransport({ config: { endpoints: { ...endpoints, smtpPort } }, tokens, clock });
}

function relayed(outcome: Outcome) {
  assert.ok(outcome.kind === 'relayed', JSON.stringify(outcome));
  return outcome;
}

function deferred(outcome: Outcome) {
  assert.ok(outcome.kind === 'deferred', JSON.stringify(outcome));
  return outcome;
}

function failed(outcome: Outcome) {
  assert.ok(outcome.kind === 'failed', JSON.stringify(outcome));
  return outcome;
}

const arrived = () => {
  const [mail] = m365.store.list();
  assert.ok(mail, 'nothing arrived');
  return mail;
};

test('a message arrives as it was meant, and the reply is recorded', async () => {
  const mail = outgoing(
    {
      from: { address: mailbox, name: 'Ålerts' },
      to: [{ address: 'a@example.com', name: '李雷' }],
      cc: [{ address: 'c@example.com' }],
      bcc: [{ address: 'd@example.com' }],
      replyTo: [{ address: 'r@example.com' }],
      subject: 'Grüße 🎉',
      text: '.\r\n..Grüße\r\n.\r\n',
      html: '<p><img src="cid:logo"></p>',
      importance: 'high',
      headers: [
        { name: 'X-TICKET', value: 'T-1' },
        { name: 'In-Reply-To', value: '<first@example.com>' },
      ],
    },
    [
      { filename: 'Größe.txt', content: Buffer.from('abc') },
      { filename: 'logo.png', content: Buffer.from('png'), contentId: 'logo' },
    ],
  );
  const outcome = relayed(await send(mail));
  const { via, mime, envelope, serverMessageId } = arrived();
  assert.equal(via, 'smtp');
  assert.deepEqual(envelope, { from: mailbox, to: ['a@example.com', 'c@example.com', 'd@example.com'] });
  assert.deepEqual([outcome.trace.status, outcome.trace.code], [250, '2.0.0']);
  assert.equal(outcome.trace.serverMessageId, serverMessageId);
  assert.match(outcome.trace.reply ?? '', /^250 2\.0\.0 OK </);
  assert.deepEqual([outcome.rejected, outcome.notCarried], [undefined, undefined]);
  assert.doesNotMatch(mime.toString(), /^bcc/im);
  assert.match(mime.toString(), /^X-TICKET: T-1\r$/m);
  const parsed = await PostalMime.parse(mime);
  assert.equal(parsed.subject, 'Grüße 🎉');
  assert.equal(parsed.text?.replaceAll('\r\n', '\n').trimEnd(), '.\n..Grüße\n.');
  assert.equal(parsed.messageId, mail.messageId);
  assert.equal(parsed.date, '2026-11-20T10:00:00.000Z');
  assert.equal(parsed.inReplyTo, '<first@example.com>');
  assert.deepEqual(
    new Set(parsed.attachments.map(({ filename }) => filename)),
    new Set(['Größe.txt', 'logo.png']),
  );
  assert.ok(parsed.headers.some(({ key, value }) => key === 'x-postrider-id' && value === mail.id));
});

test('what SMTP cannot say is told', async () => {
  assert.match(
    relayed(await send(outgoing({ saveToSentItems: false }))).notCarried?.join() ?? '',
    /save_to_sent_items/,
  );
});

test('many messages go over three connections at most, and all arrive', async () => {
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => send()));
  for (const outcome of outcomes) relayed(outcome);
  assert.equal(m365.store.size, 20);
});

test('each mailbox logs in as itself', async () => {
  relayed(await send());
  const other = 'other@contoso.com';
  relayed(await send({ ...outgoing({ from: { address: other } }), mailbox: other }));
  assert.deepEqual(new Set(m365.store.list().map((mail) => mail.mailbox)), new Set([mailbox, other]));
});

test('a refused token is renewed once, within the attempt', async () => {
  const asked = m365.entra.hits('token');
  relayed(await sendUnder({ kind: 'reject-token' }));
  assert.equal(m365.entra.hits('token') - asked, 2);
  assert.equal(m365.store.size, 1);
});

test('a token that is refused again is a fault of the set-up, with what to do about it', async () => {
  const asked = m365.entra.hits('token');
  const outcome = deferred(await sendUnder({ kind: 'reject-token', times: 9 }));
  assert.deepEqual(
    [outcome.fault, outcome.trace.status, outcome.trace.code],
    ['configuration', 535, '5.7.3'],
  );
  assert.match(outcome.reason, /New-ServicePrincipal/);
  assert.equal(m365.entra.hits('token') - asked, 2);
  assert.equal(m365.faults.smtp.list()[0]?.left, 7);
});

test('SMTP AUTH that is switched off is named, for the tenant and for the mailbox', async () => {
  const tenant = deferred(await sendUnder({ kind: 'smtp-auth-disabled', scope: 'Tenant', times: 2 }));
  assert.match(tenant.reason, /switched off for the tenant.*Set-CASMailbox/);
  const off = 'off@contoso.com';
  const box = deferred(await send({ ...outgoing({ from: { address: off } }), mailbox: off }));
  assert.equal(box.fault, 'configuration');
});

test('no token, no login', async () => {
  m365.faults.entra.add({ kind: 'status', status: 503 });
  assert.equal(deferred(await send()).trace.code, 'AADSTS90033');
});

test('limits are waited for, at no cost', async () => {
  const connections = deferred(await sendUnder({ kind: 'too-many-connections' }));
  assert.deepEqual([connections.fault, connections.retryAfterSeconds], ['throttled', 10]);
  const quota = deferred(await sendUnder({ kind: 'quota-exceeded' }));
  assert.deepEqual([quota.fault, quota.retryAfterSeconds], ['throttled', 3600]);
});

test('a blocked mailbox waits for the administrator', async () => {
  const outcome = deferred(await sendUnder({ kind: 'mailbox-blocked' }));
  assert.deepEqual([outcome.fault, outcome.retryAfterSeconds], ['configuration', 3600]);
});

test('a sender the mailbox may not be is refused', async () => {
  const outcome = failed(await send(outgoing({ from: { address: 'boss@contoso.com' } })));
  assert.deepEqual([outcome.fault, outcome.trace.code], ['configuration', '5.2.252']);
});

test('a refusal for the moment is transient, at every step', async () => {
  for (const at of ['banner', 'ehlo', 'starttls', 'auth', 'mail', 'rcpt', 'data', 'dot'] as const) {
    for (const kind of ['unavailable', 'busy'] as const) {
      // On connections that are fresh; what happens on kept ones is another test.
      const transport = createSmtpTransport({ config: configFor(m365), tokens, clock });
      m365.faults.smtp.add({ kind, at });
      assert.equal(deferred(await send(outgoing(), transport)).fault, 'transient', `${kind} at ${at}`);
      await transport.close();
    }
  }
  assert.equal(m365.store.size, 0);
});

const beforeTheEnd: readonly SmtpPhase[] = [
  'banner',
  'ehlo',
  'starttls',
  'auth',
  'mail',
  'rcpt',
  'data',
  'body',
];

test('a connection lost before the message was written has not sent it', async () => {
  for (const at of beforeTheEnd) {
    const transport = createSmtpTransport({ config: configFor(m365), tokens, clock });
    m365.faults.smtp.add({ kind: 'drop', at });
    const file = { filename: 'f.bin', content: Buffer.alloc(2_000_000) };
    const outcome = deferred(await send(outgoing({}, [file]), transport));
    assert.equal(outcome.fault, 'transient', at);
    await transport.close();
  }
  assert.equal(m365.store.size, 0);
});

test('a connection lost after the final dot may have sent it', async () => {
  for (const accepted of [false, true]) {
    const outcome = await sendUnder({ kind: 'drop', at: 'dot', accepted });
    assert.ok(outcome.kind === 'unknown', JSON.stringify(outcome));
    assert.match(outcome.reason, /may have been sent/);
  }
  assert.equal(m365.store.size, 1, 'nothing was sent a second time');
});

test('a silence counts by where it began when the time is over', async () => {
  for (const [at, kind] of [
    ['data', 'deferred'],
    ['dot', 'unknown'],
    ['mail', 'deferred'],
  ] as const) {
    m365.faults.smtp.add({ kind: 'hang', at });
    const reached = overWhen(() => m365.faults.smtp.list().length === 0);
    const outcome = await smtp.send(outgoing(), reached, noDraft);
    assert.equal(outcome.kind, kind, at);
    assert.match('reason' in outcome ? outcome.reason : '', /did not answer in time/);
  }
});

test('a kept connection that has gone stale costs the message nothing', async () => {
  for (const fault of [
    { kind: 'drop', at: 'mail' },
    { kind: 'unavailable', at: 'mail' },
  ] as const) {
    relayed(await send());
    relayed(await sendUnder(fault));
  }
  assert.equal(m365.store.size, 4);
  // A server that goes on like this is not hammered.
  const outcome = deferred(await sendUnder({ kind: 'drop', at: 'mail', times: 9 }));
  assert.equal(outcome.fault, 'transient');
  assert.ok((m365.faults.smtp.list()[0]?.left ?? 0) >= 7);
});

test('messages that wait behind a stale connection go over a new one', async () => {
  relayed(await send());
  m365.faults.smtp.add({ kind: 'drop', at: 'mail' });
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => send()));
  for (const outcome of outcomes) relayed(outcome);
  assert.equal(m365.store.size, 9);
});

test('connections are not trusted after a long pause', async () => {
  const fault = { kind: 'reply', at: 'auth', text: '454 4.7.0 Temporary authentication failure' } as const;
  relayed(await send());
  relayed(await sendUnder(fault));
  // The kept connection had no reason to log in again; a new one has.
  clock.advance(60);
  assert.equal(deferred(await send()).trace.status, 454);
});

test('a server that cannot be reached, or does not speak TLS, gets neither token nor message', async (t) => {
  const refused = deferred(await send(outgoing(), smtpAt(await closedPort())));
  assert.deepEqual([refused.fault, refused.trace.code], ['transient', 'ECONNREFUSED']);

  const heard: string[] = [];
  const server = createServer((socket) => {
    t.after(() => socket.destroy());
    socket.on('error', () => undefined);
    socket.write('220 plain.example ESMTP\r\n');
    socket.on('data', (data) => {
      heard.push(data.toString());
      socket.write(
        data.toString().startsWith('EHLO') ? '250-plain.example\r\n250 AUTH XOAUTH2\r\n' : '502 5.5.1 No\r\n',
      );
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address);
  const transport = smtpAt(address.port);
  t.after(() => transport.close());
  assert.equal(deferred(await send(outgoing(), transport)).fault, 'transient');
  assert.doesNotMatch(heard.join(''), /AUTH|MAIL/);
});

test('an attachment is read as the connection takes it, not before', async () => {
  let given = 0;
  const size = 30_000_000;
  const mail = outgoing({}, [{ filename: 'f.bin', content: Buffer.alloc(1) }]);
  const [attachment] = mail.message.attachments;
  assert.ok(attachment);
  function* bytes() {
    for (; given < size; given += 100_000) yield Buffer.alloc(100_000);
  }
  m365.faults.smtp.add({ kind: 'hang', at: 'body' });
  const outcome = await smtp.send(
    {
      ...mail,
      message: { ...mail.message, attachments: [{ ...attachment, size }] },
      openAttachment: () => Promise.resolve(Readable.from(bytes())),
    },
    overWhen(() => given > 0),
    noDraft,
  );
  assert.equal(deferred(outcome).fault, 'transient');
  assert.ok(given > 0 && given < size, `${given} bytes were read`);
});

function* breakingOff() {
  yield Buffer.alloc(200_000);
  throw new Error('storage is down');
}

test('an attachment that breaks off in the middle leaves no half mail behind', async () => {
  const mail = outgoing({}, [{ filename: 'f.bin', content: Buffer.alloc(9) }]);
  const broken = { ...mail, openAttachment: () => Promise.resolve(Readable.from(breakingOff())) };
  assert.match(deferred(await send(broken)).reason, /attachment could not be read/);
  const gone = { ...mail, openAttachment: () => Promise.reject(new Error('gone')) };
  assert.match(deferred(await send(gone)).reason, /attachment could not be read/);
  assert.equal(m365.store.size, 0);
  relayed(await send());
});

test('an empty attachment is one', async () => {
  relayed(await send(outgoing({}, [{ filename: 'empty.txt', content: Buffer.alloc(0) }])));
  assert.equal((await PostalMime.parse(arrived().mime)).attachments[0]?.filename, 'empty.txt');
});
