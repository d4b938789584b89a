import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MailStore, type NewMail } from '../../infra/simulators/mail-store.ts';

const mailTo = (to: string, mime: NewMail['mime'] = Buffer.from(`To: ${to}\r\n\r\n`)): NewMail => ({
  via: 'smtp',
  mailbox: 'alerts@contoso.com',
  envelope: { from: 'alerts@contoso.com', to: [to] },
  mime,
});

test('mails are kept whole, listed newest first and found by id', () => {
  const store = new MailStore();
  const first = store.add(mailTo('a@example.com'));
  const second = store.add({ ...mailTo('b@example.com'), requestId: 'r' });
  assert.deepEqual(store.list(), [second, first]);
  assert.equal(store.get(first.id)?.mime.toString(), 'To: a@example.com\r\n\r\n');
  assert.equal(store.get(second.id)?.requestId, 'r');
  assert.notEqual(first.id, second.id);
  assert.ok(!Number.isNaN(Date.parse(first.acceptedAt)));
  assert.equal(store.get('nobody'), undefined);
});

test('the oldest mails are forgotten beyond the caps, but counted for ever', () => {
  const store = new MailStore({ keep: 3, keepBytes: 100 });
  for (const name of ['a', 'b', 'c', 'd']) store.add({ ...mailTo(name), size: 10 });
  assert.deepEqual(
    store.list().map(({ envelope }) => envelope.to[0]),
    ['d', 'c', 'b'],
  );
  store.add({ ...mailTo('big'), size: 85 });
  assert.deepEqual(
    store.list().map(({ envelope }) => envelope.to[0]),
    ['big', 'd'],
  );
  store.add({ ...mailTo('too big'), size: 1000 });
  assert.equal(store.size, 1, 'the newest is kept, however big');
  assert.equal(store.accepted, 6);
  store.clear();
  assert.deepEqual([store.size, store.accepted], [0, 6]);
  store.add({ ...mailTo('e'), size: 50 });
  store.add({ ...mailTo('f'), size: 50 });
  assert.equal(store.size, 2, 'what was cleared takes no room');
});

test('a mail given as a function is built once, when somebody looks', () => {
  const store = new MailStore();
  let built = 0;
  const mail = store.add(
    mailTo('a@example.com', () => {
      built += 1;
      return Buffer.from('built');
    }),
  );
  assert.equal(built, 0);
  assert.equal(mail.mime.toString() + store.get(mail.id)?.mime.toString(), 'builtbuilt');
  assert.equal(built, 1);
});

test('subscribers hear of every change until they leave', () => {
  const store = new MailStore();
  const heard: string[] = [];
  const leave = store.subscribe((event) => {
    heard.push(event.kind === 'added' ? (event.mail.envelope.to[0] ?? '') : event.kind);
  });
  store.add(mailTo('a'));
  store.clear();
  leave();
  store.add(mailTo('b'));
  assert.deepEqual(heard, ['a', 'cleared']);
});
