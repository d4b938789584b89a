/**
 * Sentry: errors, issues, issue alerts, metric alerts and comments of the integration platform, and the older webhook plugin.
 * https://docs.sentry.io/organization/integrations/integration-platform/webhooks/
 */
import type { Adapter, AlertGroup, AlertState } from '../alert.ts';
import { firstSeverity } from '../severity.ts';
import { at, fields, first, has, isFields, list, one, text } from '../sketch.ts';
import type { Fields } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { keyOf, linesOf, pick } from '../value.ts';
import type { Line } from '../value.ts';

const source = 'sentry';

const actions: Readonly<Record<string, AlertState>> = {
  created: 'firing',
  triggered: 'firing',
  critical: 'firing',
  warning: 'firing',
  unresolved: 'firing',
  open: 'firing',
  resolved: 'resolved',
  archived: 'acknowledged',
  ignored: 'acknowledged',
  assigned: 'acknowledged',
};

/** `[["browser", "Chrome"], …]`, or objects with key and value. */
function tags(value: unknown): readonly Line[] {
  return list(value).map((tag): Line =>
    Array.isArray(tag) ? [text(tag[0]), tag[1]] : [text(at(tag, 'key')), at(tag, 'value')],
  );
}

/** An error or the event that set off an issue alert. */
function event(body: Fields, error: Fields, rule: string): AlertGroup {
  const { type, value } = fields(error['metadata']);
  const title = first(
    error['title'],
    [type, value]
      .map(text)
      .filter((part) => part !== '')
      .join(': '),
    error['message'],
  );
  return one(
    source,
    {
      title,
      state: 'firing',
      severity: firstSeverity(error['level']) ?? 'error',
      summary: [first(error['culprit']), first(error['message'])]
        .filter((part) => part !== '' && part !== title)
        .join('\n'),
      facts: [
        ['Rule', rule],
        ['Project', first(error['project_name'], error['project_slug'], error['project'])],
        ['Location', error['location']],
        ['Release', error['release']],
        ['Environment', error['environment']],
        ...tags(error['tags']),
      ],
      links: [
        ['Event', error['web_url']],
        ['Issue', error['issue_url']],
        ['Rule', at(body, 'data', 'issue_alert', 'web_url')],
      ],
      startedAt: timeOf(error['datetime']) ?? timeOf(error['timestamp']),
      threadKey: keyOf(error['issue_id'], 'issue'),
    },
    { deliveryKey: keyOf(error['event_id'], rule) },
  );
}

function issue(body: Fields, data: Fields): AlertGroup {
  const about = fields(data['issue']);
  const action = text(body['action']);
  const state = pick(actions, action) ?? 'info';
  const assigned = first(at(about, 'assignedTo', 'name'), at(about, 'assignedTo', 'email'));
  return one(
    source,
    {
      title: first(about['title'], about['culprit']),
      state,
      severity: firstSeverity(about['level']) ?? 'error',
      summary: [
        first(about['culprit']),
        state === 'firing' && action !== 'unresolved' ? '' : `The issue was ${action}.`,
      ]
        .filter((part) => part !== '')
        .join('\n'),
      facts: [
        ['Project', first(at(about, 'project', 'name'), at(about, 'project', 'slug'))],
        ['Issue', about['shortId']],
        ['Events', about['count']],
        ['Users', about['userCount']],
        ['Assigned to', assigned],
        ['By', first(at(body, 'actor', 'name'))],
        ['Platform', about['platform']],
      ],
      links: [['Issue', first(about['web_url'], about['permalink'], about['url'])]],
      startedAt: timeOf(about['firstSeen']),
      threadKey: keyOf(about['id'], 'issue'),
    },
    { deliveryKey: keyOf(about['id'], 'issue', action, about['lastSeen'], about['count'], assigned) },
  );
}

function metricAlert(body: Fields, data: Fields): AlertGroup {
  const alert = fields(data['metric_alert']);
  const action = text(body['action']);
  const state = pick(actions, action) ?? 'firing';
  return one(
    source,
    {
      title: first(at(alert, 'alert_rule', 'name'), data['description_title'], alert['title']),
      state,
      severity: firstSeverity(action) ?? 'unknown',
      summary: text(data['description_text']).replaceAll('\\n', '\n'),
      facts: [
        ['Projects', alert['projects']],
        ['Aggregate', at(alert, 'alert_rule', 'aggregate')],
        ['Query', at(alert, 'alert_rule', 'query')],
        [
          'Window',
          first(at(alert, 'alert_rule', 'time_window')) &&
            `${text(at(alert, 'alert_rule', 'time_window'))} min`,
        ],
        ['Environment', at(alert, 'alert_rule', 'environment')],
      ],
      links: [['Alert', data['web_url']]],
      startedAt: timeOf(alert['date_started']),
      endedAt: state === 'resolved' ? timeOf(alert['date_closed']) : undefined,
      threadKey: keyOf(alert['id'], 'metric', alert['organization_id']),
    },
    { deliveryKey: keyOf(alert['id'], 'metric', alert['organization_id'], action, alert['date_closed']) },
  );
}

/** The webhook plugin of old: everything on the top level, the event below. */
function plugin(body: Fields): AlertGroup {
  const about = fields(body['event']);
  return one(
    source,
    {
      title: first(about['title'], at(about, 'metadata', 'title'), body['message'], body['culprit']),
      state: 'firing',
      severity: firstSeverity(body['level']) ?? 'error',
      summary: first(body['culprit'], body['message']),
      facts: [
        ['Project', first(body['project_name'], body['project'])],
        ['Logger', body['logger']],
        ['Rules', body['triggering_rules']],
        ['Environment', about['environment']],
        ...tags(about['tags']),
      ],
      links: [['Issue', body['url']]],
      startedAt: timeOf(about['timestamp']) ?? timeOf(about['received']),
      threadKey: keyOf(body['id'], 'issue'),
    },
    { deliveryKey: first(about['event_id'], about['id']) || undefined },
  );
}

export const sentry: Adapter = {
  name: source,
  label: 'Sentry',
  read({ header, value }) {
    if (!isFields(value)) return undefined;
    const data = value['data'];
    if (!isFields(data) || typeof value['action'] !== 'string') {
      return has(value, 'project', 'culprit', 'url') && isFields(value['event']) ? plugin(value) : undefined;
    }
    const resource = header('sentry-hook-resource');
    if (resource === undefined && !has(value['installation'], 'uuid') && !has(value['actor'], 'type', 'id'))
      return undefined;
    if (isFields(data['error'])) return event(value, data['error'], '');
    if (isFields(data['event'])) return event(value, data['event'], text(data['triggered_rule']));
    if (isFields(data['metric_alert'])) return metricAlert(value, data);
    if (isFields(data['issue'])) return issue(value, data);
    if (resource === undefined) return undefined;
    const what = `${resource} ${text(value['action'])}`.replaceAll('_', ' ');
    return one(
      source,
      {
        title: `Sentry: ${what}`,
        state: 'info',
        severity: 'info',
        summary: first(
          data['comment'],
          at(data, 'root_cause', 'description'),
          at(data, 'solution', 'description'),
          at(list(data['changes'])[0], 'title'),
        ),
        facts: [
          ['Project', data['project_slug']],
          ['Issue', first(data['issue_id'], data['group_id'])],
          ['By', at(value, 'actor', 'name')],
          ...linesOf(
            data,
            'comment',
            'project_slug',
            'issue_id',
            'group_id',
            'comment_id',
            'timestamp',
            'installation',
          ),
          ...linesOf(data['installation'], 'code', 'uuid'),
        ],
        links: list(data['pull_requests']).map((pull) => [
          first(at(pull, 'repo_name')) || 'Pull request',
          at(pull, 'pull_request', 'pr_url'),
        ]),
        startedAt: timeOf(data['timestamp']),
        threadKey: keyOf(first(data['issue_id'], data['group_id']), 'issue'),
      },
      { deliveryKey: header('request-id') },
    );
  },
};
