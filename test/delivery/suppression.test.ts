/**
 * Recipients that are put on the suppression list after their message was accepted: turns on Azurite and the pretend Microsoft 365,
 * with a clock that the test sets.
 */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import PostalMime from 'postal-mime';
import type { AcceptedMail } from '../../infra/simulators/mail-store.ts';
import { openAccessStore } from '../../shared/access/store.ts';
import { deliver } from '../../shared/delivery/deliver.ts';
import { prepareDeparture } from '../../shared/delivery/departure.ts';
import { withKeptBody } from '../../shared/message/kept-body.ts';
import type { Message } from '../../shared/message/message.ts';
import type { HeldRecord, MessageRecord } from '../../shared/outbox/record.ts';
import { replay } from '../../shared/outbox/replay.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { statusView } from '../../shared/reporting/status.ts';
import { exampleMessage, exampleRecord } from '../outbox/example.ts';
import { deliverParts } from './deliver-parts.ts';
import { startTurns } from './turn-stage.ts';

let now = new Date('2026-11-20T12:00:00Z');

const { azurite, microsoft365, storage, outbox, bridgeWith } = await startTurns(
  { now: () => now },
  { roles: ['Mail.Send', 'Mail.Read', 'SMTP.SendAsApp'] },
);
const bridge = bridgeWith();
beforeEach(async () => {
  // A day on, so that no picture of the register is fresh.
  later(86_400);
  microsoft365.faults.graph.clear();
  microsoft365.faults.smtp.clear();
  for (const { address } of await access().suppressions.list()) await access().suppressions.remove(address);
  for (const { scope } of await access().switches.list()) await access().switches.remove(scope);
});

function later(seconds: number): void {
  now = new Date(now.getTime() + seconds * 1000);
}
/** The register as another process writes it: a bridge learns of it within half a minute. */
const access = () => openAccessStore(storage.table(storageNames.access), { now: () => now });
async function suppress(address: string, reason = 'it bounced'): Promise<void> {
  await access().suppressions.put({ address, reason, createdAt: now });
  later(30);
}

const [ann, bob, cat] = ['ann@example.com', 'bob@example.com', 'cat@example.com'];
const toThree: Partial<Message> = {
  to: [{ address: ann, name: 'Ann' }],
  cc: [{ address: bob }],
  bcc: [{ address: cat }],
};

async function accept(message: Partial<Message> = toThree, more: Partial<MessageRecord> = {}, body?: Buffer) {
  const whole = exampleMessage(message);
  const names = (field: 'to' | 'cc' | 'bcc') => whole[field].map(({ address }) => address);
  const base = exampleRecord(now, more);
  const summary = { ...base.summary, to: names('to'), cc: names('cc'), bcc: names('bcc') };
  await outbox.accept({
    record: { ...base, summary },
    message: whole,
    attachments: body ? [{ size: body.length, chunks: () => [body] }] : [],
  });
  return base.id;
}
const turn = (id: string, by = bridge) => by.deliver({ v: 1, message: id });
const copies = (id: string): readonly AcceptedMail[] =>
  microsoft365.store.list().filter(({ mime }) => mime.toString().includes(id));
async function row(id: string): Promise<HeldRecord> {
  const record = await outbox.records.get(id);
  assert.ok(record);
  return record;
}
const story = async (id: string) => (await row(id)).events.map(({ event }) => event);
const standing = async (id: string) =>
  statusView(await row(id)).recipients.map(({ address, status, code }) => [address, status, code]);

for (const transport of ['graph', 'smtp']) {
  test(`over ${transport} the others get it, and the status says who was left out and why`, async () => {
    const by = bridgeWith({ POSTRIDER_TRANSPORTS: transport });
    const dueAt = new Date(now.getTime() + 3600_000);
    for (const gone of [ann, bob, cat]) {
      const id = await accept(toThree, { dueAt });
      await suppress(gone);
      now = new Date(Math.max(now.getTime(), dueAt.getTime()));
      assert.equal(await turn(id, by), 'relayed');
      const [mail, ...more] = copies(id);
      assert.ok(mail);
      assert.deepEqual(more, []);
      const others = [ann, bob, cat].filter((address) => address !== gone);
      assert.deepEqual([...mail.envelope.to].toSorted(), others);
      assert.ok(!mail.mime.toString().includes(gone), 'no header names them');
      const { events, recipients } = statusView(await row(id));
      const reply = `${gone} must not be written to: it bounced.`;
      for (const event of events.slice(1)) {
        const left = event.event === 'sending' ? event.leftOut : 'rejected' in event && event.rejected;
        assert.deepEqual(left, [{ address: gone, code: '5.7.1', reply }]);
      }
      assert.deepEqual(
        recipients.find(({ address }) => address === gone),
        { address: gone, status: 'failed', code: '5.7.1', reply },
      );
      assert.equal(recipients.filter(({ status }) => status === 'relayed').length, 2);
      await access().suppressions.remove(gone);
      later(30);
    }
  });
}

test('when nobody is left it fails and says why, a replay sends it to nobody either, and to all when they are off the list', async () => {
  const id = await accept({ to: [{ address: 'Ann+shop@example.com' }], cc: [{ address: bob }] });
  await suppress(ann, 'asked by telephone');
  await suppress(bob);
  assert.equal(await turn(id), 'failed');
  assert.deepEqual(await story(id), ['accepted', 'failed']);
  const { recipients, events } = statusView(await row(id));
  assert.deepEqual(recipients[0], {
    address: 'Ann+shop@example.com',
    status: 'failed',
    code: '5.7.1',
    reply: 'Ann+shop@example.com must not be written to: asked by telephone.',
  });
  const last = events.at(-1);
  assert.match(last?.event === 'failed' ? last.reason : '', /suppression list/);
  assert.ok(last?.event === 'failed' && !/@|telephone/.test(last.reason), 'reasons are logged');
  assert.equal(await replay(outbox, id, now, 3600), 'done');
  assert.equal(await turn(id), 'failed');
  assert.deepEqual(copies(id), []);
  for (const address of [ann, bob]) await access().suppressions.remove(address);
  later(30);
  assert.equal(await replay(outbox, id, now, 3600), 'done');
  assert.equal(await turn(id), 'relayed');
  assert.equal(copies(id)[0]?.envelope.to.length, 2);
  assert.deepEqual(
    (await standing(id)).map(([, status]) => status),
    ['relayed', 'relayed'],
  );
});

test('an entry that has run out leaves nobody out', async () => {
  const id = await accept();
  await access().suppressions.put({ address: ann, reason: 'away', createdAt: now, expiresAt: now });
  later(30);
  assert.equal(await turn(id), 'relayed');
  assert.equal(copies(id)[0]?.envelope.to.length, 3);
});

test('a body that is kept byte for byte goes to the others under a header that names only them', async () => {
  const body = Buffer.from('-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n-----END PGP MESSAGE-----\r\n');
  const kept = { contentType: 'text/plain', sealed: true, quotedPrintable: false } as const;
  const message = withKeptBody(exampleMessage(toThree), kept, body.length);
  for (const [transport, gone] of [
    ['graph', cat],
    ['smtp', ann],
  ] as const) {
    const id = await accept(message, {}, body);
    await suppress(gone);
    assert.equal(await turn(id, bridgeWith({ POSTRIDER_TRANSPORTS: transport })), 'relayed');
    const [mail] = copies(id);
    assert.ok(mail);
    assert.ok(!mail.envelope.to.includes(gone) && mail.envelope.to.length === 2);
    assert.ok(!mail.mime.toString().includes(gone));
    assert.equal(
      (await PostalMime.parse(mail.mime)).text?.trim(),
      body.toString().trim().replaceAll('\r', ''),
    );
    await access().suppressions.remove(gone);
    later(30);
  }
});

test('of recipients that are served one after another, one who is suppressed meanwhile is not tried again', async () => {
  const by = bridgeWith({ POSTRIDER_TRANSPORTS: 'smtp' });
  microsoft365.faults.smtp.add({ kind: 'reject-recipient', address: bob, text: '450 4.2.1 Mailbox busy' });
  const id = await accept();
  assert.equal(await turn(id, by), 'deferred');
  await suppress(bob);
  later(3600);
  assert.equal(await turn(id, by), 'relayed');
  assert.equal(copies(id).length, 1);
  assert.deepEqual(await standing(id), [
    [ann, 'relayed', undefined],
    [bob, 'failed', '5.7.1'],
    [cat, 'relayed', undefined],
  ]);
});

test('what an attempt may have sent is held for a person when nobody is left, and does not pass for failed', async () => {
  microsoft365.faults.graph.add({ kind: 'accept-then-status', status: 504 });
  const id = await accept({ to: [{ address: ann }] });
  assert.equal(await turn(id), 'deferred');
  await suppress(ann);
  later(3600);
  assert.equal(await turn(id), 'unknown');
  assert.equal((await row(id)).state, 'unknown');
  assert.equal(await replay(outbox, id, now, 3600), 'done');
  assert.equal(await turn(id), 'unknown');
  assert.equal(copies(id).length, 1);
});

test('who was left out of an attempt whose copy is found does not pass for served', async () => {
  const by = bridgeWith({ POSTRIDER_GRAPH_PERMISSIONS: 'Mail.Read' });
  microsoft365.faults.graph.add({ kind: 'accept-then-status', status: 504 });
  const id = await accept();
  await suppress(bob);
  assert.equal(await turn(id, by), 'deferred');
  assert.deepEqual((await standing(id))[1], [bob, 'deferred', '5.7.1']);
  later(11);
  assert.equal(await turn(id, by), 'relayed');
  assert.deepEqual(await standing(id), [
    [ann, 'relayed', undefined],
    [bob, 'failed', '5.7.1'],
    [cat, 'relayed', undefined],
  ]);
});

test('mode test says who would be left out', async () => {
  const id = await accept(toThree, { mode: 'test' });
  await suppress(bob);
  assert.equal(await turn(id), 'tested');
  assert.deepEqual(await standing(id), [
    [ann, 'tested', undefined],
    [bob, 'failed', '5.7.1'],
    [cat, 'tested', undefined],
  ]);
});

test('where a redirected message leads to counts like any other recipient', async () => {
  const trap = 'trap@contoso.com';
  const id = await accept({ to: [{ address: trap }] }, { mode: 'redirect' });
  await suppress(trap);
  assert.equal(await turn(id), 'failed');
  const suppressed = () => Promise.resolve(new Map([[trap, 'It must not.']]));
  const parts = deliverParts(azurite.connectionString, {}, { suppressed });
  const message = exampleMessage({ to: [{ address: trap }] });
  assert.equal(await prepareDeparture(parts, exampleRecord(parts.clock.now()), message), undefined);
  await parts.pace.close();
});

test('what is suppressed or switched off while a message waits for room counts', async (t) => {
  let [list, stopped] = [new Map<string, string>(), false];
  const parts = deliverParts(
    azurite.connectionString,
    {},
    {
      suppressed: () => Promise.resolve(list),
      suspension: () => Promise.resolve(stopped ? { reason: 'Stopped.' } : undefined),
    },
  );
  t.after(() => parts.pace.close());
  const during = async (change: () => void) => {
    const { pace } = parts;
    const admit: typeof pace.admit = async (demand, seconds) => {
      const admission = await pace.admit(demand, seconds);
      change();
      return admission;
    };
    const record = exampleRecord(parts.clock.now());
    await parts.outbox.accept({ record, message: exampleMessage(), attachments: [] });
    assert.equal(
      await deliver({ ...parts, pace: { ...pace, admit } }, { v: 1, message: record.id }),
      'paced',
    );
    assert.deepEqual(await story(record.id), ['accepted'], 'no attempt began');
    return await deliver(parts, { v: 1, message: record.id });
  };
  assert.equal(await during(() => (list = new Map([['ops@example.com', 'It must not.']]))), 'failed');
  list = new Map();
  assert.equal(await during(() => (stopped = true)), 'paced');
});
