/**
 * Pingdom's webhooks for uptime and transaction checks. https://www.pingdom.com/resources/webhooks/
 */
import type { Adapter } from '../alert.ts';
import { at, first, has, one, text } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { keyOf, webLink } from '../value.ts';

const good = /^(?:up|success)$/i;
const bad = /^(?:down|failing|failed)$/i;

export const pingdom: Adapter = {
  name: 'pingdom',
  label: 'Pingdom',
  read({ value }) {
    if (!has(value, 'check_id', 'current_state') || !(has(value, 'check_name') || has(value, 'check_type')))
      return undefined;
    const current = text(value['current_state']);
    const ended = good.test(current);
    const time = timeOf(value['state_changed_timestamp']) ?? timeOf(value['state_changed_utc_time']);
    const name = first(value['check_name']) || `Check ${text(value['check_id'])}`;
    const probe = (key: string) => first(at(value, key, 'location'), at(value, key, 'ip'));
    const address = first(
      at(value, 'check_params', 'full_url'),
      at(value, 'check_params', 'url'),
      at(value, 'check_params', 'hostname'),
    );
    return one(
      'pingdom',
      {
        title: `${name} is ${current.toLowerCase()}`,
        state: ended ? 'resolved' : bad.test(current) ? 'firing' : 'info',
        severity: ended ? 'ok' : bad.test(current) ? 'critical' : 'unknown',
        summary: [first(value['description']), first(value['long_description'])]
          .filter((part) => part !== '')
          .join('\n'),
        facts: [
          ['Address', address],
          ['Check', value['check_type']],
          ['Before', value['previous_state']],
          ['Importance', value['importance_level']],
          ['First probe', probe('first_probe')],
          ['Second probe', probe('second_probe')],
          ['Tags', value['tags']],
          ['Host', at(value, 'check_params', 'hostname')],
          ['Custom message', value['custom_message']],
        ],
        links: [['Address', webLink(address)]],
        startedAt: ended ? undefined : time,
        endedAt: ended ? time : undefined,
        threadKey: text(value['check_id']),
      },
      {
        deliveryKey: keyOf(
          first(value['state_changed_timestamp'], value['state_changed_utc_time']),
          value['check_id'],
          current,
        ),
      },
    );
  },
};
