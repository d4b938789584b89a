import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { planGraph } from '../../shared/delivery/graph-form.ts';
import type { HeaderField, Message } from '../../shared/message/message.ts';
import { outgoing } from './stage.ts';

const mailbox = 'alerts@contoso.com';
const plan = (message: Partial<Message>, box = mailbox) => planGraph(outgoing(message).message, box);
const headers = (...names: string[]): HeaderField[] => names.map((name) => ({ name, value: 'v' }));
const names = (fields: readonly HeaderField[]): string[] => fields.map(({ name }) => name);

test('one body and few X- headers are JSON, and lose nothing', () => {
  const few = headers('X-One', 'x-two', 'X-Three', 'X-Four');
  for (const message of [{}, { html: '<p>b' }, { headers: few }]) {
    const { form, notCarried } = plan(message);
    assert.deepEqual([form, notCarried], ['json', []]);
  }
});

test("text and HTML that are both the submitter's are MIME", () => {
  assert.deepEqual(plan({ text: 'a', html: '<p>b' }), { form: 'mime', headers: [], notCarried: [] });
});

test('standard headers and a fifth X- header are MIME, which may lose X- headers and says so', () => {
  assert.equal(plan({ headers: headers('In-Reply-To', 'References', 'List-Unsubscribe') }).form, 'mime');
  const many = plan({ headers: headers('X-1', 'X-2', 'X-3', 'X-4', 'X-5') });
  assert.equal(many.form, 'mime');
  assert.equal(many.notCarried.length, 5);
  assert.match(many.notCarried[4] ?? '', /X-5 may be missing/);
});

test('a display name that MIME would lose is named', () => {
  const { form, notCarried } = plan({ text: 'a', html: 'b', from: { address: mailbox, name: 'Alerts' } });
  assert.equal(form, 'mime');
  assert.match(notCarried.join(), /display name/);
});

test('another From or no copy in Sent Items keep JSON, which then says what it loses', () => {
  for (const why of [{ saveToSentItems: false }, { from: { address: 'help@contoso.com' } }]) {
    const fields = headers('In-Reply-To', 'X-1', 'X-2', 'X-3', 'X-4', 'X-5');
    const found = plan({ text: 'a', html: '<p>b', headers: fields, ...why });
    assert.equal(found.form, 'json');
    assert.deepEqual(names(found.headers), ['X-1', 'X-2', 'X-3', 'X-4']);
    assert.match(found.notCarried[0] ?? '', /text part/);
    assert.match(found.notCarried[1] ?? '', /In-Reply-To/);
    assert.match(found.notCarried[2] ?? '', /X-5/);
    assert.equal(found.notCarried.length, 3);
  }
});

test('the mailbox is From whatever the case of its letters', () => {
  assert.equal(plan({ text: 'a', html: 'b' }, 'Alerts@Contoso.com').form, 'mime');
});

test('what Exchange sets itself is named in either form, and chooses none', () => {
  const json = plan({ headers: headers('Auto-Submitted', 'X-1') });
  assert.deepEqual([json.form, names(json.headers)], ['json', ['X-1']]);
  assert.match(json.notCarried.join(), /Auto-Submitted: Exchange Online sets it itself/);
  const mime = plan({ headers: headers('Return-Path', 'References') });
  assert.deepEqual([mime.form, names(mime.headers)], ['mime', ['References']]);
  assert.match(mime.notCarried.join(), /Return-Path/);
});

test('JSON can be demanded', () => {
  assert.equal(planGraph(outgoing({ text: 'a', html: 'b' }).message, mailbox, 'json').form, 'json');
});
