/**
 * UniFi: Protect's alarm manager (`alarm` with triggers), and what Network and its alarm manager post (name, message, parameters).
 * (help.ui.com, "UniFi Alarm Manager"). Times in milliseconds.
 */
import { entry } from '../../platform/entry.ts';
import type { Adapter, HookRequest, Reading, Severity } from '../alert.ts';
import { severityOf } from '../severity.ts';
import { at, fields, first, has, isFields, list, one, text, when, type Fields } from '../sketch.ts';
import { tone } from '../tone.ts';

export const unifi: Adapter = {
  name: 'unifi',
  label: 'UniFi',
  read(request: HookRequest): Reading {
    const { value } = request;
    if (!isFields(value)) return undefined;
    const alarm = value['alarm'];
    if (isFields(alarm) && (Array.isArray(alarm['triggers']) || Array.isArray(alarm['conditions'])))
      return protect(value, alarm);
    const own =
      Object.keys(value).some((key) => /^(?:UNIFI\w+|unifi_?\w+)$/.test(key)) ||
      has(value, 'alarm_id', 'severity');
    const event = text(value['key']);
    if (/^EVT_[A-Z]{2}_\w+$/.test(event)) return legacy(value, event);
    const parameters = fields(value['parameters']);
    const inside = Object.keys(parameters).some((key) => key.startsWith('UNIFI'));
    const isMine =
      (own || inside || /unifi/i.test(text(value['app']))) && (has(value, 'message') || has(value, 'name'));
    return isMine ? network(value, { ...value, ...parameters }) : undefined;
  },
};

/** What a camera or a sensor saw. */
const kinds: Readonly<Record<string, Severity>> = {
  ring: 'info',
  motion: 'info',
  person: 'info',
  vehicle: 'info',
  animal: 'info',
  package: 'info',
  smoke: 'critical',
  alarmSmoke: 'critical',
  alarmCo: 'critical',
  leak: 'critical',
  water: 'critical',
  sensor_water_leak: 'critical',
  battery: 'warning',
  device_offline: 'critical',
  offline: 'critical',
};

function protect(value: Fields, alarm: Fields): Reading {
  const triggers = list(alarm['triggers']).slice(0, 50).map(fields);
  const seen = [...new Set(triggers.map((trigger) => text(trigger['key'])).filter(Boolean))];
  const name = first(alarm['name']) || 'Alarm';
  const severity =
    seen.map((key) => entry(kinds, key)).find((found) => found === 'critical' || found === 'warning') ??
    'info';
  const isTest = triggers.some((trigger) => /test/i.test(text(trigger['device']))) || /\btest\b/i.test(name);
  const time = when(value['timestamp']) ?? when(triggers[0]?.['timestamp']);
  return one(
    'unifi',
    {
      title: seen.length === 0 ? name : `${name}: ${seen.join(', ').replaceAll('_', ' ')}`,
      severity,
      state: isTest ? 'test' : severity === 'info' ? 'info' : 'firing',
      facts: [
        ['Seen', seen],
        ['Device', triggers.map((trigger) => first(trigger['deviceName'], trigger['device']))],
        ['Zone', triggers.map((trigger) => text(at(trigger['zones'], 'name')))],
        ['Recognised', triggers.map((trigger) => first(at(trigger, 'group', 'name'), trigger['value']))],
        ['Sources', list(alarm['sources']).map((source) => first(at(source, 'device')))],
      ],
      links: [['Event', first(alarm['eventLocalLink'], alarm['eventPath'])]],
      startedAt: time,
    },
    { deliveryKey: first(triggers[0]?.['eventId']) || undefined },
  );
}

function network(value: Fields, all: Fields): Reading {
  const name = first(value['name'], value['title'], value['event'], value['message']);
  const words = `${name}\n${text(value['message'])}`.slice(0, 2000);
  const heard = tone(words, severityOf(text(value['severity'])));
  // What the controller stopped is over, but somebody has to know of it.
  const attacked =
    heard.state === 'info' && /\b(?:threats?|intrusions?|attacks?|malware|honeypot|rogue)\b/i.test(words);
  return one('unifi', {
    title: name,
    severity: attacked && heard.severity !== 'critical' ? 'warning' : heard.severity,
    state: attacked ? 'firing' : heard.state,
    summary: value['message'],
    facts: Object.entries(all)
      .filter(([key]) => !['name', 'title', 'message', 'parameters', 'timestamp'].includes(key))
      .slice(0, 60)
      .map(([key, field]) => [key.replace(/^UNIFI/, '').replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' '), field]),
    startedAt: when(value['timestamp']),
    threadKey: first(value['alarm_id'], value['alarmId']) || undefined,
  });
}

/** The events of the older controllers: `EVT_AP_Lost_Contact` and their like. */
function legacy(value: Fields, event: string): Reading {
  const heard = tone(event.replaceAll('_', ' '));
  const isLost = /lost|disconnected|offline|down|ips/i.test(event);
  return one('unifi', {
    title: first(value['msg'], event),
    severity: isLost ? 'error' : heard.severity,
    state: isLost ? 'firing' : heard.state,
    facts: [
      ['Event', event],
      ['Device', first(value['ap_name'], value['sw_name'], value['gw_name'], value['hostname'])],
      ['Site', value['site_name']],
      ['Subsystem', value['subsystem']],
    ],
    startedAt: when(value['time'] ?? value['datetime']),
  });
}
