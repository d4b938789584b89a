/**
 * Atlassian Statuspage (and Better Stack's status pages, which send the same): incidents with their updates, maintenance, components.
 * https://support.atlassian.com/statuspage/docs/enable-webhook-notifications/
 */
import type { Adapter, AlertGroup, AlertState, Severity } from '../alert.ts';
import { plainHtml } from '../markup.ts';
import { at, fields, first, isFields, list, one, text } from '../sketch.ts';
import type { Fields } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { asWords, keyOf, pick } from '../value.ts';

const source = 'statuspage';

const states: Readonly<Record<string, AlertState>> = {
  resolved: 'resolved',
  completed: 'resolved',
  postmortem: 'resolved',
  scheduled: 'info',
};

const impacts: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  major: 'error',
  minor: 'warning',
  maintenance: 'info',
  none: 'info',
};

const components: Readonly<Record<string, readonly [AlertState, Severity]>> = {
  operational: ['resolved', 'ok'],
  degraded_performance: ['firing', 'warning'],
  partial_outage: ['firing', 'error'],
  major_outage: ['firing', 'critical'],
  under_maintenance: ['info', 'info'],
};

function incident(body: Fields, about: Fields): AlertGroup {
  const [update] = list(about['incident_updates'] ?? about['maintenance_updates']);
  const status = first(about['status'], at(update, 'status'));
  const state = pick(states, status) ?? 'firing';
  const affected = list(about['components']).map(
    (part) => `${text(at(part, 'name'))}: ${asWords(text(at(part, 'status')))}`,
  );
  return one(
    source,
    {
      title: first(about['name']),
      state,
      severity: pick(impacts, about['impact']) ?? 'unknown',
      summary: plainHtml(
        (status === 'postmortem'
          ? first(about['postmortem_body'], at(update, 'body'))
          : first(at(update, 'body'), about['postmortem_body'])
        ).slice(0, 20_000),
      ).text,
      facts: [
        ['Status', asWords(status)],
        ['Impact', about['impact']],
        ['Components', affected.join('\n')],
        [
          'Scheduled',
          [about['scheduled_for'], about['scheduled_until']]
            .map(text)
            .filter((part) => part !== '')
            .join(' to '),
        ],
        ['Page', at(body, 'page', 'status_description')],
      ],
      links: [
        ['Incident', first(about['shortlink'], about['url'])],
        ['Unsubscribe', at(body, 'meta', 'unsubscribe')],
      ],
      startedAt: timeOf(about['started_at']) ?? timeOf(about['created_at']),
      endedAt: state === 'resolved' ? timeOf(about['resolved_at']) : undefined,
      threadKey: keyOf(about['id'], at(body, 'page', 'id')),
    },
    { deliveryKey: keyOf(about['id'], status, at(update, 'id'), about['updated_at']) },
  );
}

function component(body: Fields, change: Fields): AlertGroup {
  const about = fields(body['component']);
  const status = first(change['new_status'], about['status']);
  const [state, severity] = pick(components, status) ?? ['info', 'unknown'];
  const name = first(about['name']) || 'Component';
  const time = timeOf(change['created_at']);
  return one(
    source,
    {
      title: `${name}: ${asWords(status).toLowerCase()}`,
      state,
      severity,
      summary: `${name} went from ${asWords(text(change['old_status'])).toLowerCase()} to ${asWords(status).toLowerCase()}.`,
      facts: [['Page', at(body, 'page', 'status_description')]],
      links: [['Unsubscribe', at(body, 'meta', 'unsubscribe')]],
      startedAt: state === 'resolved' ? undefined : time,
      endedAt: state === 'resolved' ? time : undefined,
      threadKey: keyOf(first(change['component_id'], about['id']), 'component'),
    },
    { deliveryKey: first(change['id']) === '' ? undefined : keyOf(change['id'], 'component') },
  );
}

export const statuspage: Adapter = {
  name: source,
  label: 'Statuspage',
  read({ value }) {
    if (!isFields(value) || !isFields(value['page'])) return undefined;
    const change = value['component_update'];
    if (isFields(change)) return component(value, change);
    const about = value['incident'] ?? value['maintenance'];
    const own = ['shortlink', 'incident_updates', 'maintenance_updates', 'impact'];
    return isFields(about) && own.some((key) => Object.hasOwn(about, key))
      ? incident(value, about)
      : undefined;
  },
};
