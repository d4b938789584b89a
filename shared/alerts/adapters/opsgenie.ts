/**
 * Opsgenie's webhooks, and those of Jira Service Management's operations, which have the same form. Some times are nanoseconds beyond
 * what a double holds: they are never shown. https://support.atlassian.com/opsgenie/docs/opsgenie-edge-connector-alert-action-data/
 */
import type { Adapter, AlertState, Severity } from '../alert.ts';
import { at, first, has, isFields, list, one, shown, text } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { asWords, keyOf, linesOf, pick } from '../value.ts';

const source = 'opsgenie';

const states: Readonly<Record<string, AlertState>> = {
  create: 'firing',
  escalate: 'firing',
  escalatenext: 'firing',
  unacknowledge: 'firing',
  unsnooze: 'firing',
  acknowledge: 'acknowledged',
  assignownership: 'acknowledged',
  takeownership: 'acknowledged',
  snooze: 'acknowledged',
  close: 'resolved',
  delete: 'resolved',
};

/** P1 to P5, or the number alone. */
const priorities: readonly Severity[] = ['critical', 'error', 'warning', 'info', 'info'];

export const opsgenie: Adapter = {
  name: source,
  label: 'Opsgenie, Jira Service Management',
  read({ value }) {
    const alert = at(value, 'alert');
    if (!has(value, 'action') || !has(alert, 'alertId')) return undefined;
    const action = text(value['action']);
    const state = pick(states, action) ?? 'info';
    const priority = /^p?([1-5])$/i.exec(text(alert['priority']))?.[1];
    const said = first(alert['note']);
    return one(
      source,
      {
        title:
          first(alert['message'], alert['alias']) ||
          [asWords(action), first(value['escalationName'])].filter(Boolean).join(': '),
        state,
        severity: priority === undefined ? undefined : priorities[Number(priority) - 1],
        summary: [
          first(alert['description']),
          said === '' ? '' : `Note: ${said}`,
          state === 'info' ? asWords(action) : '',
        ]
          .filter((part) => part !== '')
          .join('\n\n'),
        facts: [
          ['Action', state === 'info' || /^(?:escalate|snooze)/i.test(action) ? action : ''],
          ['Escalation', value['escalationName']],
          ['Notifies', first(at(value, 'escalationNotify', 'name'))],
          ['Recipient', value['recipient'] ?? alert['recipient']],
          ['Entity', alert['entity']],
          ['Source', alert['source']],
          [
            'Priority',
            priority === undefined
              ? ''
              : `P${priority}${first(alert['oldPriority']) === '' ? '' : ` (was ${first(alert['oldPriority'])})`}`,
          ],
          ['Added', alert['addedTags']],
          ['Removed', alert['removedTags']],
          ['Tags', alert['tags']],
          ...(isFields(alert['details']) ? linesOf(alert['details']) : []),
          ['Owner', alert['owner']],
          [
            'Teams',
            list(alert['teams'])
              .map((team) => first(team, at(team, 'name')))
              .join(', ') || shown(at(alert, 'team')),
          ],
          ['By', alert['username']],
          ['Alias', alert['alias'] === alert['alertId'] ? '' : alert['alias']],
          ['Number', alert['tinyId']],
        ],
        links: [
          ['Alert', at(alert, 'details', 'url')],
          ['Alert', value['alertUrl']],
        ],
        startedAt: timeOf(alert['createdAt']),
        endedAt: state === 'resolved' ? timeOf(alert['updatedAt']) : undefined,
        threadKey: text(alert['alertId']),
      },
      { deliveryKey: keyOf(alert['alertId'], action, alert['updatedAt'], said) },
    );
  },
};
