/**
 * The words for states and severities, and the order in which a tired reader needs them.
 */
import type { Alert, AlertState, Severity } from '../alert.ts';

/** First in every subject, so that the rules of a mailbox can go by it. An event has one too: a rule must not need its absence. */
export const stateTags: Readonly<Record<AlertState, string>> = {
  firing: '[FIRING]',
  resolved: '[RESOLVED]',
  acknowledged: '[ACK]',
  info: '[INFO]',
  test: '[TEST]',
};

export const stateWords: Readonly<Record<AlertState, string>> = {
  firing: 'Firing',
  resolved: 'Resolved',
  acknowledged: 'Acknowledged',
  info: 'Info',
  test: 'Test',
};

/** How an alert looks: its severity, or what its state makes of that. */
export type Tone = Severity;

/**
 * Shapes that tell tones apart without colour. Only characters that no font shows as a coloured emoji and that every system has.
 */
export const toneMarks: Readonly<Record<Tone, string>> = {
  critical: '◆',
  error: '✕',
  warning: '▲',
  info: '●',
  ok: '✓',
  unknown: '○',
};

/** What is over is green however bad it was; what somebody looks after, or what is only a test, no longer shouts. */
export function toneOf({ state, severity }: Alert): Tone {
  if (state === 'resolved') return 'ok';
  if (state === 'acknowledged') return 'info';
  if (state === 'test') return 'unknown';
  return state === 'info' && severity === 'unknown' ? 'info' : severity;
}

/** `Firing · critical`; the state alone where the severity adds nothing. */
export function badgeOf({ state, severity }: Alert): string {
  const silent: readonly Severity[] =
    state === 'firing'
      ? ['unknown']
      : state === 'acknowledged'
        ? ['unknown', 'ok']
        : ['unknown', 'ok', 'info'];
  // A test is no more critical than the sender's form happened to say.
  return state === 'test' || (silent.includes(severity) && !(state === 'info' && severity === 'ok'))
    ? stateWords[state]
    : `${stateWords[state]} · ${severity}`;
}

const stateOrder: readonly AlertState[] = ['firing', 'acknowledged', 'resolved', 'info', 'test'];
const severityOrder: readonly Severity[] = ['critical', 'error', 'warning', 'unknown', 'info', 'ok'];

/** The worst first, and otherwise as the sender has them: the first gives the mail its state. */
export const byUrgency = (alerts: readonly Alert[]): readonly Alert[] =>
  alerts.toSorted(
    (a, b) =>
      stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state) ||
      severityOrder.indexOf(a.severity) - severityOrder.indexOf(b.severity),
  );

/** `2 firing, 1 resolved`, in the order of urgency. */
export const countsOf = (alerts: readonly Alert[]): string =>
  stateOrder
    .map((state) => ({ state, count: alerts.filter((alert) => alert.state === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${stateWords[state].toLowerCase()}`)
    .join(', ');

/**
 * The importance a mail program shows. Only what is wrong and bad is high, or the mark means nothing; only events that report nothing
 * bad are low.
 */
export function importanceOf({ state, severity }: Alert): 'high' | 'normal' | 'low' {
  if (state === 'firing' && (severity === 'critical' || severity === 'error')) return 'high';
  return state === 'info' && (severity === 'info' || severity === 'ok') ? 'low' : 'normal';
}
