/**
 * Which of two severities is worse. Pure.
 */
import type { Alert, Severity } from './alert.ts';

/** From bad to worse. */
const ranks: readonly Severity[] = ['unknown', 'ok', 'info', 'warning', 'error', 'critical'];

/** Whether a severity is at least as bad as another. */
export const isAtLeast = (severity: Severity, other: Severity): boolean =>
  ranks.indexOf(severity) >= ranks.indexOf(other);

/** The worst of some severities; `unknown` of none. */
export const worst = (severities: Iterable<Severity>): Severity => {
  let found: Severity = 'unknown';
  for (const severity of severities) if (!isAtLeast(found, severity)) found = severity;
  return found;
};

/** The severity of the worst of some alerts. */
export const worstOf = (alerts: readonly Alert[]): Severity => worst(alerts.map(({ severity }) => severity));
