/**
 * Axiom's monitors through its webhook notifier. Times are written as Go prints them.
 */
import type { Adapter } from '../alert.ts';
import { at, first, has, one, text } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { keyOf, linesOf } from '../value.ts';

export const axiom: Adapter = {
  name: 'axiom',
  label: 'Axiom',
  read({ value }) {
    const event = at(value, 'event');
    if (!has(value, 'action') || !has(event, 'monitorID')) return undefined;
    const action = text(value['action']);
    const ended = /^(?:closed?|resolved?)$/i.test(action);
    const time = timeOf(event['timestamp']);
    const body = first(event['body']);
    return one(
      'axiom',
      {
        title: first(event['title'], event['description']) || 'Axiom monitor',
        state: ended ? 'resolved' : /^test/i.test(action) ? 'test' : 'firing',
        summary: [body, first(event['description'])].filter((part) => part !== '').join('\n\n'),
        facts: [
          ['Value', event['value']],
          ...linesOf(event['groupKeys']),
          ...linesOf(event['matchedEvent']),
          ['From', event['queryStartTime']],
          ['To', event['queryEndTime']],
          ['Monitor', event['monitorID']],
        ],
        startedAt: ended ? undefined : time,
        endedAt: ended ? time : undefined,
        threadKey: keyOf(event['monitorID'], event['groupKeys'], event['groupValues']),
      },
      {
        deliveryKey:
          time === undefined
            ? undefined
            : keyOf(
                event['monitorID'],
                event['groupValues'],
                action,
                event['timestamp'],
                event['queryEndTime'],
              ),
      },
    );
  },
};
