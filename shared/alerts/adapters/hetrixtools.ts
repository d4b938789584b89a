/**
 * HetrixTools' webhooks (docs.hetrixtools.com): uptime, resource usage, and blacklist monitors, whose body is an array with an entry
 * for each address. Times in seconds.
 */
import type { Adapter, Alert, HookRequest, Reading } from '../alert.ts';
import { at, drawn, fields, has, isFields, list, one, several, text, when, type Fields } from '../sketch.ts';

export const hetrixtools: Adapter = {
  name: 'hetrixtools',
  label: 'HetrixTools',
  read(request: HookRequest): Reading {
    const { value } = request;
    const entries = Array.isArray(value) ? value : [value];
    const blacklisted = entries.filter(isBlacklist).slice(0, 500);
    if (blacklisted.length > 0 && blacklisted.length === Math.min(entries.length, 500)) {
      return several(blacklisted.map((entry) => blacklist(fields(entry))));
    }
    if (!has(value, 'monitor_id', 'monitor_name')) return undefined;
    if (isFields(value['resource_usage'])) return resource(value, value['resource_usage']);
    return has(value, 'monitor_status') ? uptime(value) : undefined;
  },
};

function uptime(value: Fields): Reading {
  const name = text(value['monitor_name']) || text(value['monitor_target']) || 'Monitor';
  const status = text(value['monitor_status']).toLowerCase();
  const isUp = status === 'online';
  const errors = Object.entries(fields(value['monitor_errors']));
  return one('hetrixtools', {
    title: `${name} is ${status}`,
    severity: isUp ? 'ok' : 'critical',
    state: isUp ? 'resolved' : status === 'offline' ? 'firing' : 'info',
    summary: errors.map(([place, error]) => `${place}: ${text(error)}`).join('\n'),
    facts: [
      ['Target', value['monitor_target']],
      ['Type', value['monitor_type']],
      ['Category', value['monitor_category']],
    ],
    links: [
      ['Monitored page', /^https?:/i.test(text(value['monitor_target'])) ? value['monitor_target'] : ''],
    ],
    ...(isUp ? { endedAt: when(value['timestamp']) } : { startedAt: when(value['timestamp']) }),
    threadKey: text(value['monitor_id']),
  });
}

function resource(value: Fields, usage: Fields): Reading {
  const type = text(usage['resource_type']);
  const isOver = /recover|normal|ok/i.test(text(usage['status']) || text(value['monitor_status']));
  return one('hetrixtools', {
    title: `${text(value['monitor_name'])}: ${type} usage ${text(usage['current_usage'])} %`,
    severity: isOver ? 'ok' : 'warning',
    state: isOver ? 'resolved' : 'firing',
    facts: [
      ['Resource', type],
      ['Now', `${text(usage['current_usage'])} %`],
      [
        'Average',
        usage['average_usage'] &&
          `${text(usage['average_usage'])} % over ${text(usage['average_minutes'])} min`,
      ],
    ],
    startedAt: when(value['timestamp']),
    threadKey: `${text(value['monitor_id'])}:${type}`,
  });
}

function isBlacklist(entry: unknown): boolean {
  return (
    has(entry, 'monitor') &&
    ['blacklisted_before', 'blacklisted_now', 'blacklisted_on'].some((key) => has(entry, key))
  );
}

function blacklist(entry: Fields): Alert {
  const now = Number(entry['blacklisted_now'] ?? list(entry['blacklisted_on']).length);
  const monitor = text(entry['monitor']);
  const name = text(entry['label'] ?? entry['monitor_name']);
  const shown = name === '' || name === monitor ? monitor : `${name} (${monitor})`;
  const lists = list(entry['blacklisted_on']).map(
    (on) => [text(at(on, 'rbl')) || text(on), text(at(on, 'delist'))] as const,
  );
  return drawn('hetrixtools', {
    title:
      now > 0
        ? `${shown} is on ${now} ${now === 1 ? 'blacklist' : 'blacklists'}`
        : `${shown} is on no blacklist`,
    severity: now > 0 ? 'error' : 'ok',
    state: now > 0 ? 'firing' : 'resolved',
    summary: lists.map(([rbl]) => rbl).join('\n'),
    facts: [
      ['Name', name],
      ['Before', entry['blacklisted_before']],
      ['Now', entry['blacklisted_now']],
    ],
    links: [
      ['Report', at(entry, 'links', 'report_link')],
      ...lists.map(([rbl, delist]) => [`Delist at ${rbl}`, delist] as const),
    ],
    threadKey: `blacklist:${monitor}`,
  });
}
