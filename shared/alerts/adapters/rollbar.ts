/**
 * Rollbar: items that are new, came back or were resolved, occurrences, deploys. https://docs.rollbar.com/docs/webhooks
 */
import type { Adapter, AlertState, Severity } from '../alert.ts';
import { firstSeverity } from '../severity.ts';
import { at, fields, first, has, isFields, one, text } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { asWords, keyOf, pick } from '../value.ts';

const events: Readonly<Record<string, AlertState>> = {
  new_item: 'firing',
  reactivated_item: 'firing',
  reopened_item: 'firing',
  occurrence: 'firing',
  exp_repeat_item: 'firing',
  item_velocity: 'firing',
  resolved_item: 'resolved',
  assigned_item: 'acknowledged',
  test: 'test',
};

/** Levels as numbers: debug, info, warning, error, critical. */
const levels: Readonly<Record<string, Severity>> = {
  '10': 'info',
  '20': 'info',
  '30': 'warning',
  '40': 'error',
  '50': 'critical',
};

export const rollbar: Adapter = {
  name: 'rollbar',
  label: 'Rollbar',
  read({ value }) {
    const data = at(value, 'data');
    if (!has(value, 'event_name') || !isFields(data)) return undefined;
    const event = text(value['event_name']);
    if (
      pick(events, event) === undefined &&
      !['item', 'occurrence', 'deploy'].some((key) => isFields(data[key]))
    )
      return undefined;
    const item = fields(data['item']);
    const occurrence = fields(data['occurrence'] ?? item['last_occurrence']);
    const state = pick(events, event) ?? 'info';
    const level = first(item['level'], occurrence['level']);
    const deploy = fields(data['deploy']);
    const time =
      timeOf(occurrence['timestamp']) ??
      timeOf(item['last_occurrence_timestamp'] ?? item['last_activated_timestamp']);
    const comment = first(deploy['comment'], data['message']);
    return one(
      'rollbar',
      {
        title:
          first(item['title'], at(occurrence, 'body', 'message', 'body'), data['message']) || asWords(event),
        state,
        severity:
          state === 'info' || state === 'test'
            ? 'info'
            : (pick(levels, level) ?? firstSeverity(level) ?? 'error'),
        summary: first(
          at(occurrence, 'body', 'trace', 'exception', 'message'),
          at(occurrence, 'body', 'message', 'body'),
          comment,
        ),
        facts: [
          ['Environment', first(item['environment'], occurrence['environment'], deploy['environment'])],
          ['Level', level],
          ['Occurrences', first(item['total_occurrences'], at(data, 'occurrences'))],
          ['Host', at(occurrence, 'server', 'host')],
          ['Request', at(occurrence, 'request', 'url')],
          ['Framework', occurrence['framework']],
          ['Revision', deploy['revision']],
          ['Item', item['counter']],
          ['Event', asWords(event)],
        ],
        links: [['Item', first(data['url'], item['url'])]],
        startedAt: state === 'resolved' ? undefined : time,
        threadKey: item['id'] == null ? undefined : keyOf(item['id'], item['project_id']),
      },
      {
        deliveryKey:
          item['id'] == null
            ? undefined
            : keyOf(
                item['id'],
                event,
                occurrence['id'] ?? item['last_occurrence_id'],
                item['total_occurrences'],
              ),
      },
    );
  },
};
