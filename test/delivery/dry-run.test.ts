import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import PostalMime from 'postal-mime';
import * as z from 'zod';
import { dryRun, type DryRunMessage } from '../../shared/delivery/dry-run.ts';
import type { Health } from '../../shared/delivery/plan.ts';
import { routesOf } from '../../shared/delivery/route.ts';
import type { Attachment, Message } from '../../shared/message/message.ts';
import { dryRunSchema } from '../../shared/submission/openapi-dry-run.ts';
import { exampleMessage } from '../outbox/example.ts';

const now = new Date('2026-11-20T12:00:00Z');
const mailbox = 'alerts@contoso.com';

interface Setting {
  readonly transports?: readonly ('graph' | 'smtp')[];
  readonly permissions?: readonly 'Mail.ReadWrite'[];
  readonly health?: Health;
}

const run = async (given: Partial<DryRunMessage> & { message: Message }, setting: Setting = {}) => {
  const view = await dryRun(
    {
      routes: (sender, id) =>
        routesOf({ routes: {}, transports: setting.transports ?? ['graph', 'smtp'] }, sender, id),
      permissions: setting.permissions ?? [],
      circuits: {
        health: () => Promise.resolve(() => setting.health ?? { state: 'closed' }),
        probe: () => assert.fail('a dry run is no probe'),
        report: () => assert.fail('a dry run has no outcome'),
      },
      clock: { now: () => now },
    },
    { attachments: [], ...given },
  );
  // Strict, so that a field that is answered but not described is found too.
  assert.deepEqual(z.strictObject(dryRunSchema.shape).parse(view), view);
  return view;
};

const file = (size: number, more: Partial<Attachment> = {}): Attachment => ({
  filename: 'a.bin',
  contentType: 'application/octet-stream',
  size,
  ...more,
});
const content = (size: number) => ({ size, chunks: () => [Buffer.alloc(size, 'x')] });

test('a plain message: route, form, reason and the mail itself', async () => {
  const { mime, size, ...view } = await run({ message: exampleMessage() });
  assert.deepEqual(view, {
    dry_run: true,
    route: { transport: 'graph', mailbox, form: 'sendMail-json' },
    reason: 'The first route, graph, carries the message.',
    not_carried: [],
    permissions: ['Mail.Send'],
    considered: [
      { transport: 'graph', mailbox, why: 'Chosen.' },
      { transport: 'smtp', mailbox, why: 'It could carry the message, and an earlier route does.' },
    ],
  });
  assert.doesNotMatch(mime, /[^\r]\n|\r[^\n]/);
  assert.ok(mime.length <= size && size < 5000);
  const parsed = await PostalMime.parse(mime);
  assert.equal(parsed.subject, 'Disk /var will fill in 4 hours');
  assert.equal(parsed.text?.trim(), 'It will.');
  assert.equal(parsed.messageId, '<00000000000000000000000000@contoso.com>');
  assert.equal(parsed.headers.find(({ key }) => key === 'x-postrider-id')?.value, '0'.repeat(26));
  assert.equal((await run({ message: exampleMessage() })).mime, mime);
});

test('the mail has what the chosen form carries, and no more', async () => {
  const message = exampleMessage({
    from: { address: mailbox },
    text: 'My text',
    html: '<p>My HTML</p>',
    bcc: [{ address: 'secret@example.com' }],
    headers: [{ name: 'In-Reply-To', value: '<a@b.c>' }],
  });
  const smtp = await run({ message }, { transports: ['smtp'] });
  assert.equal(smtp.route.form, 'smtp');
  assert.match(smtp.mime, /My text[\s\S]*My HTML/);
  assert.match(smtp.mime, /In-Reply-To: <a@b\.c>/);
  assert.doesNotMatch(smtp.mime, /secret/);

  const mime = await run({ message }, { transports: ['graph'] });
  assert.equal(mime.route.form, 'sendMail-mime');
  assert.match(mime.mime, /^Bcc: secret@example\.com/m);
  assert.match(mime.mime, /My text[\s\S]*My HTML/);

  const json = await run({ message: { ...message, saveToSentItems: false } }, { transports: ['graph'] });
  assert.equal(json.route.form, 'sendMail-json');
  assert.match(json.not_carried.join(), /The text part.*In-Reply-To/);
  assert.doesNotMatch(json.mime, /My text|In-Reply-To|secret/);
  assert.match(json.mime, /My HTML/);
});

test('from HTML alone a text part is made, where the form has one', async () => {
  const { text: _, ...message } = exampleMessage({ html: '<p>Only HTML</p>' });
  const { mime } = await run({ message }, { transports: ['smtp'] });
  assert.match(mime, /text\/plain[\s\S]*Only HTML[\s\S]*text\/html/);
});

test('attachments are shown up to 1 MiB together; the others are named with their size', async () => {
  const sizes = [600_000, 600_000, 400_000, 30_000_000];
  const message = exampleMessage({
    attachments: sizes.map((size, i) => file(size, { filename: `${i}.bin` })),
  });
  const view = await run({ message, attachments: sizes.map(content) }, { permissions: ['Mail.ReadWrite'] });
  assert.deepEqual([view.route.form, view.permissions], ['draft', ['Mail.Send', 'Mail.ReadWrite']]);
  assert.ok(view.size > 42_000_000 && view.mime.length < 1_500_000);
  const { attachments } = await PostalMime.parse(view.mime);
  assert.deepEqual(
    attachments.map(({ filename }) => filename),
    ['0.bin', '1.bin', '2.bin', '3.bin'],
  );
  const lengths = attachments.map(({ content: bytes }) => Buffer.from(bytes as ArrayBuffer).length);
  assert.deepEqual([lengths[0], lengths[2]], [600_000, 400_000]);
  assert.match(view.mime, /\(30000000 bytes, not shown in a dry run\)/);
});

test('a message with a time, and one whose routes are all broken, say when', async () => {
  const scheduledAt = new Date('2026-11-21T08:00:00Z');
  const message = exampleMessage();
  assert.equal((await run({ message, scheduledAt })).estimated_at, '2026-11-21T08:00:00.000Z');
  const past = new Date('2026-11-19T08:00:00Z');
  assert.equal('estimated_at' in (await run({ message, scheduledAt: past })), false);
  const until = new Date('2026-11-20T12:05:00Z');
  const health: Health = { state: 'open', until, reason: 'Graph is down.' };
  const waiting = await run({ message }, { health });
  assert.equal(waiting.estimated_at, until.toISOString());
  assert.match(waiting.reason, /Graph is down/);
  assert.equal(waiting.route.transport, 'graph');
  assert.match(waiting.considered[0]?.why ?? '', /circuit is open/);
});

test('a long body is shown in part, and its size is that of the whole', async () => {
  const { mime, size } = await run(
    { message: exampleMessage({ text: 'x'.repeat(2_000_000) }) },
    { transports: ['smtp'] },
  );
  assert.match(mime, /\(1737856 characters more, not shown in a dry run\)/);
  assert.ok(mime.length < 400_000 && size > 2_000_000);
});
