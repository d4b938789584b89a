/** Dead Man's Snitch (deadmanssnitch.com/docs, "Webhooks"): a job that has not reported, or has again. */
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { at, fields, has, isFields, one, text, when } from '../sketch.ts';

export const deadMansSnitch: Adapter = {
  name: 'dead-mans-snitch',
  label: "Dead Man's Snitch",
  read(request: HookRequest): Reading {
    const { value } = request;
    const type = text(at(value, 'type'));
    const of = at(value, 'data', 'snitch');
    if (!isFields(value) || !/^snitch\.\w+$/.test(type) || !isFields(of)) return undefined;
    const word = type.slice('snitch.'.length).replaceAll('_', ' ');
    const snitch = fields(of);
    const status = text(snitch['status']);
    const isOver = /^(?:reporting|healthy|resolved|recovered)/.test(word);
    const isBad = /^(?:missing|errored|late)/.test(word);
    const time = when(value['timestamp']);
    return one('dead-mans-snitch', {
      title: `${text(snitch['name']) || 'Snitch'} is ${word}`,
      severity: isOver ? 'ok' : isBad ? 'critical' : 'info',
      state: isOver ? 'resolved' : isBad ? 'firing' : 'info',
      summary: text(snitch['notes']),
      facts: [
        ['Status', status],
        ['Before', snitch['previous_status']],
        ['Tags', snitch['tags']],
      ],
      links: has(snitch, 'href') ? [['Snitch', snitch['href']]] : [],
      ...(isOver ? { endedAt: time } : { startedAt: time }),
      threadKey: text(snitch['token']) || undefined,
    });
  },
};
