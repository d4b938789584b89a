import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import fc from 'fast-check';
import { graphForm, planGraph } from '../../shared/delivery/graph-form.ts';
import { sendMailBytes } from '../../shared/delivery/graph-message.ts';
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

const MB = 1024 * 1024;
/** A message with files of these sizes; their bytes do not matter here. */
const sized = (sizes: readonly number[], message: Partial<Message> = {}): Message => ({
  ...outgoing(message).message,
  attachments: sizes.map((size) => ({ filename: 'a.bin', contentType: 'application/octet-stream', size })),
});

test('what fits goes by sendMail, with Mail.Send alone', () => {
  for (const permissions of [[], ['Mail.ReadWrite']] as const) {
    const form = graphForm(sized([2.9 * MB]), mailbox, permissions);
    assert.ok(form.ok);
    assert.deepEqual([form.form, form.permissions], ['sendMail-json', ['Mail.Send']]);
  }
  const mime = graphForm(sized([], { text: 'a', html: '<p>b' }), mailbox, []);
  assert.ok(mime.ok);
  assert.equal(mime.form, 'sendMail-mime');
});

test('MIME that would be too large is JSON, and then loses the text part', () => {
  const form = graphForm(sized([2.8 * MB], { text: 'a', html: '<p>b' }), mailbox, []);
  assert.ok(form.ok);
  assert.equal(form.form, 'sendMail-json');
  assert.match(form.notCarried.join(), /text part/);
});

test('larger messages need Mail.ReadWrite, and go as drafts with it', () => {
  for (const sizes of [[3.2 * MB], [1.6 * MB, 1.6 * MB], [100 * MB]]) {
    const missing = graphForm(sized(sizes), mailbox, ['Mail.Read']);
    assert.ok(!missing.ok);
    assert.equal(missing.missing, 'Mail.ReadWrite');
    assert.match(missing.reason, /Mail\.ReadWrite.*POSTRIDER_GRAPH_PERMISSIONS/);
    const draft = graphForm(sized(sizes), mailbox, ['Mail.ReadWrite']);
    assert.ok(draft.ok);
    assert.deepEqual([draft.form, draft.permissions], ['draft', ['Mail.Send', 'Mail.ReadWrite']]);
    assert.deepEqual(draft.notCarried, []);
  }
});

test('a draft keeps a copy whatever the wish, and says so', () => {
  const form = graphForm(sized([4 * MB], { saveToSentItems: false }), mailbox, ['Mail.ReadWrite']);
  assert.ok(form.ok);
  assert.match(form.notCarried.join(), /Sent Items/);
});

test('what no draft can carry is refused, and no permission is asked for', () => {
  for (const message of [
    sized([], { text: 'a'.repeat(5 * MB) }),
    sized([151 * MB]),
    sized([60 * MB, 60 * MB]),
  ]) {
    for (const permissions of [[], ['Mail.ReadWrite']] as const) {
      const form = graphForm(message, mailbox, permissions);
      assert.ok(!form.ok);
      assert.equal(form.missing, undefined);
      assert.match(form.reason, /Send less\./);
    }
  }
});

test('JSON never makes a request of more than 4 MB, and a draft is made of nothing that would fit', () => {
  const size = fc.integer({ min: 0, max: 4 * MB });
  const text = fc.record({ part: fc.constantFrom('a', '\u0001', 'ä', '"'), times: fc.nat(5 * MB) });
  fc.assert(
    fc.property(fc.array(size, { maxLength: 4 }), text, (sizes, { part, times }) => {
      const message = sized(sizes, { text: part.repeat(times / 4) });
      const form = graphForm(message, mailbox, ['Mail.ReadWrite']);
      if (!form.ok) return;
      assert.equal(form.form === 'sendMail-json', sendMailBytes(message, form.headers) <= 4 * MB);
    }),
    { numRuns: 40 },
  );
});
