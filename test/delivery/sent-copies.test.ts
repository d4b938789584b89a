/** Doubtful attempts, and what a look into the mailbox tells about each. */
import { strict as assert } from 'node:assert';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import type { GraphFault } from '../../infra/simulators/graph/faults.ts';
import type { Microsoft365 } from '../../infra/simulators/microsoft365.ts';
import type { Sighting } from '../../shared/delivery/doubt.ts';
import { createTokenSource } from '../../shared/delivery/entra.ts';
import { createGraphClient } from '../../shared/delivery/graph-client.ts';
import { messagePath } from '../../shared/delivery/graph-draft.ts';
import { createGraphTransport } from '../../shared/delivery/graph.ts';
import { createSentCopies } from '../../shared/delivery/sent-copies.ts';
import type { OutgoingMessage, TokenSource, Transport } from '../../shared/delivery/transport.ts';
import type { Config } from '../../shared/platform/config.ts';
import {
  closedPort,
  configFor,
  movableClock,
  outgoing,
  patience,
  startStage,
  type MovableClock,
} from './stage.ts';

const mailbox = 'alerts@contoso.com';
const other = 'closed@contoso.com';

/** Milliseconds that the mailboxes' clock is ahead. */
let skipped = 0;
let m365: Microsoft365;
let config: Config;
let tokens: TokenSource;
let graph: Transport;
let clock: MovableClock;

before(async () => {
  m365 = await startStage({
    roles: ['Mail.Send', 'Mail.ReadWrite'],
    mailboxes: [mailbox, { address: other, apps: ['somebody-else'] }],
    now: () => Date.now() + skipped,
  });
  config = { ...configFor(m365), graphPermissions: ['Mail.ReadWrite'] };
});
beforeEach(() => {
  clock = movableClock();
  tokens = createTokenSource({ config, clock });
  graph = createGraphTransport({ config, tokens, clock });
});
afterEach(async () => {
  m365.faults.graph.clear();
  m365.store.clear();
  Object.assign(m365.graph.settings, {
    sentItemsLag: 0,
    whileSending: 'draft',
    keepsMessageId: { json: false, mime: true },
  });
  await graph.close();
});
after(() => m365.stop());

const lost = { kind: 'status', status: 504 } as const;
const taken = { kind: 'accept-then-status', status: 504 } as const;
const big = outgoing({}, [{ filename: 'a.bin', content: Buffer.alloc(4_000_000, 1) }]);
const mime = outgoing({ text: 'a', html: '<p>b' });

/** An attempt that ends in doubt. @returns the draft that was noted. */
async function doubt(mail: OutgoingMessage, fault: GraphFault): Promise<string | undefined> {
  m365.faults.graph.add(fault);
  let draft: string | undefined;
  const outcome = await graph.send(mail, patience(), {
    repeated: false,
    note(id) {
      draft = id;
      return Promise.resolve(true);
    },
  });
  assert.equal(outcome.kind, 'unknown', JSON.stringify(outcome));
  return draft;
}

/** @param seconds since the doubt. */
async function look(
  mail: OutgoingMessage,
  seconds: number,
  more: {
    readonly draft?: string | undefined;
    readonly transport?: 'graph' | 'smtp';
    readonly box?: string;
  } = {},
): Promise<Sighting> {
  const { id, messageId, message } = mail;
  const at = new Date(clock.now().getTime() - seconds * 1000).toISOString();
  const { draft, transport = 'graph', box = mailbox } = more;
  return await createSentCopies({ config, tokens, clock }).find(
    {
      id,
      messageId,
      message,
      doubt: { at, transport, mailbox: box },
      ...(draft === undefined ? {} : { draft }),
    },
    patience(),
  );
}

test('JSON that was taken is found at once, with the id that the server gave it', async () => {
  const mail = outgoing();
  await doubt(outgoing(), taken);
  await doubt(mail, { kind: 'reset-after-accept', step: 'sendMail' });
  const sighting = await look(mail, 0);
  assert.ok(sighting.kind === 'sent');
  assert.match(sighting.trace.serverMessageId ?? '', /^<.+@.+>$/);
  assert.ok(sighting.trace.requestId);
});

test('JSON that was not taken is told after a minute, and not before', async () => {
  const mail = outgoing();
  await doubt(outgoing(), taken);
  await doubt(mail, lost);
  assert.deepEqual(await look(mail, 20), { kind: 'too-early', seconds: 40 });
  assert.deepEqual(await look(mail, 61), { kind: 'not-sent' });
});

test('a copy that is late is waited for', async () => {
  m365.graph.settings.sentItemsLag = 60_000;
  const mail = outgoing();
  await doubt(mail, taken);
  assert.equal((await look(mail, 1)).kind, 'too-early');
  skipped += 60_000;
  assert.equal((await look(mail, 2)).kind, 'sent');
});

test('a draft tells by itself', async () => {
  const sent = await doubt(big, { ...taken, step: 'send' });
  assert.equal((await look(big, 0, { draft: sent })).kind, 'sent');
  m365.store.clear();
  const mail = { ...big, id: '01kag1q1w3e5r7t9y1u3p5s7d9' };
  const left = await doubt(mail, { ...lost, step: 'send' });
  assert.deepEqual(await look(mail, 59, { draft: left }), { kind: 'too-early', seconds: 1 });
  assert.deepEqual(await look(mail, 61, { draft: left }), { kind: 'not-sent' });
});

test('a draft on its way is waited for, whether it still shows or not', async () => {
  for (const whileSending of ['draft', 'missing'] as const) {
    Object.assign(m365.graph.settings, { sentItemsLag: 60_000, whileSending });
    const mail = { ...big, id: `01kag1q1w3e5r7t9y1u3p5s${whileSending.slice(0, 3)}` };
    const draft = await doubt(mail, { ...taken, step: 'send' });
    assert.equal((await look(mail, 1, { draft })).kind, 'too-early');
    skipped += 60_000;
    assert.equal((await look(mail, 2, { draft })).kind, 'sent');
  }
});

test('a draft that somebody deleted was not sent, unless the tag is found', async () => {
  const mail = { ...big, id: '01kag1q1w3e5r7t9y1u3p5s7d8' };
  const gone = await doubt(mail, { ...lost, step: 'send' });
  const client = createGraphClient({ config, tokens, clock });
  const path = messagePath(gone ?? '');
  const reply = await client.ask(mailbox, { method: 'DELETE', path }, patience());
  assert.ok(reply.kind === 'answered' && reply.response.ok);
  assert.equal((await look(mail, 10, { draft: gone })).kind, 'too-early');
  assert.equal((await look(mail, 61, { draft: gone })).kind, 'not-sent');
  await doubt(mail, { ...taken, step: 'send' });
  assert.equal((await look(mail, 61, { draft: gone })).kind, 'sent');
});

test('a large message of which no draft was noted was never sent', async () => {
  assert.deepEqual(await look(big, 0), { kind: 'not-sent' });
});

test('MIME and SMTP are found by their Message-ID; not to find them proves nothing', async () => {
  await doubt(mime, taken);
  assert.equal((await look(mime, 0)).kind, 'sent');
  assert.equal((await look(mime, 0, { transport: 'smtp' })).kind, 'sent');
  m365.graph.settings.keepsMessageId = { json: false, mime: false };
  const replaced = outgoing({ text: 'a', html: '<p>b' });
  await doubt(replaced, taken);
  assert.equal((await look(replaced, 5)).kind, 'too-early');
  for (const transport of ['graph', 'smtp'] as const) {
    const sighting = await look(replaced, 61, { transport });
    assert.ok(sighting.kind === 'no-evidence');
    assert.match(sighting.reason, /Message-ID/);
  }
});

test('what was to leave no copy cannot be told', async () => {
  const mail = outgoing({ saveToSentItems: false });
  await doubt(mail, taken);
  assert.equal((await look(mail, 61)).kind, 'no-evidence');
});

test('a message whose content is gone can only be found', async () => {
  const copies = createSentCopies({ config, tokens, clock });
  const mail = outgoing();
  const at = new Date(clock.now().getTime() - 61_000).toISOString();
  const facts = {
    id: mail.id,
    messageId: mail.messageId,
    doubt: { at, transport: 'graph', mailbox },
  } as const;
  assert.equal((await copies.find(facts, patience())).kind, 'no-evidence');
  await doubt(mail, taken);
  assert.equal((await copies.find(facts, patience())).kind, 'sent');
});

test('a mailbox that does not let itself be looked into gives no evidence, and the reason names the permission', async () => {
  const sighting = await look(outgoing(), 61, { box: other });
  assert.ok(sighting.kind === 'no-evidence');
  assert.match(sighting.reason, /Mail\.Read .*POSTRIDER_GRAPH_PERMISSIONS/);
});

test('a mailbox that cannot be asked now is asked later, as the service wishes', async () => {
  m365.faults.graph.add({ kind: 'status', status: 429, retryAfter: '17', step: 'read' });
  const throttled = await look(outgoing(), 61);
  assert.ok(throttled.kind === 'unreachable');
  assert.equal(throttled.retryAfterSeconds, 17);
  for (const fault of [{ kind: 'status', status: 503 }, { kind: 'reset-before' }] as const) {
    m365.faults.graph.add({ ...fault, step: 'read' });
    assert.equal((await look(outgoing(), 61)).kind, 'unreachable');
  }
  m365.faults.graph.add({ kind: 'status', status: 500, step: 'read' });
  assert.equal((await look(big, 61, { draft: 'AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A' })).kind, 'unreachable');
  const endpoints = { ...config.endpoints, graphUrl: `https://localhost:${await closedPort()}` };
  const nowhere = createSentCopies({ config: { ...config, endpoints }, tokens, clock });
  const { id, messageId, message } = outgoing();
  const at = clock.now().toISOString();
  const facts = { id, messageId, message, doubt: { at, transport: 'graph', mailbox } } as const;
  assert.equal((await nowhere.find(facts, patience())).kind, 'unreachable');
});
