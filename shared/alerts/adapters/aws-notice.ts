/**
 * What services of AWS tell a topic in shapes of their own: SES about mail that it sent, RDS and its kin about databases, Auto Scaling
 * about instances. https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
 */
import { entry } from '../../platform/entry.ts';
import type { AlertState, Severity } from '../alert.ts';
import { at, fields, first, has, isFields, list, text } from '../sketch.ts';
import type { Fields, Sketch } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { tone } from '../tone.ts';
import { linesOf } from '../value.ts';

/** Of a notification, or of event publishing, which has more kinds: what is not here only counts. */
const mailTones: Readonly<Record<string, readonly [AlertState, Severity]>> = {
  Bounce: ['firing', 'error'],
  Complaint: ['firing', 'warning'],
  Reject: ['firing', 'error'],
  'Rendering Failure': ['firing', 'error'],
  RenderingFailure: ['firing', 'error'],
  DeliveryDelay: ['firing', 'warning'],
  Delivery: ['info', 'ok'],
};

function ofMail(message: Fields, kind: string): Sketch {
  const mail = fields(message['mail']);
  const key = `${kind.charAt(0).toLowerCase()}${kind.slice(1)}`;
  const told = fields(message[key] ?? message[key.replace('rendering F', 'f')] ?? message['failure']);
  const recipients = list(
    told['bouncedRecipients'] ??
      told['complainedRecipients'] ??
      told['delayedRecipients'] ??
      told['recipients'],
  );
  const addresses = recipients.map((one) => first(at(one, 'emailAddress'), one)).filter(Boolean);
  const to = addresses.length > 0 ? addresses : list(mail['destination']).map(text);
  const [state, severity] = entry(mailTones, kind) ?? ['info', 'info'];
  const transient = text(told['bounceType']) === 'Transient';
  return {
    title: `${kind}: ${to.slice(0, 3).join(', ')}${to.length > 3 ? `, and ${to.length - 3} more` : ''}`,
    state,
    severity: transient ? 'warning' : severity,
    summary: [
      ...recipients.map((one) => first(at(one, 'diagnosticCode'))),
      first(told['errorMessage'], told['reason'], told['smtpResponse']),
    ]
      .filter(Boolean)
      .join('\n'),
    facts: [
      [
        'Kind',
        [told['bounceType'], told['bounceSubType'], told['delayType'], told['complaintFeedbackType']]
          .map(text)
          .filter(Boolean)
          .join(', '),
      ],
      ['Recipients', to],
      ['From', mail['source']],
      ['Subject', at(mail, 'commonHeaders', 'subject')],
      ['Message id', mail['messageId']],
    ],
    startedAt: timeOf(told['timestamp']) ?? timeOf(mail['timestamp']),
  };
}

/** RDS, Redshift, ElastiCache and their kin: fields with blanks in their names. */
function ofSource(message: Fields): Sketch {
  const said = text(message['Event Message']);
  const id = first(message['Source ID'], message['SourceId']);
  const heard = tone(said);
  return {
    title: [id, said].filter(Boolean).join(': ') || 'RDS event',
    state: heard.state,
    severity: heard.state === 'info' ? 'info' : heard.severity,
    summary: said,
    facts: linesOf(message, 'Event Message', 'Identifier Link', 'Event ID'),
    links: [
      ['Console', message['Identifier Link']],
      ['About this event', message['Event ID']],
    ],
    startedAt: timeOf(message['Event Time']),
  };
}

function ofScaling(message: Fields): Sketch {
  const event = text(message['Event']).replace(/^autoscaling:/, '');
  const group = first(message['AutoScalingGroupName']);
  const failed = /error/i.test(event) || text(message['StatusCode']) === 'Failed';
  const tried = event === 'TEST_NOTIFICATION';
  return {
    title: [group, first(message['Description']) || event.replaceAll('_', ' ').toLowerCase()]
      .filter(Boolean)
      .join(': '),
    state: tried ? 'test' : failed ? 'firing' : 'info',
    severity: failed ? 'error' : 'info',
    summary: [first(message['Cause']), first(message['StatusMessage'])].filter(Boolean).join('\n'),
    facts: [['Event', event], ...linesOf(message, 'Event', 'Description', 'Cause', 'StatusMessage')],
    startedAt: timeOf(message['StartTime'] ?? message['Time']),
    endedAt: timeOf(message['EndTime']),
  };
}

/** Reads a notice of a service; undefined for anything else. */
export function notice(message: Fields): Sketch | undefined {
  const kind = first(message['notificationType'], message['eventType']);
  if (kind !== '' && isFields(message['mail']) && has(message['mail'], 'messageId'))
    return ofMail(message, kind);
  if (has(message, 'Event Source', 'Event Message')) return ofSource(message);
  const event = text(message['Event']);
  return event.startsWith('autoscaling:') && has(message, 'AutoScalingGroupName')
    ? ofScaling(message)
    : undefined;
}
