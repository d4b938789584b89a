/**
 * Senders that ask before they send: Event Grid, CloudEvents, SNS.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Handshake } from '../../../shared/alerts/alert.ts';
import { readFirst, request } from './case.ts';

function handshake(...asked: Parameters<typeof request>): Handshake {
  const { reading } = readFirst(request(...asked));
  assert.equal(reading?.kind, 'handshake');
  return reading;
}

const question = {
  id: 'q',
  topic: '/t',
  subject: '',
  eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
  eventTime: '2026-01-02T03:04:05Z',
  data: { validationCode: 'c0de-"1"', validationUrl: 'https://evil.example.org' },
};

test('Event Grid gets its code back, with or without the header, and nothing is mailed', () => {
  for (const headers of [{ 'aeg-event-type': 'SubscriptionValidation' }, {}]) {
    const { answer, mail } = handshake([question], headers);
    assert.equal(answer.status, 200);
    assert.match(answer.headers['content-type'] ?? '', /^application\/json/);
    assert.deepEqual(JSON.parse(answer.body), { validationResponse: 'c0de-"1"' });
    assert.equal(mail, undefined);
  }
});

test('a question of Event Grid without a code is nobody’s', () => {
  assert.equal(readFirst(request([{ ...question, data: null }])).by, 'nobody');
});

test('CloudEvents may ask with OPTIONS; the answer repeats the origin and never more than it', () => {
  const headers = {
    'webhook-request-origin': 'eventgrid.azure.net',
    'webhook-request-rate': '300',
    'webhook-request-callback': 'https://evil.example.org',
  };
  const { answer } = handshake(undefined, headers, 'OPTIONS');
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.headers, {
    allow: 'POST',
    'webhook-allowed-origin': 'eventgrid.azure.net',
    'webhook-allowed-rate': '300',
  });
  const odd = handshake(
    undefined,
    { 'webhook-request-origin': 'a.example', 'webhook-request-rate': 'a lot' },
    'OPTIONS',
  );
  assert.equal(odd.answer.headers['webhook-allowed-rate'], '120');
});

test('an origin that would end the header is not answered', () => {
  for (const origin of ['a\r\nset-cookie: x', '', '<a>', undefined]) {
    const headers: Record<string, string> = origin === undefined ? {} : { 'webhook-request-origin': origin };
    assert.equal(readFirst(request(undefined, headers, 'OPTIONS')).by, 'nobody');
  }
});

const arn = 'arn:aws:sns:eu-west-1:1:ops';
const confirm = {
  Type: 'SubscriptionConfirmation',
  MessageId: 'm',
  Token: 't',
  TopicArn: arn,
  Message: 'You have chosen',
  SubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t',
  Timestamp: '2026-01-02T03:04:05.000Z',
};

test('SNS is answered at once, and its link is mailed to be pressed', () => {
  const { answer, mail } = handshake(confirm, { 'x-amz-sns-message-type': 'SubscriptionConfirmation' });
  assert.equal(answer.status, 200);
  assert.equal(mail?.title, 'Confirm the subscription to the SNS topic ops');
  assert.deepEqual(mail.links, [{ label: 'Confirm the subscription', url: confirm.SubscribeURL }]);
  assert.match(mail.summary ?? '', /opened once/);
});

test('a link that does not lead to SNS is not mailed', () => {
  for (const url of [
    'https://sns.eu-west-1.amazonaws.com.evil.example/',
    'http://sns.eu-west-1.amazonaws.com/',
    'https://evil.example/?sns.eu-west-1.amazonaws.com',
    'https://sns.eu-west-1.amazonaws.com@evil.example/',
    null,
  ]) {
    const { mail } = handshake({ ...confirm, SubscribeURL: url });
    assert.deepEqual(mail?.links, []);
    assert.equal(mail?.severity, 'warning');
    assert.doesNotMatch(JSON.stringify(mail), /evil/);
  }
});

test('the end of a subscription is told, with the way back', () => {
  const { mail } = handshake({ ...confirm, Type: 'UnsubscribeConfirmation' });
  assert.equal(mail?.title, 'SNS topic ops has unsubscribed this hook');
  assert.equal(mail.links[0]?.label, 'Subscribe again');
});
