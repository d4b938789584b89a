/**
 * Amazon SNS over HTTP(S): JSON in an envelope of JSON, sent as text/plain; the subscription has to be confirmed first.
 *
 * A confirmation is never made on a body's word: its link is mailed to the owner, and only when it leads to SNS.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-http-https-endpoint-as-subscriber.html
 */
import type { Adapter, Alert, AlertGroup, Handshake, HookRequest } from '../alert.ts';
import { readGeneric } from '../generic.ts';
import { drawn, first, has, isFields, nested, one, several, text } from '../sketch.ts';
import type { Fields } from '../sketch.ts';
import { isSnsAddress } from '../sns-signature.ts';
import { timeOf } from '../time.ts';
import { keyOf } from '../value.ts';
import { awsEvent } from './aws-event.ts';

const source = 'aws-sns';

const topicName = (arn: string) => arn.split(':').at(-1) ?? arn;

/** SNS waits for somebody to visit the link of the body. */
function confirmation(message: Fields): Handshake {
  const arn = text(message['TopicArn']);
  const topic = topicName(arn);
  const link = text(message['SubscribeURL']);
  const genuine = isSnsAddress(link);
  const ended = message['Type'] === 'UnsubscribeConfirmation';
  const press = ended
    ? `The topic ${topic} will send nothing more to this hook. If that was not meant, open the link: it subscribes the hook again.`
    : `Somebody subscribed this hook to the topic ${topic}. SNS sends nothing until the link below has been opened once. Open it only if you know the topic; it works for three days.`;
  const wary =
    'The link in the request does not lead to Amazon SNS, so it is left out. Confirm the subscription in the AWS console, if you know the topic.';
  const mail = drawn(source, {
    title: ended
      ? `SNS topic ${topic} has unsubscribed this hook`
      : `Confirm the subscription to the SNS topic ${topic}`,
    state: 'info',
    severity: genuine ? 'info' : 'warning',
    summary: genuine ? press : wary,
    facts: [
      ['Topic', arn],
      ['Message id', message['MessageId']],
    ],
    links: genuine ? [[ended ? 'Subscribe again' : 'Confirm the subscription', link]] : [],
    startedAt: timeOf(message['Timestamp']),
  });
  return { kind: 'handshake', answer: { status: 200, headers: {}, body: '' }, mail };
}

/** What was published: an alarm, an event, or anything at all, which is read as it would be without the envelope. */
function published(request: HookRequest, message: unknown, subject: string, arn: string): Alert {
  const inner = nested(message);
  const known = isFields(inner) ? awsEvent(inner) : undefined;
  const topic: readonly [string, unknown] = ['Topic', arn];
  if (known !== undefined) return drawn(source, { ...known, facts: [...(known.facts ?? []), topic] });
  const value = typeof inner === 'object' && inner !== null ? inner : undefined;
  const words = value === undefined ? text(inner) || text(message) : JSON.stringify(value);
  if (words === '' && subject === '')
    return drawn(source, { title: topicName(arn), severity: 'info', facts: [topic] });
  const read = (title: string) =>
    readGeneric({
      ...request,
      header: (name) => (name === 'title' && title !== '' ? title : undefined),
      query: new URLSearchParams(),
      mediaType: value === undefined ? 'text/plain' : 'application/json',
      value,
      text: words,
      files: [],
    }).alerts[0] ?? drawn(source, { title: title || topicName(arn), summary: words });
  const whole = read(subject);
  // Below a subject that says nothing of it, a text may say that something is wrong; fields are read whatever the subject is.
  const { state, severity } =
    value === undefined && whole.state === 'info' && subject !== '' && words !== '' ? read('') : whole;
  const alert = { ...whole, state, severity };
  return {
    ...alert,
    source,
    severity: alert.severity === 'unknown' && alert.state === 'info' ? 'info' : alert.severity,
    facts: [...alert.facts, { name: 'Topic', value: arn }],
  };
}

function notification(request: HookRequest, message: Fields, id: string): AlertGroup {
  const arn = text(message['TopicArn']);
  const alert = published(request, message['Message'], first(message['Subject']), arn);
  const time = alert.startedAt ?? timeOf(message['Timestamp']);
  return several([time === undefined ? alert : { ...alert, startedAt: time }], { deliveryKey: id });
}

/** A subscription with raw message delivery: no envelope, all else in headers. */
function raw(request: HookRequest): AlertGroup | undefined {
  const { header, value, text: body } = request;
  const arn = header('x-amz-sns-topic-arn');
  if (arn === undefined || header('x-amz-sns-message-type') !== 'Notification') return undefined;
  return several([published(request, value ?? body, header('x-amz-sns-subject') ?? '', arn)], {
    deliveryKey: header('x-amz-sns-message-id'),
  });
}

export const awsSns: Adapter = {
  name: source,
  label: 'Amazon SNS and CloudWatch',
  read(request) {
    const { header, value } = request;
    if (!isFields(value) || !has(value, 'Type', 'TopicArn')) {
      // From EventBridge, or an alarm that a function or raw delivery hands on.
      const direct = isFields(value) ? awsEvent(value) : undefined;
      return direct === undefined
        ? raw(request)
        : one(source, direct, {
            deliveryKey: isFields(value) ? keyOf(value['id'], value['source']) : undefined,
          });
    }
    const id = header('x-amz-sns-message-id') ?? text(value['MessageId']);
    switch (value['Type']) {
      case 'Notification':
        return notification(request, value, id);
      case 'SubscriptionConfirmation':
      case 'UnsubscribeConfirmation':
        return confirmation(value);
      default:
        return undefined;
    }
  },
};
