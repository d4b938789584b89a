/**
 * Healthchecks.io: the `$JSON` placeholder of its webhook (healthchecks.io/docs/api, the fields of a check). Texts that an
 * administrator wrote around the other placeholders are nobody's shape and are read generically.
 */
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { at, has, isFields, one, text, when } from '../sketch.ts';

export const healthchecks: Adapter = {
  name: 'healthchecks',
  label: 'Healthchecks.io',
  read(request: HookRequest): Reading {
    const { value } = request;
    const check = isFields(at(value, 'check')) ? at(value, 'check') : value;
    if (
      !has(check, 'name', 'status') ||
      !(has(check, 'ping_url') || has(check, 'n_pings') || has(check, 'unique_key'))
    )
      return undefined;
    const status = text(check['status']).toLowerCase();
    const name = text(check['name']) || text(check['slug']) || 'Check';
    const isDown = status === 'down';
    const grace = Number(check['grace']);
    return one('healthchecks', {
      title: `${name} is ${status === 'grace' ? 'late' : status || 'unknown'}`,
      severity: isDown ? 'critical' : status === 'grace' ? 'warning' : status === 'up' ? 'ok' : 'info',
      state: isDown ? 'firing' : status === 'up' ? 'resolved' : 'info',
      summary:
        isDown && text(check['last_ping']) !== ''
          ? `No ping since ${text(check['last_ping'])}.`
          : text(check['desc']),
      facts: [
        ['Description', check['desc']],
        ['Last ping', check['last_ping']],
        ['Expected', check['next_ping']],
        ['Schedule', [text(check['schedule']), text(check['tz'])].filter(Boolean).join(' ')],
        ['Period', Number(check['timeout']) > 0 ? `${Number(check['timeout']) / 60} min` : ''],
        ['Grace', grace > 0 ? `${grace / 60} min` : ''],
        ['Tags', check['tags']],
        ['Pings', check['n_pings']],
      ],
      links: [
        ['Check', check['details_url']],
        ['Check (API)', check['update_url']],
      ],
      startedAt: isDown ? when(check['last_ping']) : undefined,
      endedAt: status === 'up' ? when(check['last_ping']) : undefined,
      threadKey: text(check['uuid']) || text(check['unique_key']) || text(check['slug']) || undefined,
    });
  },
};
