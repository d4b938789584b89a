/**
 * ChirpStack's HTTP integration: the kind of event is in the query (`?event=up`), the body has `deviceInfo` since version 4 and
 * `deviceName`, `devEUI` before (chirpstack.io/docs, "Event types").
 */
import { entry } from '../../platform/entry.ts';
import type { Adapter, HookRequest, Reading, Severity } from '../alert.ts';
import { at, fields, first, isFields, list, nested, one, shown, text, when, type Fields } from '../sketch.ts';

const words: Readonly<Record<string, string>> = {
  up: 'uplink',
  join: 'joined',
  status: 'status',
  ack: 'downlink acknowledged',
  txack: 'downlink sent',
  log: 'log',
  error: 'error',
  location: 'located',
  integration: 'integration',
};

export const chirpstack: Adapter = {
  name: 'chirpstack',
  label: 'ChirpStack',
  read(request: HookRequest): Reading {
    const { value } = request;
    if (!isFields(value)) return undefined;
    const info = fields(value['deviceInfo']);
    const eui = first(info['devEui'], value['devEUI'], value['devEui']);
    const isMine =
      eui !== '' &&
      (isFields(value['deviceInfo']) ||
        (value['applicationID'] !== undefined && value['deviceName'] !== undefined));
    if (!isMine) return undefined;
    const event = request.query.get('event') ?? guess(value);
    const device = first(info['deviceName'], value['deviceName']) || eui;
    const severity = severityIn(event, value);
    const isBad = severity === 'error' || severity === 'warning';
    const decoded = value['object'] ?? nested(value['objectJSON']);
    const word =
      event === 'ack' && value['acknowledged'] === false
        ? 'downlink not acknowledged'
        : (entry(words, event) ?? event);
    return one(
      'chirpstack',
      {
        title: `${device}: ${word}${text(value['description']) === '' ? '' : ` (${text(value['description'])})`}`,
        severity,
        state: isBad ? 'firing' : 'info',
        summary: first(value['description'], value['error']),
        facts: [
          ...(isFields(decoded) ? Object.entries(decoded).slice(0, 100) : measured(value)),
          [
            'Integration',
            [value['integrationName'], value['eventType']].map(text).filter(Boolean).join(': '),
          ],
          ['Gateway', first(value['gatewayId'], value['gatewayID'])],
          ['Battery', battery(value)],
          ['Margin', text(value['margin']) === '' ? '' : `${text(value['margin'])} dB`],
          ['Level', value['level']],
          ['Code', value['code'] ?? value['type']],
          ['Device', device],
          ['DevEUI', eui],
          ['Application', first(info['applicationName'], value['applicationName'])],
          ['Profile', first(info['deviceProfileName'], value['deviceProfileName'])],
          ['Tenant', info['tenantName']],
          ['Port', value['fPort']],
          ['Counter', value['fCnt'] ?? value['fCntDown']],
          ['Payload', isFields(decoded) ? '' : value['data']],
          ['Location', place(value['location'])],
          ['Signal', list(value['rxInfo']).slice(0, 3).map(signal)],
          ['Tags', shown(info['tags'] ?? value['tags']).replaceAll('\n', ', ')],
          ['Context', shown(value['context']).replaceAll('\n', ', ')],
        ],
        startedAt: when(value['time'] ?? value['publishedAt']),
      },
      { deliveryKey: first(value['deduplicationId']) || undefined },
    );
  },
};

/** Gateways with a server of their own, such as Milesight's, put what they decoded beside what the protocol says. */
const measured = (value: Fields): readonly (readonly [string, unknown])[] =>
  Object.entries(value)
    .filter(
      ([name, reading]) =>
        typeof reading === 'number' &&
        !/^(?:application|f[A-Z]|dev|adr|dr$|margin|battery[A-Z]|code|level)/.test(name),
    )
    .slice(0, 100);

function guess(value: Fields): string {
  if (value['batteryLevel'] !== undefined || value['margin'] !== undefined) return 'status';
  if (value['level'] !== undefined || value['error'] !== undefined) return 'log';
  if (value['acknowledged'] !== undefined) return 'ack';
  if (value['rxInfo'] !== undefined || value['data'] !== undefined) return 'up';
  if (value['location'] !== undefined) return 'location';
  return value['devAddr'] === undefined ? 'event' : 'join';
}

function severityIn(event: string, value: Fields): Severity {
  if (event === 'error') return 'error';
  if (event === 'ack') return value['acknowledged'] === false ? 'warning' : 'ok';
  if (event === 'status') {
    const level = value['batteryLevel'];
    return typeof level === 'number' && level > 0 && level < 15 && value['batteryLevelUnavailable'] !== true
      ? 'warning'
      : 'info';
  }
  if (event !== 'log') return 'info';
  const level = text(value['level']).toUpperCase();
  return level.startsWith('ERR') ? 'error' : level.startsWith('WARN') ? 'warning' : 'info';
}

function battery(value: Fields): string {
  if (value['externalPowerSource'] === true) return 'external power';
  return value['batteryLevelUnavailable'] === true || text(value['batteryLevel']) === ''
    ? ''
    : `${text(value['batteryLevel'])} %`;
}

function place(location: unknown): string {
  const latitude = text(at(location, 'latitude'));
  return latitude === '' ? '' : `${latitude}, ${text(at(location, 'longitude'))}`;
}

function signal(heard: unknown): string {
  const rssi = text(at(heard, 'rssi'));
  return rssi === ''
    ? ''
    : `${rssi} dBm at ${first(at(heard, 'gatewayId'), at(heard, 'gatewayID'), at(heard, 'name'))}`;
}
