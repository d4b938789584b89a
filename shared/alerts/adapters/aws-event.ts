/**
 * What AWS publishes on topics and buses: CloudWatch alarms, and events in the shape of EventBridge (of which an alarm may be one).
 */
import { entry } from '../../platform/entry.ts';
import type { AlertState, Severity } from '../alert.ts';
import { firstSeverity } from '../severity.ts';
import { at, fields, first, has, list, nested, text } from '../sketch.ts';
import type { Fields, Sketch } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { linesOf } from '../value.ts';
import type { Line } from '../value.ts';
import { eventTone } from './cloud-event.ts';

const tones: Readonly<Record<string, readonly [AlertState, Severity]>> = {
  ALARM: ['firing', 'critical'],
  OK: ['resolved', 'ok'],
  INSUFFICIENT_DATA: ['firing', 'warning'],
};

function toneOf(state: string): readonly [AlertState, Severity] {
  return entry(tones, state) ?? ['info', 'unknown'];
}

/** The console page of an alarm, by its ARN: `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:name`. */
function alarmLink(arn: string): string {
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

function alarm(message: Fields): Sketch {
  const [state, severity] = toneOf(text(message['NewStateValue']));
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
      ...list(trigger['Dimensions']).map((part): Line => [text(at(part, 'name')), at(part, 'value')]),
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

interface Finding {
  readonly title: string;
  readonly state: AlertState;
  readonly severity: Severity;
}

/**
 * What GuardDuty, Inspector, Macie and Security Hub found. Their numbers go from 0 to 10 or to 100, or are words.
 * https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html
 */
function findingOf(detail: Fields): Finding {
  const found = list(detail['findings'])[0] ?? detail;
  const said =
    at(found, 'severity') ?? at(found, 'Severity', 'Label') ?? at(found, 'severity', 'description');
  const number = typeof said === 'number' ? said : Number.NaN;
  const scaled = number >= 9 ? 'critical' : number >= 7 ? 'error' : number >= 4 ? 'warning' : 'info';
  return {
    title: first(at(found, 'title'), at(found, 'Title'), at(found, 'type')),
    state: 'firing',
    severity: Number.isFinite(number) ? scaled : (firstSeverity(said, at(said, 'description')) ?? 'warning'),
  };
}

function busEvent(message: Fields): Sketch {
  const detail = fields(nested(message['detail']));
  const type = text(message['detail-type']);
  const alarmState = text(at(detail, 'state', 'value'));
  const alarmed = alarmState !== '' && Object.hasOwn(detail, 'alarmName');
  const named = toneOf(alarmState);
  const told = eventTone(text(detail['state']) || text(detail['status']) || type);
  const resource = text(list(message['resources'])[0]);
  const name = first(
    detail['alarmName'],
    detail['eventName'],
    detail['instance-id'],
    resource.split(/[/:]/).at(-1),
  );
  const time = timeOf(message['time']);
  const finding = /\b(?:finding|alert)s?\b/i.test(type) ? findingOf(detail) : undefined;
  return {
    title: alarmed
      ? name
      : [finding?.title || type, finding ? '' : name].filter((part) => part !== '').join(': '),
    state: alarmed ? named[0] : (finding?.state ?? told.state),
    severity: alarmed ? named[1] : (finding?.severity ?? told.severity),
    summary: first(at(detail, 'state', 'reason'), detail['message'], detail['description'], detail['title']),
    facts: [
      ...linesOf(detail),
      ['Source', message['source']],
      ['Resources', message['resources']],
      ['Region', message['region']],
      ['Account', message['account']],
    ],
    links: [['CloudWatch', alarmed ? alarmLink(resource) : '']],
    startedAt: time,
    endedAt: alarmed && named[0] === 'resolved' ? time : undefined,
    threadKey: alarmed ? resource : undefined,
  };
}

/** Reads what AWS services publish; undefined for anything else. */
export function awsEvent(message: Fields): Sketch | undefined {
  if (has(message, 'AlarmName', 'NewStateValue')) return alarm(message);
  return has(message, 'detail-type', 'source', 'detail') ? busEvent(message) : undefined;
}
