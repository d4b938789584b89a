import { strict as assert } from 'node:assert';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, afterEach, before, beforeEach, test, type TestContext } from 'node:test';
import PostalMime from 'postal-mime';
import type { GraphFault } from '../../infra/simulators/graph/faults.ts';
import type { Microsoft365 } from '../../infra/simulators/microsoft365.ts';
import { createTokenSource } from '../../shared/delivery/entra.ts';
import { createGraphTransport } from '../../shared/delivery/graph.ts';
import type { Outcome } from '../../shared/delivery/outcome.ts';
import type { OutgoingMessage, TokenSource, Transport } from '../../shared/delivery/transport.ts';
import { overWhen } from '../over-when.ts';
import {
  closedPort,
  configFor,
  movableClock,
  noDraft,
  outgoing,
  patience,
  startRawTls,
  startStage,
} from './stage.ts';

const mailbox = 'alerts@contoso.com';
const guest = 'jo_fabrikam.com#EXT#@contoso.onmicrosoft.com';

let m365: Microsoft365;
let tokens: TokenSource;
let graph: Transport;
const clock = movableClock();

before(async () => {
  m365 = await startStage({
    mailboxes: [
      { address: mailbox, displayName: 'Alerts', sendAs: ['help@contoso.com'] },
      { address: 'jo@contoso.com', userPrincipalName: guest },
      { address: 'unlicensed@contoso.com', kind: 'unlicensed' },
      { address: 'list@contoso.com', kind: 'group' },
      { address: 'closed@contoso.com', apps: ['somebody-else'] },
    ],
    graph: { concurrency: 64 },
  });
});
beforeEach(() => {
  const config = configFor(m365);
  tokens = createTokenSource({ config, clock });
  graph = createGraphTransport({ config, tokens, clock });
});
afterEach(async () => {
  m365.faults.graph.clear();
  m365.faults.entra.clear();
  m365.store.clear();
  await graph.close();
});
after(() => m365.stop());

const send = (mail: OutgoingMessage = outgoing(), transport = graph): Promise<Outcome> =>
  transport.send(mail, patience(), noDraft);

async function sendUnder(fault: GraphFault, mail = outgoing()): Promise<Outcome> {
  m365.faults.graph.add(fault);
  return send(mail);
}

/** A transport to another server in Graph's place, for one test. */
function graphAt(t: TestContext, graphUrl: string): Transport {
  const config = configFor(m365);
  const transport = createGraphTransport({
    config: { ...config, endpoints: { ...config.endpoints, graphUrl } },
    tokens,
    clock,
  });
  t.after(() => transport.close());
  return transport;
}

function relayed(outcome: Outcome) {
  assert.equal(outcome.kind, 'relayed', JSON.stringify(outcome));
  assert.ok(outcome.kind === 'relayed');
  return outcome;
}

function deferred(outcome: Outcome) {
  assert.ok(outcome.kind === 'deferred', JSON.stringify(outcome));
  return outcome;
}

const arrived = () => {
  const [mail] = m365.store.list();
  assert.ok(mail, 'nothing arrived');
  return mail;
};

test('a JSON message arrives as it was meant', async () => {
  const mail = outgoing(
    {
      from: { address: 'help@contoso.com', name: 'Hélp' },
      to: [{ address: 'a@example.com', name: '李雷' }],
      cc: [{ address: 'c@example.com' }],
      bcc: [{ address: 'd@example.com' }],
      replyTo: [{ address: 'r@example.com' }],
      subject: 'Grüße 🎉',
      html: '<p>See <img src="cid:logo"></p>',
      importance: 'high',
      saveToSentItems: false,
      headers: [{ name: 'X-Ticket', value: 'T-1' }],
    },
    [
      { filename: 'Größe.txt', content: Buffer.from('abc') },
      { filename: 'logo.png', content: Buffer.from('png'), contentId: 'logo' },
    ],
  );
  const outcome = relayed(await send(mail));
  assert.equal(outcome.notCarried, undefined);
  const { via, mime, envelope, requestId, clientRequestId, json } = arrived();
  assert.equal(via, 'graph-json');
  assert.deepEqual(outcome.trace, { requestId, clientRequestId, status: 202 });
  assert.deepEqual(envelope.to, ['a@example.com', 'c@example.com', 'd@example.com']);
  const parsed = await PostalMime.parse(mime);
  assert.equal(parsed.subject, 'Grüße 🎉');
  assert.deepEqual(parsed.from, { address: 'help@contoso.com', name: 'Hélp' });
  assert.equal(parsed.to?.[0]?.name, '李雷');
  const files = new Map(parsed.attachments.map(({ filename, contentId }) => [filename, contentId]));
  assert.deepEqual(new Set(files.keys()), new Set(['Größe.txt', 'logo.png']));
  assert.equal(files.get('logo.png'), '<logo>');
  const headers = new Map(parsed.headers.map(({ key, value }) => [key, value]));
  assert.equal(headers.get('x-ticket'), 'T-1');
  assert.equal(headers.get('x-postrider-id'), mail.id);
  assert.equal(headers.get('importance'), 'high');
  assert.ok(typeof json === 'object' && json !== null && 'saveToSentItems' in json);
  assert.equal(json.saveToSentItems, false);
});

test('text and HTML arrive as MIME, blind recipients included', async () => {
  const mail = outgoing(
    {
      text: 'Grüße als Text\r\n.\r\n',
      html: '<p>Grüße 🎉</p>',
      subject: 'Beides 🎉',
      cc: [{ address: 'c@example.com', name: 'Müller, Ö.' }],
      bcc: [{ address: 'd@example.com' }],
      headers: [
        { name: 'In-Reply-To', value: '<first@example.com>' },
        { name: 'X-Ticket', value: 'T-1' },
      ],
    },
    [{ filename: 'Größe.txt', content: Buffer.from('abc') }],
  );
  const outcome = relayed(await send(mail));
  assert.match(outcome.notCarried?.join() ?? '', /X-Ticket may be missing/);
  const { via, mime, envelope } = arrived();
  assert.equal(via, 'graph-mime');
  assert.deepEqual(envelope.to, ['ops@fabrikam.com', 'c@example.com', 'd@example.com']);
  assert.doesNotMatch(mime.toString(), /quoted-printable|^bcc/im);
  const parsed = await PostalMime.parse(mime);
  assert.equal(parsed.text?.trimEnd(), 'Grüße als Text\r\n.');
  assert.equal(parsed.html?.trimEnd(), '<p>Grüße 🎉</p>');
  assert.equal(parsed.subject, 'Beides 🎉');
  assert.equal(parsed.inReplyTo, '<first@example.com>');
  assert.equal(parsed.messageId, mail.messageId);
  assert.equal(parsed.cc?.[0]?.name, 'Müller, Ö.');
  assert.equal(parsed.attachments[0]?.filename, 'Größe.txt');
});

test('a message too large for MIME goes as JSON, which says what it loses', async () => {
  const file = { filename: 'f.bin', content: Buffer.alloc(2_600_000) };
  const outcome = relayed(await send(outgoing({ text: 'a', html: '<p>b' }, [file])));
  assert.match(outcome.notCarried?.join() ?? '', /text part/);
  assert.equal(arrived().via, 'graph-json');
});

test('the name of a guest is one segment of the path', async () => {
  relayed(await send({ ...outgoing({ from: { address: 'jo@contoso.com' } }), mailbox: guest }));
  assert.equal(arrived().mailbox, 'jo@contoso.com');
});

test('202 is relayed, whatever it carries', async () => {
  const outcome = relayed(await sendUnder({ kind: 'accept-with-retry-after', retryAfter: '2.128' }));
  assert.equal(outcome.slowDownSeconds, 3);
  assert.equal(m365.store.size, 1);
});

test('a refused token is renewed once, within the attempt', async () => {
  const asked = m365.entra.hits('token');
  relayed(await sendUnder({ kind: 'status', status: 401, code: 'InvalidAuthenticationToken' }));
  assert.equal(m365.entra.hits('token') - asked, 2);
  assert.equal(m365.store.size, 1);
});

test('a token that is refused again is a fault of the set-up', async () => {
  const fault = { kind: 'status', status: 401, code: 'InvalidAuthenticationToken', times: 2 } as const;
  const outcome = deferred(await sendUnder(fault));
  assert.deepEqual([outcome.fault, outcome.trace.status], ['configuration', 401]);
  assert.equal(m365.faults.graph.list().length, 0);
});

test('no token, no request', async () => {
  m365.faults.entra.add({ kind: 'status', status: 503 });
  const { requests } = m365.graph.counts;
  const outcome = deferred(await send());
  assert.equal(outcome.trace.code, 'AADSTS90033');
  assert.equal(m365.graph.counts.requests, requests);
});

test('mailboxes that cannot be used are faults of the set-up', async () => {
  for (const [box, code] of [
    ['closed@contoso.com', 'ErrorAccessDenied'],
    ['unlicensed@contoso.com', 'MailboxNotEnabledForRESTAPI'],
    ['list@contoso.com', 'ErrorNonExistentMailbox'],
  ] as const) {
    const outcome = deferred(await send({ ...outgoing(), mailbox: box }));
    assert.deepEqual([outcome.fault, outcome.trace.code], ['configuration', code]);
  }
  const codes: (string | undefined)[] = [];
  for (let turn = 0; turn < 2; turn += 1) {
    const outcome = deferred(await send({ ...outgoing(), mailbox: 'nobody@contoso.com' }));
    assert.equal(outcome.fault, 'configuration');
    codes.push(outcome.trace.code);
  }
  assert.deepEqual(new Set(codes), new Set(['ErrorInvalidUser', 'ResourceNotFound']));
});

test('a sender the mailbox may not be is refused', async () => {
  const outcome = await send(outgoing({ from: { address: 'boss@contoso.com' } }));
  assert.ok(outcome.kind === 'failed', JSON.stringify(outcome));
  assert.deepEqual([outcome.fault, outcome.trace.code], ['configuration', 'ErrorSendAsDenied']);
});

test('recipients that Exchange cannot resolve fail the message', async () => {
  const outcome = await sendUnder({
    kind: 'status',
    status: 400,
    code: 'ErrorInvalidRecipients',
    message: 'not\r\nvalid',
  });
  assert.ok(outcome.kind === 'failed', JSON.stringify(outcome));
  assert.deepEqual([outcome.fault, outcome.trace.reply], ['message', 'not valid']);
});

test('throttling waits as long as asked', async () => {
  const outcome = deferred(await sendUnder({ kind: 'status', status: 429, retryAfter: '2.128' }));
  assert.deepEqual([outcome.fault, outcome.retryAfterSeconds], ['throttled', 3]);
  const at = new Date(Date.now() + 30_000).toUTCString();
  const dated = deferred(await sendUnder({ kind: 'status', status: 429, retryAfter: at }));
  const seconds = dated.retryAfterSeconds ?? 0;
  assert.ok(seconds > 20 && seconds <= 31, String(seconds));
});

test('answers that leave it open whether the message was sent are unknown', async () => {
  const faults: GraphFault[] = [
    { kind: 'accept-then-status', status: 504, body: 'empty' },
    { kind: 'accept-then-status', status: 500 },
    { kind: 'accept-then-status', status: 502, body: 'html' },
    { kind: 'accept-then-status', status: 503, body: 'html' },
    { kind: 'reset-after-accept' },
  ];
  for (const fault of faults) {
    const outcome = await sendUnder(fault);
    assert.equal(outcome.kind, 'unknown', JSON.stringify([fault, outcome]));
    assert.ok(outcome.trace.clientRequestId);
  }
  assert.equal(m365.store.size, faults.length, 'nothing was sent a second time');
});

test('an answer that never comes is unknown when the time is over', async () => {
  m365.faults.graph.add({ kind: 'hang', accepted: true });
  const { size } = m365.store;
  const outcome = await graph.send(
    outgoing(),
    overWhen(() => m365.store.size > size),
    noDraft,
  );
  assert.equal(outcome.kind, 'unknown');
  assert.match(
    outcome.kind === 'unknown' ? outcome.reason : '',
    /did not answer in time.* may have been sent/,
  );
});

test('an answer that is no HTTP leaves it open as well', async (t) => {
  const port = await startRawTls(t, (socket) => {
    socket.on('data', (data) => {
      if (data.includes('POST')) socket.write('HTTP/1.1 999 Denied\r\nContent-Length: 0\r\n\r\n');
    });
  });
  const outcome = await send(outgoing(), graphAt(t, `https://localhost:${port}`));
  assert.equal(outcome.kind, 'unknown');
});

test('a busy server that refuses is transient', async () => {
  const outcome = deferred(await sendUnder({ kind: 'status', status: 503, retryAfter: '7' }));
  assert.deepEqual([outcome.fault, outcome.retryAfterSeconds], ['transient', 7]);
});

test('a server that cannot be reached has not got the message, and the cause is told', async (t) => {
  const port = await closedPort();
  const refused = deferred(await send(outgoing(), graphAt(t, `https://localhost:${port}`)));
  assert.deepEqual([refused.fault, refused.trace.code], ['transient', 'ECONNREFUSED']);
  const nowhere = deferred(await send(outgoing(), graphAt(t, 'https://graph.invalid')));
  assert.match(nowhere.trace.code ?? '', /ENOTFOUND|EAI_AGAIN/);
});

test('a server with a certificate that cannot be trusted gets no message', async (t) => {
  const port = await startRawTls(t, () => assert.fail('a request came through'), { trusted: false });
  const transport = graphAt(t, `https://localhost:${port}`);
  const outcome = deferred(await send(outgoing(), transport));
  assert.match(outcome.reason, /certificate that cannot be trusted/);
});

test('a server that never agrees on TLS has not got the message when the time is over', async (t) => {
  const server = createServer((socket) => {
    t.after(() => socket.destroy());
    socket.on('error', () => undefined).resume();
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address);
  const transport = graphAt(t, `https://localhost:${address.port}`);
  const outcome = deferred(await transport.send(outgoing(), AbortSignal.timeout(150), noDraft));
  assert.equal(outcome.fault, 'transient');
});

test('a connection that breaks while the request is being written has not sent it', async (t) => {
  const port = await startRawTls(t, (socket) => {
    // Reads the beginning of it and goes.
    socket.once('data', () => socket.destroy());
  });
  const transport = graphAt(t, `https://localhost:${port}`);
  const file = { filename: 'f.bin', content: Buffer.alloc(3_000_000) };
  let outcome = await send(outgoing({}, [file]), transport);
  // The system may have taken all of it before the other end has looked, and then it had been written.
  for (let tries = 1; outcome.kind === 'unknown' && tries < 20; tries += 1)
    outcome = await send(outgoing({}, [file]), transport);
  assert.equal(deferred(outcome).fault, 'transient');
});

test('an attempt that is over before it begins has not sent anything', async () => {
  relayed(await send());
  assert.equal(deferred(await graph.send(outgoing(), AbortSignal.abort(), noDraft)).fault, 'transient');
  assert.equal(m365.store.size, 1);
});

test('a message too large for Graph fails without its attachments being read', async () => {
  const mail = outgoing({}, [{ filename: 'f.bin', content: Buffer.alloc(3_200_000) }]);
  const outcome = await send({ ...mail, openAttachment: () => assert.fail('it was opened') });
  assert.ok(outcome.kind === 'failed', JSON.stringify(outcome));
  assert.equal(outcome.fault, 'configuration');
  assert.match(
    outcome.reason,
    /Mail\.ReadWrite.*POSTRIDER_GRAPH_PERMISSIONS.*POSTRIDER_TRANSPORTS=graph,smtp/,
  );
  const body = await send(outgoing({ text: 'a'.repeat(5_000_000) }));
  assert.equal(body.kind, 'failed');
});

test('Graph itself says so in several ways, which all fail the message', async () => {
  for (const [status, code, message] of [
    [413, 'RequestEntityTooLarge', ''],
    [413, 'ErrorMessageSizeExceeded', ''],
    [400, 'BadRequest', 'The maximum request length supported is 4MB.'],
  ] as const) {
    assert.equal((await sendUnder({ kind: 'status', status, code, message })).kind, 'failed');
  }
});

test('an attachment that cannot be read now is tried again later', async () => {
  const mail = outgoing({}, [{ filename: 'f.bin', content: Buffer.from('x') }]);
  const broken = { ...mail, openAttachment: () => Promise.reject(new Error('storage is down')) };
  assert.match(deferred(await send(broken)).reason, /attachment/);
});

test('connections are kept for the next message, but not for long', async (t) => {
  let connections = 0;
  const port = await startRawTls(t, (socket) => {
    connections += 1;
    socket.on('data', (data) => {
      if (data.includes('POST')) socket.write('HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n');
    });
  });
  const transport = graphAt(t, `https://localhost:${port}`);
  for (let turn = 0; turn < 3; turn += 1) {
    relayed(await send(outgoing(), transport));
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(connections, 1);
  clock.advance(60);
  relayed(await send(outgoing(), transport));
  assert.equal(connections, 2);
});
