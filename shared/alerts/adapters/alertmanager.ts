/**
 * Prometheus Alertmanager's webhook, version 4 and the older 3 (`groupKey` a number, no fingerprints).
 *
 * What a group says of itself is of the group: it is firing while its first alert may be resolved already. Each alert is read by its own
 * state. https://prometheus.io/docs/alerting/latest/configuration/#webhook_config
 */
import type { Adapter, Alert, AlertGroup, AlertState } from '../alert.ts';
import { firstSeverity } from '../severity.ts';
import { at, drawn, fields, first, has, isFields, list, several, text } from '../sketch.ts';
import type { Fields, Sketch } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { keyOf, linesOf } from '../value.ts';
import type { Line } from '../value.ts';

/** Labels that the subject, the severity or nobody needs. */
const toldLabels = [
  'alertname',
  '__name__',
  'severity',
  '__alert_rule_uid__',
  '__alert_rule_namespace_uid__',
];

const toldAnnotations =
  'summary title description message runbook_url runbook dashboard dashboard_url __dashboardUid__ __panelId__ __orgId__ __value_string__ __values__ __alertImageToken__'.split(
    ' ',
  );

/** Whether a body is a group of alerts as Alertmanager sends it; Grafana's has the same bones. */
export function isAlertGroup(value: unknown): value is Fields {
  return (
    has(value, 'alerts', 'status') &&
    Array.isArray(value['alerts']) &&
    value['alerts'].every((alert) => isFields(alert) && isFields(alert['labels'])) &&
    (isFields(value['commonLabels']) || isFields(value['groupLabels'])) &&
    ['receiver', 'groupKey', 'externalURL', 'version'].some((key) => Object.hasOwn(value, key))
  );
}

/** What is the sender's own in an alert. */
interface Extras {
  readonly source: string;
  /** What the group is called, for an alert that has no name. */
  readonly groupName: string;
  readonly state?: AlertState | undefined;
  readonly lines?: readonly Line[];
  readonly links?: NonNullable<Sketch['links']>;
  readonly afterLinks?: NonNullable<Sketch['links']>;
}

/** Reads one alert of a group. */
export function prometheusAlert(alert: Fields, extras: Extras): Alert {
  const labels = fields(alert['labels']);
  const annotations = fields(alert['annotations']);
  const state = extras.state ?? (text(alert['status']) === 'resolved' ? 'resolved' : 'firing');
  const name = first(labels['alertname'], labels['alert'], labels['__name__'], extras.groupName);
  const said = first(annotations['summary'], annotations['title']);
  const more = first(annotations['description'], annotations['message']);
  const title = said.includes(name) ? said : [name, said].filter((part) => part !== '').join(': ');
  return drawn(extras.source, {
    title: title === '' ? more : title,
    state,
    severity: firstSeverity(labels['severity'], labels['priority'], labels['level'], labels['criticality']),
    summary: more === '' ? said : more,
    facts: [
      ...linesOf(labels, ...toldLabels),
      ...(extras.lines ?? []),
      ...linesOf(annotations, ...toldAnnotations),
    ],
    links: [
      ...(extras.links ?? []),
      ['Source', alert['generatorURL']],
      ['Dashboard', first(annotations['dashboard_url'], linkIn(annotations['dashboard']))],
      ['Runbook', first(annotations['runbook_url'], linkIn(annotations['runbook']))],
      ...(extras.afterLinks ?? []),
    ],
    startedAt: timeOf(alert['startsAt']),
    endedAt: state === 'resolved' ? timeOf(alert['endsAt']) : undefined,
    threadKey: first(alert['fingerprint']) || labelKey(labels),
  });
}

function linkIn(value: unknown): string {
  const words = text(value);
  return /^https?:\/\//i.test(words) ? words : '';
}

function labelKey(labels: Fields): string {
  const pairs = Object.keys(labels).sort();
  return keyOf(pairs[0], ...pairs.flatMap((name) => [name, labels[name]]));
}

/** The name of its alerts as the labels of a group have it; empty when they share none. */
export const groupNameOf = (body: Fields): string =>
  first(at(body, 'commonLabels', 'alertname'), at(body, 'groupLabels', 'alertname'));

/** What several alerts are called together: the name that they share, with what the group is grouped by, or the first firing one's. */
export function groupTitle(body: Fields): string | undefined {
  const alerts = list(body['alerts']);
  if (alerts.length < 2) return undefined;
  const firing = alerts.filter((alert) => text(at(alert, 'status')) !== 'resolved');
  const told = text(body['status']) === 'firing' && firing.length > 0 ? firing : alerts;
  const names = [...new Set(told.map((alert) => text(at(alert, 'labels', 'alertname'))))].filter(
    (name) => name !== '',
  );
  const [name] = names;
  if (name === undefined) return undefined;
  if (names.length > 1) return `${name} and ${names.length - 1} more`;
  const by = Object.entries(fields(body['groupLabels']))
    .filter(([label]) => label !== 'alertname')
    .map(([, value]) => text(value));
  return [name, by.join(', ')].filter((part) => part !== '').join(': ');
}

/** The mail's worth of a group. */
export function groupOf(body: Fields, alerts: readonly Alert[], title = groupTitle(body)): AlertGroup {
  const cut = Number(text(body['truncatedAlerts']) || 0);
  const notes =
    cut > 0
      ? [
          cut === 1
            ? 'One more alert belongs to this group; the sender left it out.'
            : `${cut} more alerts belong to this group; the sender left them out.`,
        ]
      : [];
  const states = list(body['alerts']).flatMap((alert) => [
    at(alert, 'fingerprint') ?? labelKey(fields(at(alert, 'labels'))),
    at(alert, 'status'),
    at(alert, 'startsAt'),
    text(at(alert, 'status')) === 'resolved' ? at(alert, 'endsAt') : '',
  ]);
  return several(alerts, {
    title,
    notes,
    // Not the address of the sender: of two replicas that both send, one mail is enough.
    deliveryKey: keyOf(
      at(list(body['alerts'])[0], 'startsAt'),
      body['version'],
      body['orgId'],
      body['receiver'],
      body['groupKey'],
      body['status'],
      ...states,
    ),
  });
}

/** A page of Alertmanager that silences exactly this alert. */
function silence(externalUrl: string, labels: Fields): string {
  if (externalUrl === '') return '';
  const matchers = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(text(value))}`);
  return `${externalUrl.replace(/\/$/, '')}/#/silences/new?filter=${encodeURIComponent(`{${matchers.join(',')}}`)}`;
}

export const alertmanager: Adapter = {
  name: 'alertmanager',
  label: 'Prometheus Alertmanager',
  read({ value }) {
    if (!isAlertGroup(value) || list(value['alerts']).length === 0) return undefined;
    const externalUrl = text(value['externalURL']);
    // A group is resolved when all of its alerts are, whatever a template makes them say.
    const over = text(value['status']) === 'resolved' ? { status: 'resolved' } : {};
    const alerts = list(value['alerts']).map((alert) =>
      prometheusAlert(
        { ...fields(alert), ...over },
        {
          source: 'alertmanager',
          groupName: groupNameOf(value),
          afterLinks: [
            ['Silence', silence(externalUrl.toWellFormed(), fields(at(alert, 'labels')))],
            ['Alertmanager', externalUrl],
          ],
        },
      ),
    );
    return groupOf(value, alerts);
  },
};
