/**
 * What a template sees of an alert. Pure.
 */
import type { Alert, AlertGroup } from '../alerts/alert.ts';

/**
 * The variables of a hook's template.
 *
 * @param group the alerts; the first one's fields stand at the top as well, since most mails are about one.
 * @param body the body as JSON or as fields, where it is either: `{{ body.ticket.id }}`.
 */
export function alertVariables(
  group: AlertGroup,
  hook: string,
  body: unknown,
  receivedAt: Date,
): Record<string, unknown> {
  const [first] = group.alerts;
  return {
    ...(first ? variablesOf(first) : {}),
    alerts: group.alerts.map(variablesOf),
    count: group.alerts.length,
    group_title: group.title ?? first?.title ?? '',
    notes: group.notes ?? [],
    hook,
    received_at: receivedAt.toISOString(),
    body,
  };
}

const variablesOf = (alert: Alert) => ({
  source: alert.source,
  title: alert.title,
  severity: alert.severity,
  state: alert.state,
  summary: alert.summary ?? '',
  facts: alert.facts.map(({ name, value }) => ({ name, value })),
  // By name as well; the first of two wins.
  fact: Object.fromEntries(alert.facts.map(({ name, value }) => [name, value]).toReversed()),
  links: alert.links.map(({ label, url }) => ({ label, url })),
  link: alert.links[0]?.url ?? '',
  started_at: alert.startedAt?.toISOString() ?? '',
  ended_at: alert.endedAt?.toISOString() ?? '',
});
