/**
 * Honeybadger: faults, uptime, check-ins, deploys. https://docs.honeybadger.io/guides/integrations/webhook/
 */
import type { Adapter, AlertState, Severity } from '../alert.ts';
import { at, fields, first, has, isFields, one, text } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { asWords, keyOf, pick } from '../value.ts';

const events: Readonly<Record<string, readonly [AlertState, Severity]>> = {
  occurred: ['firing', 'error'],
  unresolved: ['firing', 'error'],
  reopened: ['firing', 'error'],
  rate_exceeded: ['firing', 'critical'],
  down: ['firing', 'critical'],
  check_in_missing: ['firing', 'critical'],
  cert_will_expire: ['firing', 'warning'],
  alarm_alert: ['firing', 'error'],
  alarm_ok: ['resolved', 'ok'],
  volume_spike: ['firing', 'warning'],
  assigned: ['acknowledged', 'error'],
  resolved: ['resolved', 'ok'],
  up: ['resolved', 'ok'],
  check_in_reporting: ['resolved', 'ok'],
};

export const honeybadger: Adapter = {
  name: 'honeybadger',
  label: 'Honeybadger',
  read({ value }) {
    if (!has(value, 'event', 'message', 'project') || typeof value['event'] !== 'string') return undefined;
    const bodies = ['fault', 'notice', 'site', 'outage', 'check_in', 'deploy', 'alarm'];
    if (!has(value['project'], 'name') || !bodies.some((key) => isFields(value[key]))) return undefined;
    const event = value['event'];
    const [state, severity] = pick(events, event) ?? ['info', 'info'];
    const fault = fields(value['fault']);
    const checked = value['site'] ?? value['check_in'];
    const about = fault['id'] ?? at(checked, 'id') ?? at(value, 'alarm', 'id') ?? at(value, 'deploy', 'id');
    const time =
      timeOf(at(value, 'notice', 'created_at')) ??
      timeOf(fault['last_notice_at']) ??
      timeOf(at(value, 'outage', 'down_at'));
    const message = text(value['message']);
    return one(
      'honeybadger',
      {
        title: message || asWords(event),
        state,
        severity,
        summary: first(fault['message'], at(value, 'outage', 'reason')),
        facts: [
          ['Project', at(value, 'project', 'name')],
          ['Environment', first(fault['environment'], at(value, 'deploy', 'environment'))],
          ['Class', fault['klass']],
          [
            'Component',
            [fault['component'], fault['action']]
              .map(text)
              .filter((part) => part !== '')
              .join('#'),
          ],
          ['Times', fault['notices_count']],
          ['Request', at(value, 'notice', 'request', 'url')],
          ['Site', at(value, 'site', 'url')],
          ['Status', at(value, 'outage', 'status')],
          ['Check-in', at(value, 'check_in', 'name')],
          ['Assignee', first(at(fault, 'assignee', 'name'), at(fault, 'assignee', 'email'))],
          ['Event', asWords(event)],
        ],
        links: [
          ['Fault', fault['url']],
          ['Notice', at(value, 'notice', 'url')],
          ['Details', first(at(value, 'outage', 'details_url'), at(checked, 'details_url'))],
          ['Site', at(value, 'site', 'url')],
          ['Alarm', at(value, 'alarm', 'url')],
        ],
        startedAt: state === 'resolved' ? undefined : time,
        endedAt: state === 'resolved' ? timeOf(at(value, 'outage', 'up_at')) : undefined,
        threadKey:
          about == null ? undefined : keyOf(about, Object.keys(fault).length > 0 ? 'fault' : 'check'),
      },
      {
        deliveryKey:
          about == null
            ? undefined
            : keyOf(about, event, at(value, 'notice', 'id'), fault['notices_count'], time?.toISOString()),
      },
    );
  },
};
