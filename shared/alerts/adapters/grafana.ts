/**
 * Grafana's unified alerting (9 and later): Alertmanager's group with an organisation, a title, values, and links to act on.
 *
 * The title that Grafana makes ("[FIRING:2]  (blue)") names no alert where several differ, so it is taken only when somebody wrote a
 * template for it.
 * https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
 */
import type { Adapter, Alert } from '../alert.ts';
import { at, fields, list, shown, text } from '../sketch.ts';
import type { Fields } from '../sketch.ts';
import { linesOf } from '../value.ts';
import { groupOf, groupTitle, isAlertGroup, prometheusAlert } from './alertmanager.ts';

function isGrafana(value: Fields): boolean {
  const ofGroup =
    Object.hasOwn(value, 'orgId') || (Object.hasOwn(value, 'state') && Object.hasOwn(value, 'title'));
  const ofAlert = ['silenceURL', 'dashboardURL', 'panelURL', 'valueString', 'values'];
  return (
    ofGroup || list(value['alerts']).some((alert) => ofAlert.some((key) => Object.hasOwn(fields(alert), key)))
  );
}

function readAlert(alert: Fields): Alert {
  const labels = fields(alert['labels']);
  const tried = text(labels['alertname']) === 'TestAlert' && text(labels['instance']) === 'Grafana';
  const values = fields(alert['values']);
  const lines = linesOf(values);
  return prometheusAlert(alert, {
    source: 'grafana',
    state: tried ? 'test' : undefined,
    lines:
      lines.length > 0
        ? [['Values', lines.map(([name, value]) => `${name} = ${shown(value)}`).join(', ')]]
        : [['Values', alert['valueString']]],
    links: [
      ['Alert rule', alert['generatorURL']],
      ['Dashboard', alert['dashboardURL']],
      ['Panel', alert['panelURL']],
    ],
    afterLinks: [
      ['Silence', alert['silenceURL']],
      ['Picture', alert['imageURL']],
    ],
  });
}

export const grafana: Adapter = {
  name: 'grafana',
  label: 'Grafana',
  read({ value }) {
    if (!isAlertGroup(value) || !isGrafana(value) || list(value['alerts']).length === 0) return undefined;
    const alerts = list(value['alerts']).map((alert) => readAlert(fields(alert)));
    const written = text(value['title']);
    const own = written !== '' && !/^\[(?:FIRING|RESOLVED)\b/.test(written);
    const common = at(value, 'commonLabels', 'alertname');
    return groupOf(value, alerts, own && common === undefined ? written : groupTitle(value));
  },
};
