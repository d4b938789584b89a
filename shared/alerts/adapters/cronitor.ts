/** Cronitor's webhook (cronitor.io/docs, "Webhooks"): an alert or a recovery of a job, a check or a heartbeat. */
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { first, has, isFields, one, text, when, at } from '../sketch.ts';

export const cronitor: Adapter = {
  name: 'cronitor',
  label: 'Cronitor',
  read(request: HookRequest): Reading {
    const { value } = request;
    if (
      !isFields(value) ||
      !has(value, 'monitor', 'type') ||
      !(has(value, 'rule') || has(value, 'description'))
    )
      return undefined;
    const type = text(value['type']).toLowerCase();
    if (!/^(?:alert|recovery|recovered|test|event|degraded|reminder|info|failing|ok)/.test(type))
      return undefined;
    const name = first(value['monitor'], value['name'], at(value['monitor'], 'name')) || 'Monitor';
    const isOver = /^(?:recover|ok)/.test(type);
    const rule = text(value['rule']).replaceAll('_', ' ');
    const told = first(value['description'], value['message']);
    const time = when(value['timestamp'] ?? value['stamp']);
    return one('cronitor', {
      title: isOver ? `${name} has recovered` : `${name}: ${rule || 'alert'}`,
      severity: isOver
        ? 'ok'
        : /^(?:degraded)/.test(type)
          ? 'warning'
          : /^(?:event|info|test)/.test(type)
            ? 'info'
            : 'critical',
      state: isOver
        ? 'resolved'
        : type === 'test'
          ? 'test'
          : /^(?:event|info)/.test(type)
            ? 'info'
            : 'firing',
      summary: told,
      facts: [
        ['Rule', rule],
        ['Environment', value['environment']],
        ['Host', value['host']],
        ['Series', value['series']],
        ['Group', value['group']],
      ],
      links: [
        ['Issue', value['issue_url']],
        ['Monitor', value['url'] ?? value['monitor_url']],
      ],
      ...(isOver ? { endedAt: time } : { startedAt: time }),
      threadKey: first(value['key'], value['code'], value['monitor']) || undefined,
    });
  },
};
