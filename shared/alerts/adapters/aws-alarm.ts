/**
 * CloudWatch's alarms, of one metric, of several with mathematics, or of other alarms.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
 */
import { entry } from '../../platform/entry.ts';
import type { AlertState, Severity } from '../alert.ts';
import { at, fields, first, list, text } from '../sketch.ts';
import type { Fields, Sketch } from '../sketch.ts';
import { timeOf } from '../time.ts';
import type { Line } from '../value.ts';

const tones: Readonly<Record<string, readonly [AlertState, Severity]>> = {
  ALARM: ['firing', 'critical'],
  OK: ['resolved', 'ok'],
  INSUFFICIENT_DATA: ['firing', 'warning'],
};

/** State and severity of an alarm by its state. */
export function alarmTone(state: string): readonly [AlertState, Severity] {
  return entry(tones, state) ?? ['info', 'unknown'];
}

/** The console page of an alarm, by its ARN: `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:name`. */
export function alarmLink(arn: string): string {
  const match = /^arn:(aws|aws-cn|aws-us-gov):cloudwatch:([a-z0-9-]{1,30}):\d+:alarm:(.{1,255})$/.exec(arn);
  if (!match) return '';
  const [, partition, region = '', name = ''] = match;
  const host =
    partition === 'aws-cn'
      ? 'console.amazonaws.cn'
      : partition === 'aws-us-gov'
        ? 'console.amazonaws-us-gov.com'
        : `${region}.console.aws.amazon.com`;
  return `https://${host}/cloudwatch/home?region=${region}#alarmsV2:alarm/${encodeURIComponent(name.toWellFormed())}`;
}

/** Reads an alarm as CloudWatch publishes it on a topic. */
export function alarm(message: Fields): Sketch {
  const [state, severity] = alarmTone(text(message['NewStateValue']));
  const trigger = fields(message['Trigger']);
  const arn = text(message['AlarmArn']);
  const name = first(message['AlarmName']) || text(message['AlarmName']);
  const limit = text(trigger['Threshold']);
  const changed = timeOf(message['StateChangeTime']);
  return {
    title: name,
    state,
    severity,
    summary: [first(message['AlarmDescription']), text(message['NewStateReason'])]
      .filter((part) => part !== '')
      .join('\n\n'),
    facts: [
      [
        'Metric',
        [trigger['Namespace'], trigger['MetricName']]
          .map(text)
          .filter((part) => part !== '')
          .join(' · '),
      ],
      ...list(trigger['Dimensions']).map(dimension),
      ...list(trigger['Metrics']).flatMap(metric),
      [
        'Threshold',
        limit === ''
          ? ''
          : `${text(trigger['Statistic']).toLowerCase()} ${operator(text(trigger['ComparisonOperator']))} ${limit}`,
      ],
      ['Period', periods(trigger)],
      ['Rule', message['AlarmRule']],
      [
        'State',
        [message['OldStateValue'], message['NewStateValue']]
          .map(text)
          .filter((part) => part !== '')
          .join(' → '),
      ],
      ['Region', message['Region']],
      ['Account', message['AWSAccountId']],
    ],
    links: [['CloudWatch', alarmLink(arn)]],
    startedAt: changed,
    endedAt: state === 'resolved' ? changed : undefined,
    threadKey: arn || `${text(message['AWSAccountId'])} ${text(message['Region'])} ${name}`,
  };
}

/** Dimensions have small letters in messages of topics, and capitals in some of functions. */
const dimension = (part: unknown): Line => [
  first(at(part, 'name'), at(part, 'Name')),
  first(at(part, 'value'), at(part, 'Value')),
];

/** A part of metric mathematics: an expression, or a metric that one uses. */
function metric(part: unknown): readonly Line[] {
  const stat = at(part, 'MetricStat');
  const of = at(stat, 'Metric');
  const id = text(at(part, 'Id'));
  const named = [at(of, 'Namespace'), at(of, 'MetricName'), text(at(stat, 'Stat')).toLowerCase()];
  const what = first(at(part, 'Expression')) || named.map(text).filter(Boolean).join(' · ');
  return [
    [[first(at(part, 'Label')) || 'Metric', id === '' ? '' : `(${id})`].filter(Boolean).join(' '), what],
    ...list(at(of, 'Dimensions')).map(dimension),
  ];
}

function operator(name: string): string {
  const signs: readonly (readonly [string, string])[] = [
    ['GreaterThanOrEqualTo', '≥'],
    ['GreaterThan', '>'],
    ['LessThanOrEqualTo', '≤'],
    ['LessThan', '<'],
  ];
  return signs.find(([start]) => name.startsWith(start))?.[1] ?? name;
}

function periods(trigger: Fields): string {
  const seconds = text(trigger['Period']);
  const times = text(trigger['EvaluationPeriods']);
  return seconds === '' ? '' : `${seconds} s${times === '' || times === '1' ? '' : ` × ${times}`}`;
}
