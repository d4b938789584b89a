/**
 * PRTG's "Execute HTTP Action": a form whose names an administrator chose and whose values are PRTG's placeholders
 * (paessler.com/manuals/prtg, "List of Placeholders"). Mine when there is a sensor and one of PRTG's states.
 */
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { first, given, has, one, type Fields } from '../sketch.ts';

export const prtg: Adapter = {
  name: 'prtg',
  label: 'PRTG',
  read(request: HookRequest): Reading {
    const body = given(request);
    const sensor = ['sensorid', 'sensor', 'sensorname', 'sensor_id', 'sensorId', 'linksensor'].find((key) =>
      has(body, key),
    );
    const status = pick(body, 'status', 'laststatus', 'state', 'statesince');
    if (
      sensor === undefined ||
      !/^(?:down|up|warning|unusual|paused|unknown|partial down|down \(partial\)|down \(acknowledged\)|ended|escalation|at least)/i.test(
        status,
      )
    ) {
      return undefined;
    }
    const name = pick(body, 'sensorname', 'sensor', 'name', 'shortname') || pick(body, sensor);
    const device = pick(body, 'device', 'host', 'hostname', 'devicename');
    const acknowledged = /acknowledged/i.test(status);
    const isUp = /^up\b|ended/i.test(status);
    const isDown = /^(?:down|partial down)/i.test(status);
    const isBad = isDown || /^(?:warning|unusual|escalation|at least)/i.test(status);
    return one('prtg', {
      title: `${device === '' || name.includes(device) ? name : `${name} on ${device}`} is ${status.toLowerCase()}`,
      severity: isUp ? 'ok' : isDown ? 'critical' : isBad ? 'warning' : 'info',
      state: isUp ? 'resolved' : acknowledged ? 'acknowledged' : isBad ? 'firing' : 'info',
      summary: pick(body, 'message', 'lastmessage', 'comments'),
      facts: [
        ['Device', device],
        ['Group', pick(body, 'group', 'groupname')],
        ['Probe', pick(body, 'probe', 'probename')],
        ['Status', status],
        ['Last value', pick(body, 'lastvalue', 'value')],
        ['Down for', pick(body, 'down', 'downtime', 'duration')],
        ['Since', pick(body, 'since', 'statesince', 'datetime', 'date')],
        ['Priority', pick(body, 'priority', 'prio')],
        ['Sensor', pick(body, 'sensorid', 'sensor_id', 'sensorId')],
        ['Site', pick(body, 'sitename', 'site')],
      ],
      links: [
        ['Sensor', pick(body, 'linksensor', 'sensorurl', 'link', 'url')],
        ['Device', pick(body, 'linkdevice')],
      ],
      threadKey: pick(body, 'sensorid', 'sensor_id', 'sensorId') || `${device}:${name}`,
    });
  },
};

/** Whatever is filled in: `%device` left as it is says nothing. */
function pick(body: Fields, ...keys: readonly string[]): string {
  return first(...keys.map((key) => body[key]));
}
