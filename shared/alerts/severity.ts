/**
 * The scales on which senders say how bad it is: words, Sev0 to Sev4, P1 to P5. Numbers alone mean something else with every sender,
 * so they are the adapters' matter.
 */
import type { Severity } from './alert.ts';

const words: Readonly<Record<Exclude<Severity, 'unknown'>, string>> = {
  critical:
    'critical crit fatal disaster emergency emerg alert panic page down outage blocker severe highest urgent p0 p1 sev0 sev-0 s1',
  error: 'error err errors high major failure failed fail exception p2 sev1 sev-1 s2',
  warning: 'warning warn minor medium moderate average degraded elevated p3 sev2 sev-2 s3',
  info: 'info information informational notice low lowest debug verbose trace trivial p4 p5 sev3 sev-3 sev4 sev-4 s4 s5',
  ok: 'ok okay clear cleared resolved recovered recovery success successful up healthy good',
};

const scale: ReadonlyMap<string, Severity> = new Map(
  Object.entries(words).flatMap(([severity, names]) =>
    names.split(' ').map((name) => [name, severity as Severity] as const),
  ),
);

/**
 * Reads a word of severity, priority or level.
 *
 * @param value as the sender wrote it: `CRITICAL`, `Sev2`, `P1 - Critical`, `warning`.
 * @returns undefined for what is no such word, and for numbers.
 */
export function severityOf(value: unknown): Severity | undefined {
  if (typeof value !== 'string' || value.length > 60) return undefined;
  const word = value.trim().toLowerCase();
  return scale.get(word) ?? scale.get(/^[a-z]+-?\d?/.exec(word)?.[0] ?? '');
}

/** The first of the values that is a word of severity. */
export function firstSeverity(...values: readonly unknown[]): Severity | undefined {
  for (const value of values) {
    const severity = severityOf(value);
    if (severity !== undefined) return severity;
  }
  return undefined;
}
