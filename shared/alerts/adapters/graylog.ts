/**
 * Graylog: events of version 3 and later, and the alert callbacks before. https://go2docs.graylog.org/current/interacting_with_your_log_data/notifications.html
 */
import type { Adapter, AlertGroup, Severity } from '../alert.ts';
import { at, fields, first, has, isFields, list, one, shown, text } from '../sketch.ts';
import type { Fields } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { keyOf, linesOf } from '../value.ts';
import type { Line } from '../value.ts';

const source = 'graylog';

/** Priorities of an event: low, normal, high, and critical since 6. */
const priorities: readonly Severity[] = ['unknown', 'info', 'warning', 'error', 'critical'];

/** The messages that led to an alert, the first few. */
function messages(value: unknown): readonly Line[] {
  return list(value)
    .slice(0, 5)
    .map((message): Line => [
      first(at(message, 'source')) || 'Message',
      first(at(message, 'message')) || shown(message),
    ]);
}

function event(body: Fields, about: Fields): AlertGroup {
  const definition = text(body['event_definition_id']);
  const description = first(body['event_definition_description']);
  const message = first(about['message']);
  const title = first(body['event_definition_title']) || message;
  return one(
    source,
    {
      title,
      state: definition === 'NotificationTestId' ? 'test' : about['alert'] === false ? 'info' : 'firing',
      severity: priorities[Number(text(about['priority']) || 0)] ?? 'unknown',
      summary: [message === title ? '' : message, /\w/.test(description) ? description : '']
        .filter((part) => part !== '')
        .join('\n\n'),
      facts: [
        ...linesOf(about['fields']),
        ...linesOf(about['group_by_fields'], ...Object.keys(fields(about['fields']))),
        ['Key', first(about['key']) || shown(about['key_tuple'])],
        ['Source', about['source']],
        ['Priority', about['priority']],
        ...messages(body['backlog']),
        ['Query', at(about, 'replay_info', 'query')],
      ],
      startedAt: timeOf(about['timestamp']),
      threadKey: keyOf(definition, about['key'], about['key_tuple']),
    },
    { deliveryKey: first(about['id']) || undefined },
  );
}

function callback(body: Fields, result: Fields): AlertGroup {
  const stream = first(at(body, 'stream', 'title'));
  const said = first(result['result_description']);
  const condition = first(at(result, 'triggered_condition', 'title'));
  return one(
    source,
    {
      title: condition || (stream === '' ? said : `Alert for stream ${stream}`),
      state: 'firing',
      severity: 'warning',
      summary: said,
      facts: [
        ['Stream', stream],
        ['Condition', at(result, 'triggered_condition', 'type')],
        ...linesOf(at(result, 'triggered_condition', 'parameters')),
        ...messages(result['matching_messages']),
      ],
      startedAt: timeOf(result['triggered_at']),
      threadKey: keyOf(at(body, 'stream', 'id'), at(result, 'triggered_condition', 'id')),
    },
    {
      deliveryKey: keyOf(
        result['triggered_at'],
        at(body, 'stream', 'id'),
        at(result, 'triggered_condition', 'id'),
      ),
    },
  );
}

export const graylog: Adapter = {
  name: source,
  label: 'Graylog',
  read({ value }) {
    if (has(value, 'event_definition_id') && isFields(value['event'])) return event(value, value['event']);
    const result = at(value, 'check_result');
    return isFields(value) && has(result, 'result_description') && isFields(value['stream'])
      ? callback(value, result)
      : undefined;
  },
};
