/**
 * What the words of a message say about how bad it is, where the sender has no field for it.
 */
import type { AlertState, Severity } from './alert.ts';

export interface Tone {
  readonly state: AlertState;
  readonly severity: Severity;
}

/**
 * "0 failed", "no errors", "Failed: 0", "scaled down": said so that nobody takes them for the bad word in them. "Down: no answer" and
 * "failed: no space left" are not among them.
 */
const denied =
  /\b(?:0|no|without|zero|not)\s+(?:any\s+)?(?:critical|failed|failures?|errors?|problems?|warnings?|alerts?|down)\b|\b(?:critical|failed|failures?|errors?|problems?|warnings?|down)\s?[:=]\s?(?:0|none|no(?![ \t]+\p{L}))\b|\b(?:shut(?:ting)?|scal(?:ed|ing|e)|cool(?:ed|ing)?|slow(?:ed|ing)?|count|step(?:ped)?|drop)[ -]down\b/giu;

const tests =
  /\[test\]|\btest(?:ing)? (?:notification|message|alert|event|webhook|mail)\b|\bthis is (?:just |only )?a test\b/i;

const ended =
  /\b(?:resolved|recovered|recovery|recovering|cleared|back up|up again|back online|is (?:now )?up(?! to)|back to normal|returned to normal|no longer)\b|\[ok\]|\bup\]|✅ up\b/i;

const began =
  /\b(?:firing|triggered|alerting|problem|down|critical|failed|failing|failure|offline|unreachable|outage|degraded|disaster|emergency|breached|exceeded|crashed|unavailable|timed out|(?:above|over|exceeds) (?:the )?(?:threshold|limit))\b|🚨|🔴|🔥/i;

const acknowledged = /\back(?:nowledged|nowledgement)\b|\backed\b/i;

const scale: readonly (readonly [RegExp, Severity])[] = [
  [/\b(?:critical|crit|disaster|emergency|fatal|down|offline|unreachable|outage)\b|🔴|🚨|🔥/i, 'critical'],
  [/\b(?:error|errors|failed|failing|failure|alerting|crashed|unavailable|timed out)\b|❌/i, 'error'],
  [/\b(?:warning|warn|degraded)\b|⚠/i, 'warning'],
  [/\b(?:success|successful|successfully|succeeded|passed|completed|ok)\b|✅|🟢/i, 'ok'],
];

/**
 * Reads the tone of a message.
 *
 * @param words title and first lines.
 * @param severity what is known beside the words, e.g. from a colour; it wins over the words.
 */
export function tone(words: string, severity?: Severity): Tone {
  const heard = words.slice(0, 2000).replaceAll(denied, '');
  if (tests.test(heard)) return { state: 'test', severity: severity ?? 'info' };
  const end = heard.search(ended);
  const start = heard.search(began);
  if (end !== -1 && (start === -1 || end < start || severity === 'ok')) {
    return { state: 'resolved', severity: 'ok' };
  }
  if (acknowledged.test(heard)) return { state: 'acknowledged', severity: severity ?? severityIn(heard) };
  const told = severity ?? severityIn(heard);
  const bad = told === 'critical' || told === 'error' || told === 'warning';
  return { state: bad || (start !== -1 && severity === undefined) ? 'firing' : 'info', severity: told };
}

/** The worst word; `unknown` when there is none. */
function severityIn(words: string): Severity {
  return scale.find(([word]) => word.test(words))?.[1] ?? 'unknown';
}
