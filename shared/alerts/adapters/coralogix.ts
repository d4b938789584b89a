/**
 * Coralogix's generic webhook. Variables that do not apply to a kind of alert stay unfilled (`$METRIC_KEY`), and the template comes with
 * invitations to fill things in (`*insert computer name*`): neither is shown.
 */
import type { Adapter } from '../alert.ts';
import { firstSeverity } from '../severity.ts';
import { at, first, has, list, one, shown, text } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { keyOf, linesOf, webLink } from '../value.ts';
import type { Line } from '../value.ts';

const told = new Set(
  'severity severityLowercase timestampMs timestampISO timestamp opsgeniePriority dedupKey companyId text metaLabelsJson metaLabelsList threadId'.split(
    ' ',
  ),
);

/** What the template leaves when there is nothing to say. */
function said(value: unknown): string {
  const words = shown(value);
  return /^(?:\$[A-Z\d_]{2,60}|\*insert [^*]{1,80}\*|null|\[\]|\{\}|-)$/i.test(words) ? '' : words;
}

export const coralogix: Adapter = {
  name: 'coralogix',
  label: 'Coralogix',
  read({ value }) {
    if (!has(value, 'alert_action') || !(has(value, 'alert_url') || has(value, 'alert_id'))) return undefined;
    if (
      !(Array.isArray(value['fields']) || has(value, 'uuid') || /coralogix/i.test(text(value['alert_url'])))
    )
      return undefined;
    const fields = new Map<string, unknown>();
    for (const field of list(value['fields'])) {
      const name = text(at(field, 'key'));
      if (!fields.has(name)) fields.set(name, at(field, 'value'));
    }
    const action = text(value['alert_action']).toLowerCase();
    const ended = /resolve|recover/.test(action);
    const time =
      timeOf(fields.get('timestampMs')) ??
      timeOf(fields.get('timestampISO')) ??
      timeOf(fields.get('timestamp'));
    const lines = [...fields]
      .filter(([name]) => name !== '' && !told.has(name))
      .map(([name, part]): Line => [name, said(part)]);
    const key = first(fields.get('dedupKey'), value['alert_id'], fields.get('alertUniqueIdentifier'));
    return one(
      'coralogix',
      {
        title: said(value['name']) || 'Coralogix alert',
        state: action === 'test' ? 'test' : ended ? 'resolved' : 'firing',
        severity: firstSeverity(
          text(fields.get('severity')),
          text(fields.get('priority')),
          value['severity'],
        ),
        summary: [said(value['description']), said(fields.get('text'))]
          .filter((part) => part !== '')
          .join('\n\n'),
        facts: [
          ['Threshold', said(value['threshold'])],
          ['Time window', said(value['timewindow'])],
          ...lines,
          ...linesOf(
            value,
            'uuid',
            'alert_id',
            'name',
            'description',
            'threshold',
            'timewindow',
            'alert_action',
            'alert_url',
            'log_url',
            'icon_url',
            'fields',
            'severity',
          ).map(([name, part]): Line => [name, said(part)]),
        ],
        links: [
          ['Alert', webLink(value['alert_url'])],
          ['Logs', webLink(value['log_url'])],
        ],
        startedAt: ended ? undefined : time,
        endedAt: ended ? time : undefined,
        threadKey: key === '' ? undefined : keyOf(key),
      },
      {
        deliveryKey:
          first(value['uuid']) === '' ? undefined : keyOf(value['uuid'], action, time?.toISOString()),
      },
    );
  },
};
