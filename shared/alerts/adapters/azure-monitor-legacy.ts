/**
 * What Azure Monitor sends where the common alert schema is off: metric alerts (classic and near-real-time), log alerts of the first
 * version, the activity log, budgets, and autoscale. https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-non-common-schema-definitions
 */
import type { Adapter, AlertGroup } from '../alert.ts';
import { at, fields, first, has, isFields, one, text } from '../sketch.ts';
import type { Fields } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { keyOf, linesOf } from '../value.ts';
import { isEntry, readEntry } from './azure-activity-log.ts';
import {
  conditionLines,
  logLines,
  logLinks,
  portalLink,
  resourceName,
  severityOfSev,
} from './azure-condition.ts';

const source = 'azure-monitor-legacy';

/** Metric alerts and autoscale: `status` and a `context` that names the resource. */
function metric(body: Fields): AlertGroup | undefined {
  const context = fields(body['context']);
  const scaled = first(body['operation']);
  if (!isFields(context['condition']) && !/^scale (?:in|out)/i.test(scaled)) return undefined;
  const status = text(body['status']);
  const state = scaled !== '' ? 'info' : /^(?:resolved|deactivated)$/i.test(status) ? 'resolved' : 'firing';
  const name = first(context['name']);
  const resource = first(context['resourceName']);
  return one(
    source,
    {
      title:
        scaled === ''
          ? resource === ''
            ? name
            : `${name} on ${resource}`
          : `${scaled}: ${resource || name}`,
      state,
      severity: scaled === '' ? severityOfSev(context['severity']) : 'info',
      summary: first(context['details'], context['description']),
      facts: [
        ...(isFields(context['condition']) ? conditionLines(context['condition']) : []),
        [
          'Capacity',
          scaled === '' ? '' : `${text(context['oldCapacity'])} → ${text(context['newCapacity'])}`,
        ],
        ['Resource', resource],
        ['Resource group', context['resourceGroupName']],
        ['Type', context['resourceType']],
        ['Region', context['resourceRegion']],
        ...linesOf(body['properties']),
      ],
      links: [
        ['Azure portal', context['portalLink']],
        ['Azure portal', portalLink(text(context['resourceId']))],
      ],
      startedAt: state === 'resolved' ? undefined : timeOf(context['timestamp']),
      endedAt: state === 'resolved' ? timeOf(context['timestamp']) : undefined,
      threadKey: keyOf(context['id'], context['resourceId']),
    },
    { deliveryKey: keyOf(context['timestamp'], context['id'], context['resourceId'], status, scaled) },
  );
}

function log(body: Fields): AlertGroup {
  const name = first(body['AlertRuleName']);
  return one(
    source,
    {
      title: name,
      state: 'firing',
      severity: severityOfSev(body['Severity']) ?? 'unknown',
      summary: body['Description'],
      facts: [...logLines(body), ['Type', body['AlertType']], ['Subscription', body['SubscriptionId']]],
      links: logLinks(body),
      startedAt: timeOf(body['SearchIntervalEndtimeUtc'] ?? body['SearchIntervalEndTimeUtc']),
      threadKey: keyOf(name, body['SubscriptionId'], body['WorkspaceId'], body['ApplicationId']),
    },
    {
      deliveryKey: keyOf(
        body['SearchIntervalStartTimeUtc'],
        name,
        body['SubscriptionId'],
        body['SearchQuery'],
      ),
    },
  );
}

/** A budget's notification; amounts without their unit. */
function budget(body: Fields): AlertGroup {
  const name = first(body['BudgetName']);
  const unit = first(body['Unit']);
  const amount = (value: unknown): string => [first(value), unit].filter((part) => part !== '').join(' ');
  const share = Number(first(body['NotificationThresholdAmount']));
  return one(source, {
    title: `Budget ${name}: ${amount(body['SpendingAmount'])} of ${amount(body['Budget'])}`,
    state: 'firing',
    severity: 'unknown',
    facts: [
      ['Spent', amount(body['SpendingAmount'])],
      ['Budget', amount(body['Budget'])],
      [
        'Threshold',
        share > 0 && share <= 10 ? `${Math.round(share * 100)} %` : body['NotificationThresholdAmount'],
      ],
      ['Subscription', first(body['SubscriptionName'], body['SubscriptionId'])],
      ...linesOf(
        body,
        'SpendingAmount',
        'Budget',
        'NotificationThresholdAmount',
        'SubscriptionName',
        'Unit',
        'BudgetName',
      ),
    ],
    threadKey: keyOf(body['SubscriptionId'], name, body['BudgetStartDate']),
  });
}

function activity(body: Fields): AlertGroup | undefined {
  const entry = at(body, 'context', 'activityLog');
  if (!isEntry(entry)) return undefined;
  const told = readEntry(entry);
  const resource = text(entry['resourceId']);
  const operation = first(entry['operationName']);
  const status = first(entry['status']);
  const about = told.title || [operation, status].filter((part) => part !== '').join(': ');
  const on = resourceName(resource);
  return one(
    source,
    {
      title: told.ofResource === true && on !== '' ? `${on}: ${about}` : about,
      state: told.state === 'info' ? 'firing' : told.state,
      severity: told.severity ?? 'unknown',
      summary: told.summary,
      facts: [...told.lines, ['Resource', resource], ...linesOf(body['properties'])],
      links: [['Azure portal', portalLink(resource)]],
      startedAt: told.startedAt ?? timeOf(entry['eventTimestamp']),
      endedAt: told.endedAt,
      threadKey: told.incident || text(entry['correlationId']),
    },
    { deliveryKey: keyOf(entry['eventTimestamp'], entry['eventDataId'], entry['correlationId'], status) },
  );
}

export const azureMonitorLegacy: Adapter = {
  name: 'azure-monitor-legacy',
  label: 'Azure Monitor (before the common schema)',
  read({ value }) {
    if (!isFields(value)) return undefined;
    const body = Object.hasOwn(value, 'schemaId') ? fields(value['data']) : value;
    if (has(body, 'AlertRuleName', 'SearchQuery')) return log(body);
    if (has(body, 'BudgetName', 'SpendingAmount')) return budget(body);
    if (!has(body, 'status', 'context')) return undefined;
    if (isFields(at(body, 'context', 'activityLog'))) return activity(body);
    const ofAzure = ['subscriptionId', 'resourceGroupName', 'resourceId', 'portalLink'];
    return ofAzure.some((key) => at(body, 'context', key) !== undefined) ? metric(body) : undefined;
  },
};
