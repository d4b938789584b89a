/**
 * VMware vRealize / Aria Operations: the REST notification plug-in. Words are constants (`ALERT_CRITICALITY_LEVEL_WARNING`).
 */
import type { Adapter, Severity } from '../alert.ts';
import { first, has, one, text } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { asWords, keyOf, pick } from '../value.ts';

const levels: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  immediate: 'error',
  warning: 'warning',
  information: 'info',
  info: 'info',
  none: 'unknown',
  auto: 'unknown',
};

/** `ALERT_TYPE_APPLICATION_PROBLEM` without what all its kind begin with. */
function word(value: unknown): string {
  return asWords(text(value).replace(/^ALERT_(?:CRITICALITY_LEVEL|TYPE|SUBTYPE|STATUS)_/i, ''));
}

export const vrealize: Adapter = {
  name: 'vrealize',
  label: 'VMware Aria Operations',
  read({ value }) {
    if (
      !has(value, 'alertId', 'criticality', 'resourceName') ||
      !(has(value, 'adapterKind') || has(value, 'resourceKind') || has(value, 'subType'))
    )
      return undefined;
    const ended = /^(?:CANCELED|CANCELLED|INACTIVE)$/i.test(text(value['status']));
    const what = first(value['alertName'], value['alertDefinitionName']) || word(value['type']) || 'Alert';
    const id = text(value['alertId']);
    return one(
      'vrealize',
      {
        title: `${what} on ${text(value['resourceName'])}`,
        state: ended ? 'resolved' : 'firing',
        severity: pick(levels, word(value['criticality'])),
        summary: value['info'],
        facts: [
          ['Resource', value['resourceName']],
          [
            'Kind',
            [value['adapterKind'], value['resourceKind']]
              .map(text)
              .filter((part) => part !== '')
              .join(' · '),
          ],
          ['Type', word(value['type'])],
          ['Subtype', word(value['subType'])],
          ['Criticality', word(value['criticality'])],
          ['Impact', value['impact']],
          ['Resource id', value['resourceId']],
        ],
        startedAt: timeOf(value['startDate']),
        endedAt: ended ? timeOf(value['cancelDate']) : undefined,
        threadKey: id,
      },
      { deliveryKey: keyOf(id, value['status'], value['updateDate'], value['criticality']) },
    );
  },
};
