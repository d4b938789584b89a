/**
 * PagerDuty's webhooks, version 3 (one event), 2 and 1 (messages).
 * https://developer.pagerduty.com/docs/db0fa8c8984fc-overview
 */
import type { Adapter, Alert, AlertState } from '../alert.ts';
import { firstSeverity } from '../severity.ts';
import { at, drawn, fields, first, has, isFields, list, several, text } from '../sketch.ts';
import type { Fields } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { asWords, keyOf, pick } from '../value.ts';

const source = 'pagerduty';

/** Incidents by their events; what is not here (annotated, priority changed, …) leaves the incident as it is. */
const states: Readonly<Record<string, AlertState>> = {
  trigger: 'firing',
  triggered: 'firing',
  reopened: 'firing',
  unacknowledged: 'firing',
  unacknowledge: 'firing',
  escalated: 'firing',
  escalate: 'firing',
  acknowledged: 'acknowledged',
  acknowledge: 'acknowledged',
  delegated: 'acknowledged',
  resolved: 'resolved',
  resolve: 'resolved',
};

function names(value: unknown): string {
  return list(value)
    .map((item) => first(at(item, 'summary'), at(item, 'assignee', 'summary')))
    .filter((name) => name !== '')
    .join(', ');
}

function read(type: string, incident: Fields, occurred: unknown, agent: unknown, log = ''): Alert {
  const action = type.split('.').at(-1) ?? '';
  // Notes and status updates carry the incident below.
  const about = isFields(incident['incident']) ? incident['incident'] : incident;
  const state =
    type === 'pagey.ping' ? 'test' : type.startsWith('incident') ? (pick(states, action) ?? 'info') : 'info';
  const title = first(
    about['title'],
    about['summary'],
    incident['title'],
    incident['summary'],
    incident['message'],
    at(about, 'trigger_summary_data', 'subject'),
    at(about, 'trigger_summary_data', 'description'),
  );
  const urgency = text(about['urgency']);
  return drawn(source, {
    title: title || asWords(type.replaceAll('.', ' ')),
    state,
    severity:
      firstSeverity(at(about, 'priority', 'summary')) ??
      (urgency === 'high'
        ? 'critical'
        : urgency === 'low'
          ? 'warning'
          : state === 'firing'
            ? 'critical'
            : 'info'),
    summary: [
      first(incident['content'], incident['message'], at(about, 'body', 'details'), at(about, 'description')),
      log || (state === 'info' ? `${asWords(type.replaceAll('.', ' '))}.` : ''),
    ]
      .filter((part) => part !== '')
      .join('\n'),
    facts: [
      ['Service', first(at(about, 'service', 'summary'), at(about, 'service', 'name'))],
      ['Status', about['status']],
      ['Urgency', urgency],
      ['Priority', at(about, 'priority', 'summary')],
      [
        'Assigned to',
        names(about['assignees'] ?? about['assignments']) || at(about, 'assigned_to_user', 'name'),
      ],
      ['Teams', names(about['teams'])],
      ['Responder', first(at(incident, 'user', 'summary'))],
      ['Reply', incident === about ? '' : incident['state']],
      ['Workflow', at(incident, 'incident_workflow', 'summary')],
      ['Custom fields', list(incident['changed_field_names'])],
      ['Escalation policy', at(about, 'escalation_policy', 'summary')],
      ['By', first(at(agent, 'summary'), at(agent, 'name'))],
      ['Number', about['number'] ?? about['incident_number']],
      ['Resolve reason', about['resolve_reason']],
    ],
    links: [
      ['Incident', about['html_url']],
      ['Conference', first(incident['conference_url'], at(about, 'conference_bridge', 'conference_url'))],
    ],
    startedAt: timeOf(about['created_at']) ?? timeOf(occurred),
    endedAt: state === 'resolved' ? timeOf(occurred) : undefined,
    threadKey: first(about['id']) || undefined,
  });
}

/** Version 2 names the event `event`; version 1 names it `type`, and has the incident one level down. */
function isOld(message: unknown): boolean {
  return eventOf(message).startsWith('incident.') && isFields(incidentOf(message));
}

const eventOf = (message: unknown): string => text(at(message, 'event')) || text(at(message, 'type'));

const incidentOf = (message: unknown): unknown => at(message, 'incident') ?? at(message, 'data', 'incident');

export const pagerduty: Adapter = {
  name: source,
  label: 'PagerDuty',
  read({ value }) {
    const event = at(value, 'event');
    if (has(event, 'event_type', 'occurred_at') && isFields(event['data'])) {
      const alert = read(text(event['event_type']), event['data'], event['occurred_at'], event['agent']);
      return several([alert], { deliveryKey: first(event['id']) || undefined });
    }
    const messages = list(at(value, 'messages'));
    if (messages.length === 0 || !messages.every(isOld)) return undefined;
    const alerts = messages.map((message) =>
      read(
        eventOf(message),
        fields(incidentOf(message)),
        at(message, 'created_on'),
        at(incidentOf(message), 'resolved_by_user'),
        first(at(list(at(message, 'log_entries'))[0], 'summary')),
      ),
    );
    return several(alerts, {
      deliveryKey: keyOf(at(messages[0], 'id'), ...messages.map((message) => at(message, 'id'))),
    });
  },
};
