/**
 * Azure Monitor's common alert schema, all signal types. Budgets leave rule, severity and targets null, service health says `Fired`
 * while its stage is `Resolved`.
 * https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-common-schema
 */
import type { Adapter, Alert } from '../alert.ts';
import { at, drawn, fields, first, has, isFields, list, nested, several, shown, text } from '../sketch.ts';
import type { Fields } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { keyOf, linesOf } from '../value.ts';
import { isEntry, readEntry } from './azure-activity-log.ts';
import type { Entry } from './azure-activity-log.ts';
import {
  conditionLines,
  logLines,
  logLinks,
  portalLink,
  resourceName,
  severityOfSev,
} from './azure-condition.ts';

/** What a kind of alert adds to the essentials. */
type Told = Omit<Entry, 'state'> & Partial<Pick<Entry, 'state'>>;

function tell(context: Fields): Told {
  if (isEntry(context)) return readEntry(context);
  if (isFields(context['condition'])) return { lines: conditionLines(context['condition']) };
  if (Object.hasOwn(context, 'AlertData') || Object.hasOwn(context, 'AlertCategory')) return budget(context);
  if (Object.hasOwn(context, 'expression') || Object.hasOwn(context, 'ruleGroup')) return ruleGroup(context);
  if (Object.hasOwn(context, 'SmartDetectorId') || Object.hasOwn(context, 'DetectionSummary'))
    return smart(context);
  if (Object.hasOwn(context, 'SearchQuery')) return { lines: logLines(context) };
  return { lines: linesOf(context) };
}

function budget(context: Fields): Told {
  const data = fields(nested(context['AlertData']));
  const name = first(data['BudgetName']);
  const kind = first(data['ThresholdType']).toLowerCase();
  return {
    title: name === '' ? undefined : `Budget ${name}${kind === '' ? '' : ` (${kind} cost)`}`,
    lines: [
      ['Spent', data['SpentAmount']],
      ['Forecast', data['ForecastedTotalForPeriod']],
      ['Notification threshold', data['NotificationThresholdAmount']],
      ['Budget', data['BudgetThreshold']],
      ['Category', context['AlertCategory']],
      ...linesOf(
        data,
        'SpentAmount',
        'ForecastedTotalForPeriod',
        'NotificationThresholdAmount',
        'BudgetThreshold',
      ),
    ],
  };
}

function ruleGroup(context: Fields): Told {
  const annotations = fields(context['annotations']);
  return {
    title: first(annotations['summary'], annotations['title'], at(context, 'labels', 'alertname')),
    summary: first(annotations['description'], annotations['message']),
    lines: [
      ...linesOf(context['labels']),
      ['Value', context['expressionValue']],
      ['Expression', context['expression']],
      ['For', context['for']],
      ...linesOf(annotations, 'summary', 'title', 'description', 'message'),
      ['Rule group', resourceName(text(context['ruleGroup']))],
    ],
  };
}

function smart(context: Fields): Told {
  return {
    title: first(context['SmartDetectorName']),
    summary: first(context['DetectionSummary']),
    lines: linesOf(
      context,
      'DetectionSummary',
      'SmartDetectorName',
      'SmartDetectorId',
      'ResultId',
      'ExtraData',
    ),
  };
}

function read(essentials: Fields, context: Fields, custom: unknown): Alert {
  const told = tell(context);
  const resolved = /^resolved$/i.test(text(essentials['monitorCondition']));
  const targets = list(essentials['alertTargetIDs']).map(text);
  const rule = first(essentials['alertRule']);
  const service = first(essentials['monitoringService']);
  const about = first(told.title);
  const items = list(essentials['configurationItems']).map(text);
  const on = items.find((item) => item !== '') ?? resourceName(targets[0] ?? '');
  const title =
    [told.ofResource === true && on !== '' ? `${on}: ${about}` : about, rule]
      .filter((part) => part !== '')
      .join(' · ') || service;
  const severity = severityOfSev(essentials['severity']) ?? told.severity;
  const alertId = text(essentials['alertId']);
  const tried = /^\/?subscriptions\/11111111-1111-1111-1111-111111111111\b/i.test(alertId);
  const state = resolved ? 'resolved' : (told.state ?? 'firing');
  const alert = drawn('azure-monitor', {
    title: about === '' && rule !== '' && on !== '' ? `${rule} on ${on}` : title,
    state: tried ? 'test' : state === 'info' ? 'firing' : state,
    severity,
    summary: [told.summary, first(essentials['description'])].filter((part) => part).join('\n\n'),
    facts: [
      ...told.lines,
      ['Resource', targets.map(resourceName).join(', ')],
      ['Rule', about === '' ? '' : rule],
      ['Severity', essentials['severity']],
      ['Signal', [text(essentials['signalType']), service].filter((part) => part !== '').join(' · ')],
      ...linesOf(
        context['properties'],
        ...(isEntry(context) ? Object.keys(fields(context['properties'])) : []),
      ),
      ...linesOf(custom, ...Object.keys(fields(context['properties']))),
      ['Target', shown(targets)],
    ],
    links: [
      ...logLinks(context),
      ['Investigate', essentials['investigationLink']],
      ...targets.slice(0, 3).map((id) => ['Resource', portalLink(id)] as const),
    ],
    startedAt: told.startedAt ?? timeOf(essentials['firedDateTime']),
    endedAt: told.endedAt ?? (resolved ? timeOf(essentials['resolvedDateTime']) : undefined),
    threadKey: told.incident || alertId || first(essentials['originAlertId']),
  });
  // Of a stage that is over: the rule fired to tell it, and its severity is what somebody chose for that.
  return !resolved && state === 'resolved' ? { ...alert, severity: severity ?? 'ok' } : alert;
}

export const azureMonitor: Adapter = {
  name: 'azure-monitor',
  label: 'Azure Monitor',
  read({ value }) {
    const data = at(value, 'data');
    const essentials = at(data, 'essentials');
    const mine =
      text(at(value, 'schemaId')).toLowerCase() === 'azuremonitorcommonalertschema' ||
      has(essentials, 'alertId', 'monitorCondition');
    if (!mine || !isFields(essentials)) return undefined;
    const context = fields(nested(at(data, 'alertContext')));
    const alert = read(essentials, context, at(data, 'customProperties'));
    const key = keyOf(
      first(essentials['alertId'], essentials['originAlertId']),
      ...['alertId', 'originAlertId', 'monitorCondition', 'firedDateTime', 'resolvedDateTime'].map(
        (name) => essentials[name],
      ),
      at(context, 'eventDataId'),
      at(context, 'properties', 'communicationId'),
    );
    return several([alert], { deliveryKey: key });
  },
};
