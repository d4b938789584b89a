/**
 * Grafana's unified alerting (9 and later): Alertmanager's group with an organisation, a title, values, and links to act on.
 *
 * The title and the message that Grafana makes ("[FIRING:2]  (blue)", "**Firing** …") name no alert where several differ and repeat what
 * the alerts say, so they are taken only when somebody wrote a template for them.
 * https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
 */
import type { Adapter, Alert } from '../alert.ts';
import { fields, list, shown, text } from '../sketch.ts';
import type { Fields } from '../sketch.ts';
import { linesOf } from '../value.ts';
import { groupNameOf, groupOf, groupTitle, isAlertGroup, prometheusAlert } from './alertmanager.ts';

function isGrafana(value: Fields): boolean {
  const ofGroup =
    Object.hasOwn(value, 'orgId') || (Object.hasOwn(value, 'state') && Object.hasOwn(value, 'title'));
  const ofAlert = ['silenceURL', 'dashboardURL', 'panelURL', 'valueString', 'values'];
  return (
    ofGroup || list(value['alerts']).some((alert) => ofAlert.some((key) => Object.hasOwn(fields(alert), key)))
  );
}

function readAlert(alert: Fields, groupName: string): Alert {
  const labels = fields(alert['labels']);
  const tried = text(labels['alertname']) === 'TestAlert' && text(labels['instance']) === 'Grafana';
  const values = fields(alert['values']);
  const lines = linesOf(values);
  return prometheusAlert(alert, {
    source: 'grafana',
    groupName,
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

/** The group's message, where somebody wrote a template for it: the alert that gives the mail its state says it. */
function withMessage(alerts: readonly Alert[], message: string): readonly Alert[] {
  if (message === '' || /^\*\*(?:Firing|Resolved)\*\*/.test(message)) return alerts;
  const lead = alerts.find(({ state }) => state !== 'resolved') ?? alerts[0];
  return alerts.map((alert) => {
    if (alert !== lead || alert.summary?.includes(message)) return alert;
    return alert.summary === undefined
      ? { ...alert, summary: message }
      : { ...alert, facts: [...alert.facts, { name: 'Message', value: message }] };
  });
}

export const grafana: Adapter = {
  name: 'grafana',
  label: 'Grafana',
  read({ value }) {
    if (!isAlertGroup(value) || !isGrafana(value) || list(value['alerts']).length === 0) return undefined;
    const name = groupNameOf(value);
    const alerts = list(value['alerts']).map((alert) => readAlert(fields(alert), name));
    const written = text(value['title']);
    const own = written !== '' && !/^\[(?:FIRING|RESOLVED)\b/.test(written);
    return groupOf(value, withMessage(alerts, text(value['message'])), own ? written : groupTitle(value));
  },
};
