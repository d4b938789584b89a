/**
 * Tasmota: the JSON of `SENSOR`, `STATE` and `STATUS` telemetry, passed on by a rule or a broker (tasmota.github.io/docs, "MQTT").
 * A WebSend of one's own making has no shape and is read generically.
 */
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { first, given, has, isFields, one, shown, type Fields } from '../sketch.ts';

export const tasmota: Adapter = {
  name: 'tasmota',
  label: 'Tasmota',
  read(request: HookRequest): Reading {
    const body = given(request);
    const time = first(body['Time']);
    const isTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(time);
    const isState =
      isTime &&
      has(body, 'Uptime') &&
      (isFields(body['Wifi']) || has(body, 'POWER') || has(body, 'UptimeSec'));
    const sensors = Object.entries(body).filter(([key, value]) => key !== 'Time' && isFields(value));
    const isSensor =
      isTime &&
      sensors.length > 0 &&
      (has(body, 'TempUnit') || sensors.some(([, value]) => isReading(value)));
    if (!isState && !isSensor) return undefined;
    const device = first(body['DeviceName'], body['Topic'], body['topic'], body['Hostname']);
    const names = sensors.map(([name]) => name).filter((name) => name !== 'Wifi' && name !== 'Berry');
    return one('tasmota', {
      title: `${device || 'Tasmota'}: ${isState ? 'state' : names.join(', ')}`,
      severity: 'info',
      facts: Object.entries(body)
        .filter(([key]) => key !== 'Time')
        .slice(0, 60)
        .map(([key, value]) => [key, shown(value).replaceAll('\n', ', ')]),
    });
  },
};

const quantities =
  /^(?:Temperature|Humidity|DewPoint|Pressure|Illuminance|Power|Voltage|Current|Total|Today|Yesterday|CarbonDioxide|Distance|Moisture|PM\d\S*|Id)$/;

function isReading(value: unknown): value is Fields {
  return isFields(value) && Object.keys(value).some((key) => quantities.test(key));
}
