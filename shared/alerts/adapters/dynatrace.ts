/**
 * Dynatrace's problem notifications; the body is a template, and its names are spelled with and without spaces (`Problem URL`).
 * https://docs.dynatrace.com/docs/analyze-explore-automate/notifications-and-alerting/problem-notifications/webhook-integration
 */
import type { Adapter, Severity } from '../alert.ts';
import { plainHtml } from '../markup.ts';
import { at, first, isFields, list, nested, one, shown, text } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { asWords, byLetters, keyOf, known, pick } from '../value.ts';

const severities: Readonly<Record<string, Severity>> = {
  availability: 'critical',
  monitoring_unavailable: 'error',
  error: 'error',
  performance: 'warning',
  resource_contention: 'warning',
  resource: 'warning',
  custom_alert: 'warning',
  info: 'info',
};

/** Entities as an array, as JSON in a string, or as text. */
function entities(value: unknown): string {
  const inner = nested(value);
  const names = list(inner).map((entity) => first(at(entity, 'name'), at(entity, 'entity'), entity));
  return names.length > 0 ? names.join(', ') : shown(inner);
}

export const dynatrace: Adapter = {
  name: 'dynatrace',
  label: 'Dynatrace',
  read({ value }) {
    if (!isFields(value)) return undefined;
    const letters = byLetters(value);
    const own = known(
      letters,
      'problemid',
      'problemtitle',
      'problemurl',
      'problemdetails',
      'problemdetailstext',
      'problemdetailshtml',
      'problemdetailsjson',
      'problemseverity',
      'problemimpact',
      'impactedentities',
      'impactedentity',
      'pid',
    );
    if (
      own < 2 ||
      known(letters, 'problemid', 'pid', 'problemtitle') === 0 ||
      known(letters, 'state', 'status', 'problemtitle') === 0
    )
      return undefined;
    const state = text(letters['state'] ?? letters['status'] ?? letters['problemstate']).toUpperCase();
    const ended = /^(?:RESOLVED|CLOSED)$/.test(state);
    const id = first(letters['pid'], letters['problemid']);
    const severity = text(letters['problemseverity'] ?? letters['severity']);
    const details =
      first(letters['problemdetailstext'], letters['problemdetailsmarkdown'], letters['problemdetails']) ||
      plainHtml(first(letters['problemdetailshtml']).slice(0, 20_000)).text;
    return one(
      'dynatrace',
      {
        title: first(letters['problemtitle'], letters['title']) || `Problem ${id}`,
        state: ended ? 'resolved' : 'firing',
        severity: pick(severities, severity),
        summary: details,
        facts: [
          ['Impacted', entities(letters['impactedentities'] ?? letters['impactedentity'])],
          ['Impact', asWords(text(letters['problemimpact'] ?? letters['impact']))],
          ['Severity', asWords(severity)],
          ['Tags', letters['tags']],
          ['Problem', letters['problemid']],
          ['State', asWords(state)],
          ['Management zones', letters['managementzones']],
        ],
        links: [['Problem', first(letters['problemurl'], letters['url'])]],
        startedAt: timeOf(at(nested(letters['problemdetailsjson']), 'startTime')),
        threadKey: id || undefined,
      },
      { deliveryKey: id === '' ? undefined : keyOf(id, state, details) },
    );
  },
};
