/** Hyperping's webhook (hyperping.com/docs): `check.down`, `check.up`, and events of certificates. Times in milliseconds, downtime in minutes. */
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { at, fields, isFields, list, one, text, when } from '../sketch.ts';

export const hyperping: Adapter = {
  name: 'hyperping',
  label: 'Hyperping',
  read(request: HookRequest): Reading {
    const { value } = request;
    const event = text(at(value, 'event'));
    if (
      !isFields(value) ||
      !/^(?:check|ssl|monitor|healthcheck)\.[\w.]+$/.test(event) ||
      !isFields(value['check'])
    ) {
      return undefined;
    }
    const check = fields(value['check']);
    const name = text(check['name']) || text(check['url']) || 'Check';
    const isUp = /\.up$|recover/.test(event) || check['down'] === false;
    const isDown = event.endsWith('.down');
    const time = when(check['date']);
    return one('hyperping', {
      title:
        isUp || isDown ? `${name} is ${isUp ? 'up' : 'down'}` : `${name}: ${event.replaceAll(/[._]/g, ' ')}`,
      severity: isUp ? 'ok' : isDown ? 'critical' : 'warning',
      state: isUp ? 'resolved' : 'firing',
      summary: list(value['pings'])
        .map((ping) =>
          [at(ping, 'location'), at(ping, 'status'), at(ping, 'statusMessage')]
            .map(text)
            .filter(Boolean)
            .join(' '),
        )
        .join('\n'),
      facts: [
        ['Status', check['status']],
        ['Down for', isUp && text(check['downtime']) !== '' ? `${text(check['downtime'])} min` : ''],
      ],
      links: [['Monitored page', check['url']]],
      ...(isUp ? { endedAt: time } : { startedAt: time }),
      threadKey: text(check['monitorUuid'] ?? check['uuid']) || text(check['url']) || undefined,
    });
  },
};
