/** The words and short forms that senders have for a severity. */
import type { Severity } from './alert.ts';

const words: Readonly<Record<Severity, readonly string[]>> = {
  critical: [
    'critical',
    'crit',
    'fatal',
    'emergency',
    'emerg',
    'disaster',
    'alert',
    'down',
    'very high',
    'blocker',
    'highest',
  ],
  error: ['error', 'err', 'major', 'high', 'failure', 'failed', 'severe', 'important', 'urgent'],
  warning: ['warning', 'warn', 'minor', 'medium', 'moderate', 'average', 'attention'],
  info: [
    'info',
    'information',
    'informational',
    'notice',
    'low',
    'debug',
    'normal',
    'none',
    'lowest',
    'trivial',
  ],
  ok: [
    'ok',
    'okay',
    'success',
    'succeeded',
    'passed',
    'up',
    'resolved',
    'recovered',
    'clear',
    'cleared',
    'good',
    'healthy',
  ],
  unknown: ['unknown'],
};

const table = new Map(
  Object.entries(words).flatMap(([severity, names]) =>
    names.map((name) => [name, severity as Severity] as const),
  ),
);

/** Reads one word, whatever its case; undefined when it is none of the known. */
export function severityOfWord(word: string): Severity | undefined {
  return table.get(word.trim().toLowerCase());
}
