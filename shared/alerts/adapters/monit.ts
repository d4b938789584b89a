/**
 * Monit: the variables it sets for a program (`MONIT_HOST`, `MONIT_SERVICE`, …) in a form, a query or JSON
 * (mmonit.com/monit/documentation, "Exec").
 */
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { first, given, one, oneLine, text, when, type Fields } from '../sketch.ts';

export const monit: Adapter = {
  name: 'monit',
  label: 'Monit',
  read(request: HookRequest): Reading {
    const body = upper(given(request));
    const service = first(body['MONIT_SERVICE']);
    if (service === '' || !(body['MONIT_EVENT'] ?? body['MONIT_DESCRIPTION'])) return undefined;
    const event = first(body['MONIT_EVENT']);
    const told = first(body['MONIT_DESCRIPTION']);
    const words = `${event} ${told}`.slice(0, 2000);
    const isOver =
      /\b(?:succeeded|recovery|recovered|exists|within|changed back)\b|\bok\b|action done/i.test(words) &&
      !/\bfailed\b/i.test(words);
    const isInfo =
      /instance changed|started|stopped|reloaded|changed/i.test(event) &&
      !/limit|failed|does not/i.test(words);
    return one('monit', {
      title: oneLine(`${service} on ${first(body['MONIT_HOST']) || 'this host'}: ${event || told}`),
      severity: isOver
        ? 'ok'
        : isInfo
          ? 'info'
          : /does not exist|not running|connection failed|unreachable/i.test(words)
            ? 'critical'
            : 'error',
      state: isOver ? 'resolved' : isInfo ? 'info' : 'firing',
      summary: told,
      facts: [
        ['Host', body['MONIT_HOST']],
        ['Service', service],
        ['Event', event],
        ['Date', body['MONIT_DATE']],
        ['Process', body['MONIT_PROCESS_PID']],
      ],
      startedAt: when(body['MONIT_DATE']),
      threadKey: `${first(body['MONIT_HOST'])}:${service}`,
    });
  },
};

function upper(body: Fields): Readonly<Record<string, string>> {
  const read: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [key, value] of Object.entries(body).slice(0, 100)) read[key.toUpperCase()] = text(value);
  return read;
}
