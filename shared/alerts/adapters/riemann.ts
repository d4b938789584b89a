/** Riemann's events (riemann.io/concepts.html): host, service, state, and a metric; one of them or several. Times in seconds. */
import type { Adapter, Alert, HookRequest, Reading } from '../alert.ts';
import { severityOf } from '../severity.ts';
import { drawn, fields, has, isFields, list, oneLine, several, text, when, type Fields } from '../sketch.ts';

export const riemann: Adapter = {
  name: 'riemann',
  label: 'Riemann',
  read(request: HookRequest): Reading {
    const { value } = request;
    const entries = (
      Array.isArray(value)
        ? value
        : isFields(value) && Array.isArray(value['events'])
          ? list(value['events'])
          : [value]
    ).slice(0, 200);
    if (entries.length === 0 || !entries.every(isEvent)) return undefined;
    return several(entries.map((entry) => alert(fields(entry))));
  },
};

const own = new Set(['host', 'service', 'state', 'description', 'metric', 'time', 'tags', 'ttl']);

/** Nothing but strings and numbers, and a metric or a time to live. */
function isEvent(entry: unknown): boolean {
  if (!has(entry, 'host', 'service', 'state')) return false;
  return (has(entry, 'metric') || has(entry, 'ttl')) && !has(entry, 'title') && text(entry['service']) !== '';
}

function alert(entry: Fields): Alert {
  const state = text(entry['state']);
  const severity = state === 'expired' ? 'warning' : (severityOf(state) ?? 'unknown');
  const isBad = severity === 'critical' || severity === 'error' || severity === 'warning';
  const what = [text(entry['service']), text(entry['host'])].filter(Boolean).join(' on ');
  return drawn('riemann', {
    title: oneLine(`${what} is ${state || 'unknown'}`),
    severity,
    state: isBad ? 'firing' : 'info',
    summary: entry['description'],
    facts: [
      ['Host', entry['host']],
      ['Service', entry['service']],
      ['State', state],
      ['Metric', entry['metric']],
      ['Tags', entry['tags']],
      ...Object.entries(entry)
        .filter(([key]) => !own.has(key))
        .slice(0, 40),
    ],
    startedAt: when(entry['time']),
    threadKey: what,
  });
}
