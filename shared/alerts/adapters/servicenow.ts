/**
 * ServiceNow: a record of a task table (incident, problem, change), as outbound REST messages send it by the columns' names.
 */
import type { Adapter, AlertState, Severity } from '../alert.ts';
import { at, fields, first, has, isFields, one } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { keyOf, known, pick, webLink } from '../value.ts';

const source = 'servicenow';

/** States of an incident by number, and by the words that a display value has. */
const states: Readonly<Record<string, AlertState>> = {
  '1': 'firing',
  new: 'firing',
  '2': 'acknowledged',
  'in progress': 'acknowledged',
  '3': 'acknowledged',
  'on hold': 'acknowledged',
  '6': 'resolved',
  resolved: 'resolved',
  '7': 'resolved',
  closed: 'resolved',
  '8': 'info',
  canceled: 'info',
};

const severities: readonly Severity[] = ['critical', 'error', 'warning', 'info', 'info'];

/** A column as text, or with its display value beside it. */
const column = (value: unknown) => first(at(value, 'display_value'), at(value, 'value'), value);

export const servicenow: Adapter = {
  name: source,
  label: 'ServiceNow',
  read({ value }) {
    const record = isFields(at(value, 'result')) ? fields(at(value, 'result')) : value;
    if (
      !has(record, 'number', 'short_description') ||
      known(
        record,
        'sys_id',
        'state',
        'incident_state',
        'priority',
        'assignment_group',
        'caller_id',
        'opened_at',
        'urgency',
      ) < 2
    )
      return undefined;
    const number = column(record['number']);
    const kind = /^(INC|PRB|CHG|TASK|RITM|REQ|SCTASK|CTASK|PTASK)\d{3,12}$/i.exec(number)?.[1]?.toUpperCase();
    if (kind === undefined) return undefined;
    const state = column(record['state'] ?? record['incident_state']);
    const priority = column(record['priority']);
    const digit = /^[1-5]/.exec(priority)?.[0];
    return one(
      source,
      {
        title: `${number}: ${column(record['short_description'])}`,
        state: kind === 'INC' ? (pick(states, state) ?? 'info') : 'info',
        severity: digit === undefined ? undefined : severities[Number(digit) - 1],
        summary: column(record['description']),
        facts: [
          ['State', state],
          ['Priority', priority],
          ['Configuration item', column(record['cmdb_ci'])],
          ['Service', column(record['business_service'])],
          ['Category', column(record['category'])],
          ['Assignment group', column(record['assignment_group'])],
          ['Assigned to', column(record['assigned_to'])],
          ['Caller', column(record['caller_id'])],
          ['Close notes', column(record['close_notes'])],
        ],
        links: [['Record', webLink(first(record['url'], record['link']))]],
        startedAt: timeOf(column(record['opened_at']) || column(record['sys_created_on'])),
        endedAt: timeOf(column(record['resolved_at']) || column(record['closed_at'])),
        threadKey: keyOf(number),
      },
      {
        deliveryKey:
          first(record['sys_updated_on'], record['sys_mod_count']) === ''
            ? undefined
            : keyOf(number, state, column(record['sys_updated_on']), column(record['sys_mod_count'])),
      },
    );
  },
};
