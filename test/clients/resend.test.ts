/**
 * Resend's own client, told another base URL.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Resend } from 'resend';
import { sender, startWorld, type World } from '../journeys/world.ts';
import { registerTemplates } from './templates.ts';
import { registerThrottled, throttledKey } from './throttled.ts';

let world: World;
let resend: Resend;
before(async () => {
  world = await startWorld(
    {},
    {
      async before(storage) {
        await registerThrottled()(storage);
        await registerTemplates(storage);
      },
    },
  );
  resend = new Resend(world.key, { baseUrl: world.host.url });
});
after(() => world.stop());

const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();

const mailTo = (to: string) => ({ from: sender, to, subject: 'Batch', text: 'x' });

test('a mail with an attachment is sent as the client means it', async () => {
  const { data, error, headers } = await resend.emails.send(
    {
      from: `Alerts <${sender}>`,
      to: ['ann@example.com', 'Bob <bob@example.com>'],
      cc: 'cc@example.com',
      replyTo: 'reply@example.com',
      subject: 'By Resend',
      html: '<p>Hello <img src="cid:logo"></p>',
      text: 'Hello',
      headers: { 'X-Entity-Ref-ID': '42' },
      tags: [{ name: 'category', value: 'welcome' }],
      attachments: [
        { filename: 'a.txt', content: Buffer.from('abc') },
        { filename: 'logo.png', content: Buffer.from('png'), contentType: 'image/png', contentId: 'logo' },
      ],
    },
    { idempotencyKey: 'resend-1' },
  );
  assert.equal(error, null);
  assert.equal(headers?.['x-postrider-warnings'], undefined);
  await world.settled(data?.id ?? '');
  const [mail] = await world.mails('By Resend');
  assert.deepEqual(mail?.accepted.envelope.to, ['ann@example.com', 'bob@example.com', 'cc@example.com']);
  assert.equal(mail.parsed.replyTo?.[0]?.address, 'reply@example.com');
  assert.deepEqual(
    mail.parsed.attachments.map(({ filename, contentId }) => [filename, contentId]),
    [
      ['logo.png', '<logo>'],
      ['a.txt', undefined],
    ],
  );

  const got = await resend.emails.get(data?.id ?? '');
  assert.equal(got.data?.last_event, 'sent');
  assert.equal(got.data?.subject, 'By Resend');
  assert.deepEqual(got.data?.tags, [{ name: 'category', value: 'welcome' }]);
});

test('the same idempotency key sends one mail, and another body under it is refused', async () => {
  const mail = { from: sender, to: 'ann@example.com', subject: 'Once', text: 'x' };
  const first = await resend.emails.send(mail, { idempotencyKey: 'resend-2' });
  const second = await resend.emails.send(mail, { idempotencyKey: 'resend-2' });
  assert.equal(second.data?.id, first.data?.id);
  const other = await resend.emails.send({ ...mail, text: 'y' }, { idempotencyKey: 'resend-2' });
  assert.equal(other.error?.name, 'invalid_idempotent_request');
});

test('a scheduled mail is rescheduled and taken back', async () => {
  const { data } = await resend.emails.send({
    from: sender,
    to: 'ann@example.com',
    subject: 'Later',
    text: 'x',
    scheduledAt: at(10),
  });
  const id = data?.id ?? '';
  assert.equal((await resend.emails.get(id)).data?.last_event, 'scheduled');
  assert.equal((await resend.emails.update({ id, scheduledAt: at(20) })).data?.id, id);
  assert.equal((await resend.emails.cancel(id)).data?.id, id);
  assert.equal((await resend.emails.get(id)).data?.last_event, 'canceled');
});

const dueIn = async (id: string) =>
  Math.round(
    (Date.parse((await world.request('GET', `/emails/${id}`)).json.estimated_at) - Date.now()) / 60_000,
  );

test('a time may be said in words, also when it is changed', async () => {
  const mail = { from: sender, to: 'ann@example.com', subject: 'In words', text: 'x' };
  const { data } = await resend.emails.send({ ...mail, scheduledAt: 'in 1 hour' });
  const id = data?.id ?? '';
  assert.equal(await dueIn(id), 60);
  assert.equal((await resend.emails.update({ id, scheduledAt: 'in 2 hours' })).error, null);
  assert.equal(await dueIn(id), 120);
  const batch = await resend.batch.send([{ ...mail, scheduledAt: 'in 3 hours' }]);
  assert.equal(await dueIn(batch.data?.data[0]?.id ?? ''), 180);
  for (const scheduledAt of ['whenever it suits', 'in 40 days']) {
    const { error } = await resend.emails.send({ ...mail, scheduledAt });
    assert.equal(error?.name, 'validation_error', scheduledAt);
  }
});

const templated = (id: string, name: string) => ({
  from: sender,
  to: 'ann@example.com',
  template: { id, variables: { name } },
});

test('a template of the bridge is filled, in a permissive batch too', async () => {
  const one = await resend.emails.send(templated('d-1234', 'Ada'));
  await world.settled(one.data?.id ?? '');
  assert.equal((await world.mails('For Ada')).length, 1);
  const some = await resend.batch.send([templated('nosuch', 'x'), templated('d-1234', 'Grace')], {
    batchValidation: 'permissive',
  });
  assert.deepEqual(
    some.data?.errors?.map(({ index }) => index),
    [0],
  );
  await world.settled(some.data?.data[0]?.id ?? '');
  assert.equal((await world.mails('For Grace')).length, 1);
});

test('a topic is named as what cannot be honoured, and refused when strict', async () => {
  const mail = { from: sender, to: 'ann@example.com', subject: 'Topic', text: 'x', topicId: 't-1' };
  const { data, headers } = await resend.emails.send(mail);
  assert.equal(headers?.['x-postrider-warnings'], '"topic_id"');
  const status = await world.settled(data?.id ?? '');
  const [accepted] = status.events;
  assert.ok(accepted?.event === 'accepted');
  assert.match(accepted.warnings?.[0] ?? '', /^topic_id: /);
  const strict = { headers: { 'X-Postrider-Strict': 'true' } };
  assert.equal((await resend.emails.send(mail, strict)).error?.statusCode, 422);
  const batch = await resend.batch.send([mail, mail]);
  assert.equal(batch.headers?.['x-postrider-warnings'], '"topic_id", "topic_id"');
});

test('what the bridge does not have is an error with a name, not an exception', async () => {
  assert.equal((await resend.domains.list()).error?.name, 'not_found');
  assert.match((await resend.emails.metrics()).error?.message ?? '', /^Nothing is counted here/);
  const files = await resend.emails.attachments.list({ emailId: '01kah5w2r8c0v3x9d7m4q6t1bz' });
  assert.match(files.error?.message ?? '', /is not given back/);
});

test('a strict batch is all or none, a permissive one tells which were refused', async () => {
  const both = await resend.batch.send([mailTo('a@example.com'), mailTo('b@example.com')]);
  assert.equal(both.data?.data.length, 2);
  const none = await resend.batch.send([mailTo('a@example.com'), mailTo('nobody')]);
  assert.equal(none.error?.name, 'validation_error');
  const some = await resend.batch.send([mailTo('nobody'), mailTo('c@example.com')], {
    batchValidation: 'permissive',
  });
  assert.equal(some.data?.data.length, 1);
  assert.deepEqual(
    some.data?.errors?.map(({ index }) => index),
    [0],
  );
  const key = { batchValidation: 'permissive', idempotencyKey: 'batch-1' } as const;
  const once = await resend.batch.send([mailTo('nobody'), mailTo('d@example.com')], key);
  const again = await resend.batch.send([mailTo('nobody'), mailTo('d@example.com')], key);
  assert.deepEqual(
    again.data?.data.map(({ id }) => id),
    once.data?.data.map(({ id }) => id),
  );
});

test('refusals are errors of the client', async () => {
  const mail = { from: sender, to: 'ann@example.com', subject: 'Refused', text: 'x' };
  const stranger = new Resend('re_wrong', { baseUrl: world.host.url });
  const badKey = await stranger.emails.send(mail);
  assert.equal(badKey.error?.name, 'invalid_api_key');
  assert.equal(badKey.error.statusCode, 401);
  assert.match(badKey.error.message, /not a Postrider API key/);
  const badSender = await resend.emails.send({ ...mail, from: 'ceo@contoso.com' });
  assert.equal(badSender.error?.name, 'invalid_from_address');
  const badField = await resend.emails.send({ ...mail, to: 'nobody' });
  assert.equal(badField.error?.name, 'validation_error');
  const byPath = await resend.emails.send({
    ...mail,
    attachments: [{ filename: 'a', path: 'https://169.254.169.254/' }],
  });
  assert.match(JSON.stringify(byPath.error), /Attachments are not fetched from elsewhere/);
  const missing = await resend.emails.get('01kah5w2r8c0v3x9d7m4q6t1bz');
  assert.equal(missing.error?.name, 'not_found');
  assert.equal((await world.mails('Refused')).length, 0);
});

test('who would have to wait too long is told that it is too many', async () => {
  const mail = { from: sender, to: 'ann@example.com', subject: 'Flood', text: 'x' };
  await resend.batch.send(Array.from({ length: 60 }, () => mail));
  const hurried: Parameters<typeof resend.emails.send>[0] & { max_wait?: number } = mail;
  const response = await resend.post('/emails', { ...hurried, max_wait: 1 });
  assert.equal(response.error?.name, 'rate_limit_exceeded');
  assert.equal(response.error.statusCode, 429);
  assert.ok(Number(response.headers?.['retry-after']) > 0);
});

/** Pages of the list, following the last entry of each. */
async function pages(limit: number) {
  const all: string[][] = [];
  let last: string | undefined;
  for (let more = true; more;) {
    const { data, error } = await resend.emails.list({
      limit,
      ...(last === undefined ? {} : { after: last }),
    });
    assert.equal(error, null);
    assert.ok(data);
    all.push(data.data.map(({ id }) => id));
    last = data.data.at(-1)?.id;
    more = data.has_more;
  }
  return all;
}

test('the messages of the submitter are listed, newest first, each on one page', async () => {
  const slow = new Resend(throttledKey, { baseUrl: world.host.url });
  const none = await slow.emails.list();
  assert.deepEqual(none.data, { object: 'list', has_more: false, data: [] });
  const { data: keyed } = await resend.emails.send(mailTo('a@example.com'), { idempotencyKey: 'listed' });
  const { data: last } = await resend.emails.send({ ...mailTo('b@example.com'), scheduledAt: at(30) });
  const { data: page } = await resend.emails.list({ limit: 2 });
  assert.equal(page?.has_more, true);
  assert.deepEqual(
    page.data.map(({ id, to, last_event, scheduled_at }) => [id, to, last_event, scheduled_at === null]),
    [
      [last?.id, ['b@example.com'], 'scheduled', false],
      [keyed?.id, ['a@example.com'], page.data[1]?.last_event, true],
    ],
  );

  const found = await pages(40);
  const ids = found.flat();
  const { rows } = await world.stored();
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(ids.length, rows);
  const seen = await resend.emails.list({ limit: 3, before: found[1]?.[0] ?? '' });
  assert.deepEqual(
    seen.data?.data.map(({ id }) => id),
    found[0]?.slice(-3),
  );
  assert.equal(seen.data?.has_more, true);
});

test('a list is refused where the question has faults, and does not tell of other submitters', async () => {
  const slow = new Resend(throttledKey, { baseUrl: world.host.url });
  const [mine] = (await resend.emails.list({ limit: 1 })).data?.data ?? [];
  assert.equal((await slow.emails.list({ after: mine?.id ?? '' })).error?.name, 'not_found');
  assert.equal((await resend.emails.list({ limit: 101 })).error?.name, 'validation_error');
  assert.equal((await resend.get('/emails?after=a&before=b')).error?.name, 'validation_error');
  const stranger = new Resend('re_wrong', { baseUrl: world.host.url });
  assert.equal((await stranger.emails.list()).error?.name, 'invalid_api_key');
});

test('who has used up a limit is told when to come again', async () => {
  const slow = new Resend(throttledKey, { baseUrl: world.host.url });
  const mail = { from: sender, to: 'ann@example.com', subject: 'Limited', text: 'x' };
  assert.equal((await slow.emails.send(mail)).error, null);
  const { error, headers } = await slow.emails.send(mail);
  assert.equal(error?.name, 'rate_limit_exceeded');
  assert.ok(Number(headers?.['retry-after']) > 0);
});
