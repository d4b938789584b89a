/**
 * Papertrail: a saved search found lines. They are the lines of one report, not alerts of their own.
 * https://www.papertrail.com/help/web-hooks/
 */
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { at, first, has, list, one, text, when } from '../sketch.ts';
import { keyOf } from '../value.ts';

/** Most lines in the mail; the link leads to the others. */
const lineLimit = 50;

export const papertrail: Adapter = {
  name: 'papertrail',
  label: 'Papertrail',
  read(request: HookRequest): Reading {
    const { value } = request;
    const search = at(value, 'saved_search');
    if (!has(value, 'saved_search', 'events') || !has(search, 'name', 'query')) return undefined;
    const events = list(value['events']);
    const count = events.length === 1 ? '1 line' : `${events.length} lines`;
    return one(
      'papertrail',
      {
        title: `${text(search['name'])}: ${count}`,
        state: events.length === 0 ? 'info' : 'firing',
        summary: events.slice(0, lineLimit).map(lineOf).join('\n'),
        facts: [
          ['Search', search['query']],
          ['Every', value['frequency']],
          [
            'Hosts',
            [...new Set(events.map((event) => first(at(event, 'source_name'), at(event, 'hostname'))))],
          ],
        ],
        links: [['Search', search['html_search_url']]],
        startedAt: when(at(events[0], 'received_at')),
      },
      {
        deliveryKey: keyOf(value['max_id'], search['id']),
        notes:
          events.length > lineLimit ? [`${events.length - lineLimit} more lines are not shown here.`] : [],
      },
    );
  },
};

/** As in a log: time, host, program and what it said. */
function lineOf(event: unknown): string {
  const words = ['display_received_at', 'hostname', 'program'].map((key) => first(at(event, key)));
  return `${words.filter((word) => word !== '').join(' ')}: ${text(at(event, 'message'))}`;
}
