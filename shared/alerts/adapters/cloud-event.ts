/**
 * How an event of a cloud reads as an alert: what happened is the end of its type, to what is its subject. Shared by CloudEvents, Event
 * Grid's own schema and EventBridge.
 */
import type { AlertState, Severity } from '../alert.ts';
import { firstSeverity } from '../severity.ts';
import { at, first, isFields, nested, shown } from '../sketch.ts';
import { linesOf } from '../value.ts';
import type { Line } from '../value.ts';

/** Types whose last word says that something went wrong. */
const bad =
  /(?:fail(?:ed|ure|ures)?|error|errored|crashed|unhealthy|degraded|deadlettered|denied)(?:\.v?\d+)?$/i;
const soon = /(?:nearexpiry|nearexpiring|expiring|expiration|warning|threshold\w*|throttled)(?:\.v?\d+)?$/i;
const late = /expired(?:\.v?\d+)?$/i;

/** Fields of an event's data that say how it went, where its type only says that something did. */
const outcomes = ['status', 'runStatus', 'complianceState', 'jobState', 'state', 'provisioningState'];
const failed = /^(?:failed|failure|error|errored|faulted|bounced|unhealthy|crashed)$/i;
const doubtful =
  /^(?:noncompliant|non_compliant|suppressed|quarantined|filteredspam|degraded|expired|throttled)$/i;

/**
 * What an event says of itself: a severity in its data, a word of failure at the end of its type, or as the outcome in its data, is
 * `firing`, everything else is an event.
 *
 * @param type e.g. `Microsoft.KeyVault.SecretNearExpiry`, `com.example.backup.failed`.
 */
export function eventTone(
  type: string,
  data?: unknown,
): { readonly state: AlertState; readonly severity: Severity } {
  const severity = firstSeverity(at(data, 'severity'));
  if (severity === 'critical' || severity === 'error' || severity === 'warning') {
    return { state: 'firing', severity };
  }
  const word = type.slice(-200);
  if (bad.test(word) || late.test(word)) return { state: 'firing', severity: 'error' };
  if (soon.test(word)) return { state: 'firing', severity: 'warning' };
  const outcome = first(...outcomes.map((name) => at(data, name)));
  if (failed.test(outcome)) return { state: 'firing', severity: 'error' };
  return doubtful.test(outcome)
    ? { state: 'firing', severity: 'warning' }
    : { state: 'info', severity: 'info' };
}

/**
 * A title: `Microsoft.Devices.DeviceConnected` of `devices/LogicAppTestDevice` is "DeviceConnected: LogicAppTestDevice". A type that ends in
 * a small word, such as `com.example.backup.failed`, says too little without what stands before it, and is told as it is.
 */
export function eventTitle(type: string, subject: string): string {
  // An end of this length has all that a title needs.
  const parts = type
    .slice(-300)
    .split(/[./]/)
    .filter((part) => part !== '' && !/^v?\d+$/i.test(part));
  const last = parts.at(-1) ?? type;
  const what = /^[a-z]/.test(last) ? type.slice(0, 120) : last;
  const on = subject.slice(-500).replace(/\/+$/, '').split('/').at(-1) ?? '';
  return on === '' || what.includes(on) ? what : `${what}: ${on}`;
}

/** The data of an event as lines of a table. */
export function eventLines(data: unknown): readonly Line[] {
  const inner = nested(data);
  return isFields(inner) ? linesOf(inner) : [['Data', shown(inner)]];
}
