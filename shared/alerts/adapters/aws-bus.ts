/**
 * Events of EventBridge, which nearly all services of AWS send. Each has a shape of its own below `detail`; what they have in common is how
 * they name the thing and how they say that it went wrong. https://docs.aws.amazon.com/eventbridge/latest/ref/events.html
 */
import { entry } from '../../platform/entry.ts';
import type { AlertState, Severity } from '../alert.ts';
import { firstSeverity } from '../severity.ts';
import { at, fields, first, list, nested, text } from '../sketch.ts';
import type { Fields, Sketch } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { linesOf } from '../value.ts';
import { alarmLink, alarmTone } from './aws-alarm.ts';
import { eventTone } from './cloud-event.ts';

interface Tone {
  readonly state: AlertState;
  readonly severity: Severity;
}

interface Finding extends Tone {
  readonly title: string;
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

/** Where services name what an event is about, the most telling first. */
const names =
  'alarmName project-name pipeline AutoScalingGroupName application repository-name repositoryName jobName functionName stateMachineArn clusterArn db-instance-identifier SourceIdentifier backupVaultName configRuleName check-name resourceId eventTypeCode instance-id eventName name'.split(
    ' ',
  );

/** The end of an ARN, or the name as it is. */
const ended = (name: string): string => name.split(/[/:]/).at(-1) ?? name;

function nameOf(detail: Fields, resource: string): string {
  const named = first(...names.map((key) => detail[key]));
  const object = [first(at(detail, 'bucket', 'name')), first(at(detail, 'object', 'key'))].filter(Boolean);
  return named === '' ? object.join('/') || ended(resource) : named.startsWith('arn:') ? ended(named) : named;
}

/** Where services say how it went. */
const outcomes =
  'state status build-status job-status StatusCode statusCode completed-phase-status scan-status jobRunState'.split(
    ' ',
  );

const well: Tone = { state: 'info', severity: 'ok' };
const broken: Tone = { state: 'firing', severity: 'error' };
const doubtful: Tone = { state: 'firing', severity: 'warning' };

/** Config: an evaluation of a rule. */
const compliance: Readonly<Record<string, Tone>> = {
  NON_COMPLIANT: doubtful,
  COMPLIANT: { state: 'resolved', severity: 'ok' },
};

function toneOf(type: string, detail: Fields): Tone {
  const evaluated = entry(compliance, text(at(detail, 'newEvaluationResult', 'complianceType')));
  if (evaluated !== undefined) return evaluated;
  const category = text(detail['eventTypeCategory']);
  const outcome = first(...outcomes.map((key) => detail[key]));
  // Health: an issue lasts until it is closed, all else is announced.
  if (category === 'issue')
    return outcome === 'closed'
      ? { state: 'resolved', severity: 'ok' }
      : { state: 'firing', severity: 'error' };
  if (/unsuccessful|fail|time[d_]*out|abort|fault|error$/i.test(outcome) || /unsuccessful$/i.test(type))
    return broken;
  // A task of ECS that did not stop because somebody wanted it to.
  if (/^(?:TaskFailedToStart|EssentialContainerExited)$/.test(text(detail['stopCode']))) return broken;
  if (/^warn/i.test(outcome)) return doubtful;
  if (/^(?:succe(?:ss|eded)|successful|passed)$/i.test(outcome)) return well;
  const heard = eventTone(outcome || type);
  return heard.state === 'firing' ? heard : eventTone(type);
}

/** Reads an event of a bus. */
export function busEvent(message: Fields): Sketch {
  const detail = fields(nested(message['detail']));
  const type = text(message['detail-type']);
  const alarmState = text(at(detail, 'state', 'value'));
  const alarmed = alarmState !== '' && Object.hasOwn(detail, 'alarmName');
  const [alarmingState, alarmingSeverity] = alarmTone(alarmState);
  const told = toneOf(type, detail);
  const resource = text(list(message['resources'])[0]);
  const name = nameOf(detail, resource);
  const time = timeOf(message['time']);
  const finding = /\b(?:finding|alert)s?\b/i.test(type) ? findingOf(detail) : undefined;
  const found = list(detail['findings'])[0];
  const state = alarmed ? alarmingState : (finding?.state ?? told.state);
  return {
    title: alarmed
      ? name
      : [finding?.title || type, finding ? '' : name].filter((part) => part !== '').join(': '),
    state,
    severity: alarmed ? alarmingSeverity : (finding?.severity ?? told.severity),
    summary: first(
      at(detail, 'state', 'reason'),
      detail['StatusMessage'],
      detail['stoppedReason'],
      detail['message'],
      detail['Message'],
      detail['description'],
      at(found, 'description'),
      at(found, 'Description'),
      at(list(detail['eventDescription'])[0], 'latestDescription'),
      at(detail, 'newEvaluationResult', 'annotation'),
      detail['title'],
    ),
    facts: [
      ...linesOf(detail),
      ['Source', message['source']],
      ['Resources', message['resources']],
      ['Region', message['region']],
      ['Account', message['account']],
    ],
    links: [
      ['CloudWatch', alarmed ? alarmLink(resource) : ''],
      ['Log', at(detail, 'additional-information', 'logs', 'deep-link')],
    ],
    startedAt: time,
    endedAt: state === 'resolved' ? time : undefined,
    threadKey: alarmed ? resource : undefined,
  };
}
