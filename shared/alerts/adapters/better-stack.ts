/**
 * Better Stack (Better Uptime): incidents and monitors in the form of JSON:API. https://betterstack.com/docs/uptime/webhooks/
 */
import type { Adapter, AlertState } from '../alert.ts';
import { at, first, has, isFields, one, text } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { asWords, keyOf, linesOf, pick, webLink } from '../value.ts';

const source = 'better-stack';

const states: Readonly<Record<string, AlertState>> = {
  unconfirmed: 'firing',
  started: 'firing',
  acknowledged: 'acknowledged',
  resolved: 'resolved',
  validating: 'firing',
  down: 'firing',
  up: 'resolved',
};

const told =
  'name cause status url started_at acknowledged_at resolved_at http_method response_content response_url screenshot_url origin_url regions metadata'.split(
    ' ',
  );

export const betterStack: Adapter = {
  name: source,
  label: 'Better Stack',
  read({ value }) {
    const data = at(value, 'data');
    const about = at(data, 'attributes');
    const type = text(at(data, 'type'));
    if (
      !has(data, 'id', 'type') ||
      !isFields(about) ||
      !/^(?:incident|incident_group|monitor|heartbeat)$/.test(type)
    )
      return undefined;
    if (!['started_at', 'cause', 'resolved_at', 'status'].some((key) => Object.hasOwn(about, key)))
      return undefined;
    const event = text(at(value, 'event')).replace(/^incident_/, '');
    const resolved = timeOf(about['resolved_at']);
    const acknowledged = timeOf(about['acknowledged_at']);
    const state =
      pick(states, event) ??
      pick(states, about['status']) ??
      (resolved ? 'resolved' : acknowledged ? 'acknowledged' : 'firing');
    const name = first(about['name'], about['pronounceable_name'], about['url']) || asWords(type);
    const address = webLink(about['url']);
    return one(
      source,
      {
        title: type === 'monitor' ? `${name} is ${text(about['status'])}` : name,
        state,
        severity: state === 'firing' ? 'critical' : 'warning',
        summary: first(about['cause']),
        facts: [
          ['Cause', about['cause']],
          [
            'Address',
            [text(about['http_method']).toUpperCase(), text(about['url'])]
              .filter((part) => part !== '')
              .join(' '),
          ],
          ['Regions', about['regions']],
          ['Response', about['response_content']],
          ...linesOf(about['metadata']),
          ...linesOf(about, ...told),
        ],
        links: [
          ['Origin', webLink(about['origin_url'])],
          ['Address', address],
          ['Screenshot', webLink(about['screenshot_url'])],
          ['Response', webLink(about['response_url'])],
        ],
        startedAt: timeOf(about['started_at']),
        endedAt: state === 'resolved' ? resolved : undefined,
        threadKey: keyOf(at(data, 'id'), type),
      },
      {
        deliveryKey: keyOf(
          at(data, 'id'),
          type,
          event,
          about['status'],
          about['acknowledged_at'],
          about['resolved_at'],
        ),
      },
    );
  },
};
