/**
 * AWS's client of SES, told another endpoint, and nodemailer on top of it.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  BadRequestException,
  MessageRejected,
  SendEmailCommand,
  SESv2Client,
  SESv2ServiceException,
  TooManyRequestsException,
  type SendEmailCommandInput,
} from '@aws-sdk/client-sesv2';
import nodemailer from 'nodemailer';
import { sender, startWorld, type World } from '../journeys/world.ts';
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
      before: registerThrottled({ signingKeys: [{ id: 'AKIATHROTTLED', scheme: 'sigv4', secret: 'SES' }] }),
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
    /Templates are not kept here/,
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
