/**
 * Postmark's own client, told another host.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Errors, ServerClient } from 'postmark';
import { sender, startWorld, type World } from '../journeys/world.ts';
import { registerTemplates } from './templates.ts';
import { registerThrottled, throttledKey } from './throttled.ts';

let world: World;
let postmark: ServerClient;
const mail = { From: sender, To: 'ann@example.com', Subject: 'By Postmark', TextBody: 'Hello' };

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
  postmark = clientWith(world.key);
});
after(() => world.stop());

const clientWith = (token: string): ServerClient =>
  new ServerClient(token, { requestHost: new URL(world.host.url).host, useHttps: false });

test('a mail with an attachment is sent as the client means it', async () => {
  const answer = await postmark.sendEmail({
    From: `"Alerts, Inc." <${sender}>`,
    To: '"Last, First" <ann@example.com>, bob@example.com',
    Bcc: 'hidden@example.com',
    ReplyTo: 'reply@example.com',
    Subject: 'Whole',
    HtmlBody: '<p>Hello <img src="cid:logo"></p>',
    TextBody: 'Hello',
    Tag: 'welcome',
    Metadata: { order: '42' },
    Headers: [{ Name: 'X-Ticket', Value: '7' }],
    Attachments: [
      {
        Name: 'a.txt',
        Content: Buffer.from('abc').toString('base64'),
        ContentType: 'text/plain',
        ContentID: '',
      },
      {
        Name: 'logo.png',
        Content: Buffer.from('png').toString('base64'),
        ContentType: 'image/png',
        ContentID: 'cid:logo',
      },
    ],
    MessageStream: 'outbound',
  });
  assert.equal(answer.ErrorCode, 0);
  assert.equal(answer.Message, 'OK');
  assert.match(answer.MessageID, /^[0-9a-f]{8}-[0-9a-f]{4}-/);
  const status = await world.settled(answer.MessageID);
  assert.deepEqual(status.tags, [{ name: 'tag', value: 'welcome' }]);
  assert.deepEqual(status.metadata, { order: '42' });
  const [arrived] = await world.mails('Whole');
  assert.deepEqual(arrived?.accepted.envelope.to, [
    'ann@example.com',
    'bob@example.com',
    'hidden@example.com',
  ]);
  assert.equal(arrived.parsed.to?.[0]?.name, 'Last, First');
  assert.equal(arrived.parsed.attachments.length, 2);
});

test('a template of the bridge is filled, by its alias', async () => {
  const model = { name: 'Ada', order: { id: 7 } };
  const templated = {
    From: sender,
    To: 'ann@example.com',
    TemplateAlias: 'order_shipped',
    TemplateModel: model,
  };
  const answer = await postmark.sendEmailWithTemplate(templated);
  await world.settled(answer.MessageID);
  const [arrived] = await world.mails('Shipped: 7 for Ada');
  assert.match(arrived?.parsed.html ?? '', /Hello Ada!/);
  const answers = await postmark.sendEmailBatchWithTemplates([
    { ...templated, TemplateModel: { ...model, name: 'Grace' } },
    { ...templated, TemplateAlias: 'nosuch' },
    { ...templated, To: 'nobody' },
  ]);
  assert.deepEqual(
    answers.map(({ ErrorCode }) => ErrorCode),
    [0, 1101, 300],
  );
  await world.settled(answers[0]?.MessageID ?? '');
  assert.equal((await world.mails('Shipped: 7 for Grace')).length, 1);
  await assert.rejects(
    postmark.sendEmailWithTemplate({ From: sender, To: 'ann@example.com', TemplateId: 1, TemplateModel: {} }),
    (error: unknown) => error instanceof Errors.ApiInputError && error.code === 1101,
  );
  await assert.rejects(postmark.sendEmailWithTemplate(mail as never), /Name a template of this bridge/);
});

test('a batch tells for each message what became of it', async () => {
  const answers = await postmark.sendEmailBatch([
    { ...mail, Subject: 'Batch 1' },
    { ...mail, Subject: 'Batch 2', To: 'nobody' },
    { ...mail, Subject: 'Batch 3', TrackOpens: true },
  ]);
  assert.deepEqual(
    answers.map(({ ErrorCode }) => ErrorCode),
    [0, 300, 0],
  );
  assert.match(answers[1]?.Message ?? '', /^To\.0: /);
  const [, , third] = answers;
  const status = await world.settled(third?.MessageID ?? '');
  const [accepted] = status.events;
  assert.ok(accepted?.event === 'accepted');
  assert.deepEqual(accepted.warnings, ['TrackOpens: Opens are not tracked.']);
  assert.equal((await world.mails('Batch 3')).length, 1);
});

test('more than a hundred messages in a batch', async () => {
  const answers = await postmark.sendEmailBatch(
    Array.from({ length: 130 }, (_, i) => ({ ...mail, Subject: `Many ${i}` })),
  );
  assert.equal(new Set(answers.map(({ MessageID }) => MessageID)).size, 130);
});

test('what is not here is refused with what to do instead', async () => {
  const cases = [
    [() => postmark.getOutboundMessages(), /GET \/emails\/\{id\}/],
    [() => postmark.sendBulkEmail({ From: sender, Messages: [] }), /sendEmailBatchWithTemplates/],
    [() => postmark.getBounces(), /Nothing is counted here/],
    [() => postmark.getTemplates(), /kept by the administrator/],
    [() => postmark.getServer(), /This bridge sends mail/],
  ] as const;
  for (const [asked, sentence] of cases) {
    await assert.rejects(asked(), (error: unknown) => {
      assert.ok(error instanceof Errors.PostmarkError);
      assert.equal(error.statusCode, 404);
      assert.match(error.message, sentence);
      return true;
    });
  }
});

test('refusals are errors of the client', async () => {
  await assert.rejects(clientWith('wrong').sendEmail(mail), (error: unknown) => {
    assert.ok(error instanceof Errors.InvalidAPIKeyError);
    assert.equal(error.code, 10);
    return true;
  });
  await assert.rejects(postmark.sendEmail({ ...mail, To: 'nobody' }), (error: unknown) => {
    assert.ok(error instanceof Errors.InvalidEmailRequestError);
    assert.match(error.message, /To\.0: /);
    return true;
  });
  await assert.rejects(postmark.sendEmail({ ...mail, From: 'ceo@contoso.com' }), (error: unknown) => {
    assert.ok(error instanceof Errors.ApiInputError);
    assert.equal(error.code, 400);
    return true;
  });
});

test('suppressed recipients are those that the client calls inactive', async () => {
  const sent = postmark.sendEmail({ ...mail, To: 'ann@example.com, Gone <gone@example.com>' });
  await assert.rejects(sent, (error: unknown) => {
    assert.ok(error instanceof Errors.InactiveRecipientsError);
    assert.deepEqual(error.recipients, ['gone@example.com']);
    return true;
  });
  const [, second] = await postmark.sendEmailBatch([mail, { ...mail, Cc: 'gone@example.com' }]);
  assert.equal(second?.ErrorCode, 406);
  assert.match(second.Message, /Found inactive addresses: gone@example\.com\. /);
});

test('who has used up a limit is told that it is too many', async () => {
  const slow = clientWith(throttledKey);
  await slow.sendEmail({ ...mail, Subject: 'Limited' });
  await assert.rejects(slow.sendEmail(mail), (error: unknown) => {
    assert.ok(error instanceof Errors.RateLimitExceededError);
    assert.equal(error.code, 429);
    return true;
  });
});
