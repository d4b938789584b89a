/**
 * AWS's client of SES, told another endpoint, and nodemailer on top of it.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  BadRequestException,
  GetAccountCommand,
  MessageRejected,
  NotFoundException,
  SendBulkEmailCommand,
  SendEmailCommand,
  SESv2Client,
  SESv2ServiceException,
  TooManyRequestsException,
  type SendEmailCommandInput,
} from '@aws-sdk/client-sesv2';
import nodemailer from 'nodemailer';
import { sender, startWorld, type World } from '../journeys/world.ts';
import { openLossyLine } from './lost-answers.ts';
import { registerTemplates } from './templates.ts';
import { registerThrottled } from './throttled.ts';

const credentials = { accessKeyId: 'AKIAPOSTRIDER', secretAccessKey: 'a secret of the settings' };

let world: World;
let ses: SESv2Client;
const mail: SendEmailCommandInput = {
  FromEmailAddress: sender,
  Destination: { ToAddresses: ['ann@example.com'] },
  Content: { Simple: { Subject: { Data: 'By SES' }, Body: { Text: { Data: 'Hello' } } } },
};

before(async () => {
  world = await startWorld(
    { POSTRIDER_SECRET_SES: credentials.secretAccessKey },
    {
      async before(storage) {
        await registerThrottled({ signingKeys: [{ id: 'AKIATHROTTLED', scheme: 'sigv4', secret: 'SES' }] })(
          storage,
        );
        await registerTemplates(storage);
      },
      submitter: { signingKeys: [{ id: credentials.accessKeyId, scheme: 'sigv4', secret: 'SES' }] },
    },
  );
  ses = clientWith(credentials);
});
after(() => {
  ses.destroy();
  return world.stop();
});

const clientWith = (given: typeof credentials): SESv2Client =>
  new SESv2Client({ region: 'eu-west-1', endpoint: world.host.url, credentials: given, maxAttempts: 1 });

test('a mail in parts with an attachment is sent as the client means it', async () => {
  const answer = await ses.send(
    new SendEmailCommand({
      ...mail,
      Destination: { ToAddresses: ['Ann <ann@example.com>'], BccAddresses: ['hidden@example.com'] },
      ReplyToAddresses: ['reply@example.com'],
      ConfigurationSetName: 'set',
      EmailTags: [{ Name: 'job', Value: 'backup' }],
      Content: {
        Simple: {
          Subject: { Data: 'Whole' },
          Body: { Text: { Data: 'Hello' }, Html: { Data: '<p>Hello <img src="cid:logo"></p>' } },
          Headers: [{ Name: 'References', Value: '<7@example.com>' }],
          Attachments: [
            { FileName: 'a.txt', RawContent: Buffer.from('abc') },
            {
              FileName: 'logo.png',
              RawContent: Buffer.from('png'),
              ContentDisposition: 'INLINE',
              ContentId: 'logo',
              ContentType: 'image/png',
            },
          ],
        },
      },
    }),
  );
  const status = await world.settled(answer.MessageId ?? '');
  assert.deepEqual(status.tags, [{ name: 'job', value: 'backup' }]);
  const [accepted] = status.events;
  assert.ok(accepted?.event === 'accepted');
  assert.match(accepted.warnings?.[0] ?? '', /^ConfigurationSetName: /);
  const [arrived] = await world.mails('Whole');
  assert.deepEqual(arrived?.accepted.envelope.to, ['ann@example.com', 'hidden@example.com']);
  assert.equal(arrived.parsed.references, '<7@example.com>');
  assert.equal(arrived.parsed.attachments.length, 2);
});

test('a template of the bridge is filled, by name and by ARN', async () => {
  for (const [name, of] of [
    ['Ada', { TemplateName: 'Order_Shipped' }],
    ['Grace', { TemplateArn: 'arn:aws:ses:eu-west-1:123:template/order_shipped' }],
  ] as const) {
    const TemplateData = JSON.stringify({ name, order: { id: 7 } });
    const Headers = [{ Name: 'X-Name', Value: name }];
    const Content = { Template: { ...of, TemplateData, Headers } };
    const answer = await ses.send(new SendEmailCommand({ ...mail, Content }));
    assert.equal(answer.$metadata.requestId, answer.MessageId);
    await world.settled(answer.MessageId ?? '');
    assert.equal((await world.mails(`Shipped: 7 for ${name}`)).length, 1);
  }
});

const entry = (to: string, name?: string) => ({
  Destination: { ToAddresses: [to] },
  ...(name === undefined
    ? {}
    : {
        ReplacementEmailContent: { ReplacementTemplate: { ReplacementTemplateData: `{"name":"${name}"}` } },
      }),
  ReplacementTags: [{ Name: 'to', Value: to }],
  ReplacementHeaders: [{ Name: 'references', Value: '<own@example.com>' }],
});

test('a bulk request tells of each entry', async () => {
  const { BulkEmailEntryResults: results = [] } = await ses.send(
    new SendBulkEmailCommand({
      FromEmailAddress: sender,
      DefaultEmailTags: [{ Name: 'job', Value: 'bulk' }],
      DefaultContent: {
        Template: {
          TemplateName: 'order-shipped',
          TemplateData: '{"name":"you","order":{"id":8}}',
          Headers: [{ Name: 'References', Value: '<everybody@example.com>' }],
        },
      },
      BulkEmailEntries: [
        entry('ann@example.com', 'Ann'),
        entry('nobody'),
        entry('gone@example.com'),
        entry('bob@example.com'),
      ],
    }),
  );
  assert.deepEqual(
    results.map(({ Status }) => Status),
    ['SUCCESS', 'INVALID_PARAMETER', 'MESSAGE_REJECTED', 'SUCCESS'],
  );
  assert.match(results[1]?.Error ?? '', /^BulkEmailEntries\.1\.Destination\.ToAddresses\.0: /);
  const status = await world.settled(results[0]?.MessageId ?? '');
  assert.equal(status.subject, 'Shipped: 8 for Ann');
  const [arrived] = await world.mails('Shipped: 8 for Ann');
  assert.equal(arrived?.parsed.references, '<own@example.com>');
  assert.deepEqual(status.tags, [
    { name: 'job', value: 'bulk' },
    { name: 'to', value: 'ann@example.com' },
  ]);
  assert.equal((await world.settled(results[3]?.MessageId ?? '')).subject, 'Shipped: 8 for you');
});

test('a template that stands in the request is filled, for each entry of a bulk request too', async () => {
  const TemplateContent = {
    Subject: 'Inline for {{name}}',
    Text: 'Hello {{ name }}, {{order.id}}',
    Html: '<p>{{{name}}}</p>',
  };
  const Template = { TemplateContent, TemplateData: '{"name":"Ada {{x}}","order":{"id":7}}' };
  const answer = await ses.send(
    new SendEmailCommand({
      ...mail,
      Content: { Template },
      ListManagementOptions: { ContactListName: 'all' },
    }),
  );
  const status = await world.settled(answer.MessageId ?? '');
  const [accepted] = status.events;
  assert.ok(accepted?.event === 'accepted');
  assert.deepEqual(accepted.warnings, ['ListManagementOptions: There are no contact lists here.']);
  const [arrived] = await world.mails('Inline for Ada {{x}}');
  assert.equal(arrived?.parsed.text?.trim(), 'Hello Ada {{x}}, 7');
  assert.match(arrived.parsed.html ?? '', /<p>Ada \{\{x\}\}<\/p>/);
  const { BulkEmailEntryResults: results = [] } = await ses.send(
    new SendBulkEmailCommand({
      FromEmailAddress: sender,
      DefaultContent: { Template: { ...Template, TemplateData: '{"order":{"id":8}}' } },
      BulkEmailEntries: [entry('ann@example.com', 'Ann'), entry('bob@example.com')],
    }),
  );
  assert.equal((await world.settled(results[0]?.MessageId ?? '')).subject, 'Inline for Ann');
  assert.equal(results[1]?.Status, 'INVALID_PARAMETER');
  assert.match(results[1].Error ?? '', /TemplateContent\.Subject: There is no value for "name"/);
  const blocks = { TemplateContent: { Subject: 's', Text: '{{#if a}}x{{/if}}' } };
  await assert.rejects(
    ses.send(new SendEmailCommand({ ...mail, Content: { Template: blocks } })),
    (error: unknown) => error instanceof BadRequestException && /Only \{\{ name \}\}/.test(error.message),
  );
});

test('names are decoded that SES wants encoded', async () => {
  const word = `=?UTF-8?B?${Buffer.from('Wärter, Ö.').toString('base64')}?=`;
  const answer = await ses.send(
    new SendEmailCommand({
      ...mail,
      FromEmailAddress: `${word} <${sender}>`,
      Destination: { ToAddresses: [`${word} <ann@example.com>`] },
    }),
  );
  await world.settled(answer.MessageId ?? '');
  const [arrived] = await world.mails('By SES');
  assert.equal(arrived?.parsed.to?.[0]?.name, 'Wärter, Ö.');
});

test('nodemailer finds that the transport works', async () => {
  assert.equal(
    await nodemailer.createTransport({ SES: { sesClient: ses, SendEmailCommand } }).verify(),
    true,
  );
});

test('an invitation of nodemailer stays one', async () => {
  const transport = nodemailer.createTransport({ SES: { sesClient: ses, SendEmailCommand } });
  await transport.sendMail({
    from: sender,
    to: 'ann@example.com',
    subject: 'Invited',
    text: 'Come.',
    icalEvent: { method: 'REQUEST', content: 'BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n' },
  });
  for (let i = 0; i < 600 && (await world.mails('Invited')).length === 0; i++) await sleep(50);
  const [arrived] = await world.mails('Invited');
  assert.match(arrived?.accepted.mime.toString() ?? '', /^content-type: text\/calendar;.*method=REQUEST/im);
});

test('nodemailer sends whole messages through it', async () => {
  const transport = nodemailer.createTransport({ SES: { sesClient: ses, SendEmailCommand } });
  const sent = await transport.sendMail({
    from: sender,
    to: '"Last, First" <ann@example.com>',
    bcc: 'hidden@example.com',
    subject: 'By nodemailer – ä',
    text: 'Hello',
    html: '<p>Hello</p>',
    attachments: [{ filename: 'Übersicht.txt', content: 'abc' }],
  });
  const id = sent.messageId.replace(/^<|@.*$/g, '');
  await world.settled(id);
  const [arrived] = await world.mails('By nodemailer – ä');
  assert.deepEqual(arrived?.accepted.envelope.to, ['ann@example.com', 'hidden@example.com']);
  assert.doesNotMatch(arrived.accepted.mime.toString(), /^bcc:/im);
  assert.equal(arrived.parsed.attachments[0]?.filename, 'Übersicht.txt');
});

test('what the client repeats because the answer was lost is one message, and two calls are two', async () => {
  const line = await openLossyLine(world.host.url);
  const patient = new SESv2Client({ region: 'eu-west-1', endpoint: line.url, credentials, maxAttempts: 3 });
  const Content = { Simple: { Subject: { Data: 'Repeated' }, Body: { Text: { Data: 'x' } } } };
  const ids = [];
  for (const how of ['unavailable', 'broken'] as const) {
    line.lose(how);
    const { MessageId, $metadata } = await patient.send(new SendEmailCommand({ ...mail, Content }));
    assert.equal($metadata.attempts, 2);
    ids.push(MessageId ?? '');
  }
  line.lose('unavailable');
  const { BulkEmailEntryResults: entries = [] } = await patient.send(
    new SendBulkEmailCommand({
      FromEmailAddress: sender,
      DefaultContent: { Template: { TemplateName: 'd-1234', TemplateData: '{"name":"repeated"}' } },
      BulkEmailEntries: [entry('ann@example.com'), entry('bob@example.com')],
    }),
  );
  for (const id of [...ids, ...entries.map(({ MessageId }) => MessageId ?? '')]) await world.settled(id);
  assert.deepEqual(line.statuses, [200, 200, 200, 200, 200, 200]);
  assert.equal((await world.mails('Repeated')).length, 2);
  assert.equal((await world.mails('For repeated')).length, 2);
  patient.destroy();
  await line.stop();
});

test('refusals are exceptions of the client', async () => {
  const stranger = clientWith({ ...credentials, secretAccessKey: 'wrong' });
  await assert.rejects(stranger.send(new SendEmailCommand(mail)), (error: unknown) => {
    assert.ok(error instanceof SESv2ServiceException);
    assert.equal(error.name, 'InvalidSignatureException');
    assert.equal(error.$metadata.httpStatusCode, 403);
    return true;
  });
  await assert.rejects(
    ses.send(new SendEmailCommand({ ...mail, FromEmailAddress: 'ceo@contoso.com' })),
    (error: unknown) => error instanceof MessageRejected,
  );
  await assert.rejects(
    ses.send(new SendEmailCommand({ ...mail, Destination: { ToAddresses: ['nobody'] } })),
    (error: unknown) => {
      assert.ok(error instanceof BadRequestException);
      assert.match(error.message, /Destination\.ToAddresses\.0: /);
      return true;
    },
  );
  await assert.rejects(
    ses.send(new SendEmailCommand({ ...mail, Content: { Template: { TemplateName: 'x' } } })),
    (error: unknown) => error instanceof NotFoundException && /"x"/.test(error.message),
  );
  await assert.rejects(
    ses.send(new GetAccountCommand({})),
    (error: unknown) => error instanceof NotFoundException && /SendBulkEmail/.test(error.message),
  );
  await assert.rejects(
    ses.send(new SendEmailCommand({ ...mail, Destination: { ToAddresses: ['gone@example.com'] } })),
    (error: unknown) => error instanceof MessageRejected,
  );
});

test('who has used up a limit is told that it is too many', async () => {
  const slow = clientWith({ ...credentials, accessKeyId: 'AKIATHROTTLED' });
  await slow.send(new SendEmailCommand(mail));
  await assert.rejects(
    slow.send(new SendEmailCommand(mail)),
    (error: unknown) => error instanceof TooManyRequestsException,
  );
});
