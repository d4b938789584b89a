/**
 * Netdata: alerts and reachability of its Cloud, and the fields that its agent hands to a custom sender.
 * https://learn.netdata.cloud/docs/alerting/notifications/centralized-cloud-notifications/webhook
 */
import type { Adapter, AlertGroup, AlertState, Severity } from '../alert.ts';
import { at, first, has, isFields, one, text } from '../sketch.ts';
import type { Fields } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { keyOf, known, linesOf, pick } from '../value.ts';

const source = 'netdata';

const tones: Readonly<Record<string, readonly [AlertState, Severity]>> = {
  critical: ['firing', 'critical'],
  warning: ['firing', 'warning'],
  clear: ['resolved', 'ok'],
  info: ['info', 'info'],
  removed: ['info', 'info'],
  undefined: ['info', 'unknown'],
};

function alarm(body: Fields): AlertGroup {
  const name = first(body['alert'], body['alarm'], body['name']);
  const [state, severity] = pick(tones, body['severity'] ?? body['status']) ?? ['info', 'unknown'];
  const host = first(body['host'], body['node'], at(body, 'node', 'hostname'), body['hostname']);
  const time = timeOf(body['date'] ?? body['when']);
  const message = first(body['message']);
  const told = [
    'message',
    'alert',
    'alarm',
    'name',
    'severity',
    'status',
    'info',
    'alert_url',
    'alarm_url',
    'goto_url',
    'date',
    'when',
    'host',
    'node',
    'hostname',
    'value',
    'value_string',
  ];
  return one(
    source,
    {
      title: host === '' || message.includes(host) ? message || name : `${message || name} on ${host}`,
      state,
      severity,
      summary: first(body['info']),
      facts: [
        ['Alert', name],
        ['Value', first(body['value_string'], body['value'])],
        ['Node', host],
        ['Chart', body['chart']],
        ['Context', body['context']],
        ...linesOf(body, 'chart', 'context', ...told),
      ],
      links: [['Netdata', first(body['alert_url'], body['alarm_url'], body['goto_url'])]],
      startedAt: state === 'resolved' ? undefined : time,
      endedAt: state === 'resolved' ? time : undefined,
      threadKey: keyOf(name, body['space'], host, body['chart']),
    },
    {
      deliveryKey:
        time === undefined
          ? undefined
          : keyOf(
              time.toISOString(),
              body['space'],
              host,
              body['chart'],
              name,
              body['severity'] ?? body['status'],
            ),
    },
  );
}

function reachability(body: Fields): AlertGroup {
  const up = at(body, 'status', 'reachable') === true || text(at(body, 'status', 'reachable')) === 'true';
  const host = text(body['host']);
  return one(source, {
    title: first(body['message']) || `${host} ${text(at(body, 'status', 'text'))}`,
    state: up ? 'resolved' : 'firing',
    severity: up ? 'ok' : (pick(tones, body['severity'])?.[1] ?? 'critical'),
    facts: [
      ['Node', host],
      ['Status', at(body, 'status', 'text')],
      ...linesOf(body, 'message', 'host', 'url', 'status', 'severity'),
    ],
    links: [['Netdata', body['url']]],
    threadKey: keyOf(host, 'reachability'),
  });
}

export const netdata: Adapter = {
  name: source,
  label: 'Netdata',
  read({ value }) {
    if (!isFields(value)) return undefined;
    if (has(value, 'host', 'message') && has(value['status'], 'reachable')) return reachability(value);
    const named = known(value, 'alert', 'alarm') > 0 && known(value, 'chart', 'context') > 0;
    if (
      named &&
      typeof value['severity'] === 'string' &&
      known(value, 'space', 'alert_url', 'alarm_url', 'info', 'additional_active_critical_alerts', 'class') >=
        2
    )
      return alarm(value);
    const agent =
      known(value, 'chart', 'status', 'name') === 3 &&
      known(value, 'value_string', 'old_status', 'goto_url', 'alarm_id', 'unique_id', 'calc_expression') >= 2;
    return agent ? alarm(value) : undefined;
  },
};
