/**
 * Home Assistant: an object of a state or an event as templates and `webhook`-like integrations pass it on
 * (home-assistant.io/docs, "State objects", "Events"). What a `rest_command` sends is the owner's own and is read generically, but
 * for the fields of `notify`: title, message, target, data.
 */
import { entry } from '../../platform/entry.ts';
import type { Adapter, HookRequest, Reading, Severity } from '../alert.ts';
import { told } from '../chat.ts';
import { at, fields, first, has, isFields, one, only, several, text, when, type Fields } from '../sketch.ts';
import { tone } from '../tone.ts';

const notifyKeys = new Set(['title', 'message', 'target', 'data']);

const entity = /^[a-z_]{2,40}\.[a-z0-9_]{1,200}$/;

export const homeAssistant: Adapter = {
  name: 'home-assistant',
  label: 'Home Assistant',
  read(request: HookRequest): Reading {
    const { value } = request;
    if (!isFields(value)) return undefined;
    const changed =
      isFields(value['data']) && value['event_type'] === 'state_changed' ? value['data'] : value;
    if (
      entity.test(text(changed['entity_id'])) &&
      (has(changed, 'state') || has(changed, 'new_state') || has(changed, 'to_state'))
    ) {
      return state(changed);
    }
    if (text(value['event_type']) !== '' && isFields(value['data']) && has(value, 'origin', 'time_fired'))
      return fired(value, value['data']);
    if (
      only(value, notifyKeys) &&
      has(value, 'message') &&
      (isFields(value['data']) || has(value, 'target')) &&
      text(value['message']) !== ''
    ) {
      const message = {
        pieces: [
          { kind: 'title' as const, text: text(value['title']) },
          { kind: 'text' as const, text: text(value['message']) },
        ],
        facts: [['Target', value['target']]] as const,
        links: [at(value, 'data', 'url'), at(value, 'data', 'clickAction'), at(value, 'data', 'image')]
          .filter((url) => /^https?:/.test(text(url)))
          .map((url) => ({ label: 'Open', url: text(url) })),
      };
      return several([told('home-assistant', message)]);
    }
    return undefined;
  },
};

/** Any other event of the bus: something happened, and nothing says that it is bad. */
function fired(value: Fields, data: Fields): Reading {
  const what = text(value['event_type']).replaceAll('_', ' ');
  const name = first(data['name'], data['friendly_name'], data['entity_id'], data['device_id']);
  return one('home-assistant', {
    title: name === '' ? what : `${name}: ${what}`,
    severity: 'info',
    state: 'info',
    summary: data['message'],
    facts: Object.entries(data).slice(0, 40),
    startedAt: when(value['time_fired']),
  });
}

/**
 * What `on` and `off` of a binary sensor mean, where one of them is bad
 * (home-assistant.io/integrations/binary_sensor, "Device class").
 */
const meanings: Readonly<Record<string, { readonly bad: 'on' | 'off'; readonly severity: Severity }>> = {
  battery: { bad: 'on', severity: 'warning' },
  carbon_monoxide: { bad: 'on', severity: 'critical' },
  cold: { bad: 'on', severity: 'warning' },
  connectivity: { bad: 'off', severity: 'error' },
  gas: { bad: 'on', severity: 'critical' },
  heat: { bad: 'on', severity: 'warning' },
  moisture: { bad: 'on', severity: 'critical' },
  power: { bad: 'off', severity: 'error' },
  problem: { bad: 'on', severity: 'critical' },
  safety: { bad: 'on', severity: 'critical' },
  smoke: { bad: 'on', severity: 'critical' },
  tamper: { bad: 'on', severity: 'critical' },
};

function state(changed: Fields): Reading {
  const now = changed['new_state'] ?? changed['to_state'] ?? changed;
  const before = changed['old_state'] ?? changed['from_state'];
  const attributes = fields(at(now, 'attributes') ?? changed['attributes']);
  const id = text(changed['entity_id']);
  const is = first(at(now, 'state'), now);
  const name = first(attributes['friendly_name'], changed['friendly_name'], changed['name']) || id;
  const unit = text(attributes['unit_of_measurement']);
  const meaning = id.startsWith('binary_sensor.')
    ? entry(meanings, text(attributes['device_class']))
    : undefined;
  const bad =
    meaning === undefined
      ? undefined
      : is === meaning.bad
        ? true
        : /^(?:on|off)$/.test(is)
          ? false
          : undefined;
  const words = tone(`${text(changed['message'])} ${is}`);
  const severity =
    meaning !== undefined && bad !== undefined
      ? bad
        ? meaning.severity
        : 'ok'
      : is === 'unavailable'
        ? 'warning'
        : words.severity;
  return one('home-assistant', {
    title: `${name} is ${is}${unit === '' ? '' : ` ${unit}`}`,
    severity,
    state: bad !== undefined ? (bad ? 'firing' : 'resolved') : is === 'unavailable' ? 'firing' : words.state,
    summary: changed['message'],
    facts: [
      ['Entity', id],
      ['State', is],
      ['Before', first(at(before, 'state'), before)],
      ...Object.entries(attributes)
        .filter(([key]) => !['friendly_name', 'icon', 'unit_of_measurement'].includes(key))
        .slice(0, 40),
    ],
    startedAt: when(at(now, 'last_changed') ?? changed['last_changed']),
    threadKey: id,
  });
}
