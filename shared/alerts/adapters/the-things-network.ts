/**
 * The Things Stack, version 3, and uplinks of version 2 (thethingsindustries.com/docs, "Webhooks", "Data Formats"): one message of a device, named by the field
 * that holds it.
 */
import type { Adapter, HookRequest, Reading, Severity } from '../alert.ts';
import { at, fields, has, isFields, list, one, shown, text, when, type Fields } from '../sketch.ts';

const kinds: Readonly<Record<string, { readonly words: string; readonly severity: Severity }>> = {
  uplink_message: { words: 'uplink', severity: 'info' },
  uplink_normalized: { words: 'uplink', severity: 'info' },
  join_accept: { words: 'joined', severity: 'info' },
  downlink_ack: { words: 'downlink acknowledged', severity: 'ok' },
  downlink_nack: { words: 'downlink not acknowledged', severity: 'warning' },
  downlink_sent: { words: 'downlink sent', severity: 'info' },
  downlink_failed: { words: 'downlink failed', severity: 'error' },
  downlink_queued: { words: 'downlink queued', severity: 'info' },
  downlink_queue_invalidated: { words: 'downlink queue invalidated', severity: 'warning' },
  location_solved: { words: 'located', severity: 'info' },
  service_data: { words: 'service data', severity: 'info' },
};

export const theThingsNetwork: Adapter = {
  name: 'the-things-network',
  label: 'The Things Network',
  read(request: HookRequest): Reading {
    const { value } = request;
    if (has(value, 'app_id', 'dev_id') && (has(value, 'payload_raw') || has(value, 'hardware_serial')))
      return ofVersion2(value);
    if (!has(value, 'end_device_ids') || !isFields(value['end_device_ids'])) return undefined;
    const kind = Object.keys(kinds).find((key) => has(value, key));
    const ids = fields(value['end_device_ids']);
    const device = text(ids['device_id']) || text(ids['dev_eui']);
    if (kind === undefined || device === '') return undefined;
    const { words, severity } = kinds[kind] ?? { words: kind, severity: 'info' };
    const message = fields(value[kind]);
    const decoded = message['decoded_payload'] ?? message['normalized_payload'] ?? message['data'];
    const isBad = severity === 'error' || severity === 'warning';
    return one(
      'the-things-network',
      {
        title: `${device}: ${words}${brief(decoded)}`,
        severity,
        state: value['simulated'] === true ? 'test' : isBad ? 'firing' : 'info',
        summary: isBad ? shown(message['error'] ?? message['last_f_cnt_down'] ?? '') : '',
        facts: [
          ...(isFields(decoded) ? Object.entries(decoded).slice(0, 100) : [['Data', decoded] as const]),
          ['Device', device],
          ['Application', at(ids, 'application_ids', 'application_id')],
          ['DevEUI', ids['dev_eui']],
          ['Port', message['f_port']],
          ['Counter', message['f_cnt']],
          ['Payload', decoded === undefined ? message['frm_payload'] : ''],
          ['Decoder warnings', message['decoded_payload_warnings']],
          ['Location', place(message)],
          ['Battery', at(message, 'last_battery_percentage', 'value')],
          ['Signal', signal(message)],
        ],
        startedAt: when(value['received_at'] ?? message['received_at']),
      },
      { deliveryKey: delivery(value) },
    );
  },
};

/** An uplink as The Things Network's version 2 sent it, and as devices' gateways to it still do. */
function ofVersion2(value: Fields): Reading {
  const device = text(value['dev_id']) || text(value['hardware_serial']) || 'Device';
  const decoded = value['payload_fields'];
  const metadata = fields(value['metadata']);
  const heard = list(metadata['gateways']);
  return one('the-things-network', {
    title: `${device}: uplink${brief(decoded)}`,
    severity: 'info',
    facts: [
      ...(isFields(decoded) ? Object.entries(decoded).slice(0, 100) : []),
      ['Device', device],
      ['Application', value['app_id']],
      ['DevEUI', value['hardware_serial']],
      ['Port', value['port']],
      ['Counter', value['counter']],
      ['Payload', isFields(decoded) ? '' : value['payload_raw']],
      ['Location', place({ location: metadata })],
      ['Gateways', heard.slice(0, 3).map((by) => `${text(at(by, 'gtw_id'))} (${text(at(by, 'rssi'))} dBm)`)],
    ],
    startedAt: when(metadata['time']),
  });
}

/** Up to three values for the title: `: temperature 21.4, humidity 40`. */
function brief(decoded: unknown): string {
  const values = Object.entries(fields(decoded)).filter(
    ([, value]) =>
      typeof value === 'number' ||
      typeof value === 'boolean' ||
      (typeof value === 'string' && value.length < 30),
  );
  return values.length === 0 || values.length > 3
    ? ''
    : ` (${values.map(([key, value]) => `${key} ${text(value)}`).join(', ')})`;
}

function place(message: Fields): string {
  const where = message['location'] ?? at(message, 'locations', 'user');
  const [latitude, longitude] = [text(at(where, 'latitude')), text(at(where, 'longitude'))];
  return latitude === '' ? '' : `${latitude}, ${longitude}`;
}

function signal(message: Fields): string {
  const heard = list(message['rx_metadata']);
  const [best] = heard;
  const rssi = text(at(best, 'rssi'));
  return rssi === ''
    ? ''
    : `${rssi} dBm, SNR ${text(at(best, 'snr'))} at ${text(at(best, 'gateway_ids', 'gateway_id'))} (${heard.length} ${heard.length === 1 ? 'gateway' : 'gateways'})`;
}

/** The application server's own id of an upward message stays the same when it repeats a request. */
function delivery(value: Fields): string | undefined {
  const unique = text(value['unique_id']);
  if (unique !== '') return unique;
  return list(value['correlation_ids'])
    .map(text)
    .find((id) => /^as:(?:up|downlink):/.test(id));
}
