/**
 * Shelly: what the first generation adds to the URL of an action (`hum`, `temp`, `id`, `flood`, `smoke`), and the events of later
 * generations (`NotifyStatus`, `NotifyEvent`) passed on (shelly-api-docs.shelly.cloud). The key of the hook may name the device.
 */
import { entry } from '../../platform/entry.ts';
import type { Adapter, HookRequest, Reading, Severity } from '../alert.ts';
import { fields, first, given, isFields, list, one, shown, text, when, at } from '../sketch.ts';

/** `shellyflood-A4CF12F45349`, `shellyplus1pm-441793a3b5c8`. */
const id = /^shelly[a-z0-9]{1,30}-[0-9a-f]{4,12}$/i;

export const shelly: Adapter = {
  name: 'shelly',
  label: 'Shelly',
  read(request: HookRequest): Reading {
    const body = given(request);
    const method = text(body['method']);
    const source = first(body['src'], body['id'], body['device'], body['device_id']);
    if (
      /^Notify(?:Status|FullStatus|Event)$/.test(method) &&
      isFields(body['params']) &&
      id.test(text(body['src']))
    ) {
      return notified(text(body['src']), fields(body['params']), method);
    }
    if (!id.test(source)) return undefined;
    const values = Object.entries(body).filter(
      ([key]) => !['id', 'src', 'device', 'device_id', 'key', 'token'].includes(key),
    );
    const on = (key: string): boolean => /^(?:1|true|on|yes)$/i.test(first(body[key]));
    const severity: Severity = on('flood') || on('smoke') || on('gas') || on('alarm') ? 'critical' : 'info';
    const isDry = /^(?:0|false|off|no)$/i.test(
      first(body['flood'], body['smoke'], body['gas'], body['alarm']),
    );
    const what = values
      .map(([key, value]) => `${key} ${shown(value)}`)
      .join(', ')
      .slice(0, 100);
    return one('shelly', {
      title: `${source}: ${what || 'action'}`,
      severity: isDry && severity === 'info' ? 'ok' : severity,
      state: severity === 'critical' ? 'firing' : isDry ? 'resolved' : 'info',
      facts: [...values.slice(0, 60).map(([key, value]) => [name(key), value] as const), ['Device', source]],
      threadKey: source,
    });
  },
};

const quantities: Readonly<Record<string, string>> = {
  hum: 'Humidity',
  temp: 'Temperature',
  bat: 'Battery',
  lux: 'Light',
};

function name(key: string): string {
  return entry(quantities, key) ?? key;
}

function notified(source: string, params: Readonly<Record<string, unknown>>, method: string): Reading {
  const events = list(params['events']).slice(0, 50);
  const told = events
    .map((event) => `${text(at(event, 'component'))} ${text(at(event, 'event'))}`.trim())
    .filter(Boolean);
  const bad = /\b(?:overtemp|overpower|overvoltage|overcurrent|undervoltage|flood|smoke|alarm)\b/i.exec(
    shown(params),
  )?.[0];
  return one('shelly', {
    title: `${source}: ${told.join(', ') || (method === 'NotifyEvent' ? 'event' : 'status')}`,
    severity: bad === undefined ? 'info' : 'error',
    state: bad === undefined ? 'info' : 'firing',
    facts: [
      ...Object.entries(params)
        .filter(([key]) => key !== 'ts' && key !== 'events')
        .slice(0, 60)
        .map(([key, value]) => [key, shown(value).replaceAll('\n', ', ')] as const),
      ['Device', source],
    ],
    startedAt: when(params['ts']),
  });
}
