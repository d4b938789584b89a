/**
 * Cloudflare's notifications. https://developers.cloudflare.com/notifications/reference/webhook-payload-schema/
 */
import type { Adapter, AlertState } from '../alert.ts';
import { firstSeverity } from '../severity.ts';
import { at, first, firstLine, has, isFields, one, text } from '../sketch.ts';
import { timeOf } from '../time.ts';
import { asWords, keyOf, known, linesOf, webLink } from '../value.ts';

const source = 'cloudflare';

/** Kinds of alert that say themselves that something is wrong; everything else is news. */
const bad =
  /error|attack|ddos|down|unhealthy|health|failing|failure|expir|abuse|violation|anomaly|incident|origin_monitoring/i;

function stateOf(event: string, kind: string, title: string): AlertState {
  if (event.endsWith('_END')) return 'resolved';
  if (event.endsWith('_START')) return 'firing';
  if (/resolved|recovered|has ended|now healthy/i.test(title)) return 'resolved';
  return bad.test(kind) ? 'firing' : 'info';
}

export const cloudflare: Adapter = {
  name: source,
  label: 'Cloudflare',
  read({ value }) {
    const said = text(at(value, 'text'));
    if (
      isFields(value) &&
      /^Hello World! This is a test message sent from https:\/\/cloudflare\.com\b/.test(said)
    ) {
      return one(source, {
        title: 'Cloudflare tries this hook',
        state: 'test',
        severity: 'info',
        summary: said,
      });
    }
    if (
      !has(value, 'text') ||
      !isFields(value['data']) ||
      known(value, 'alert_type', 'policy_id', 'account_id', 'policy_name', 'alert_correlation_id', 'ts') < 2
    )
      return undefined;
    const kind = text(value['alert_type']);
    const data = value['data'];
    const name = first(value['name'], value['policy_name']);
    const title = firstLine(said);
    const state = stateOf(text(value['alert_event']), kind, title);
    const time = timeOf(value['ts']);
    const thread = first(value['alert_correlation_id']);
    return one(
      source,
      {
        title: title.length > 150 && name !== '' ? name : title || name,
        state,
        severity: firstSeverity(data['severity']) ?? (state === 'firing' ? 'error' : 'info'),
        summary: said,
        facts: [
          ...linesOf(data),
          ['Policy', name],
          ['Type', asWords(kind)],
          ['Account', first(value['account_name'], value['account_id'])],
        ],
        links: [['Cloudflare', webLink(first(data['dashboard_link'], data['dashboard_url'], data['link']))]],
        startedAt: state === 'resolved' ? undefined : time,
        endedAt: state === 'resolved' ? time : undefined,
        threadKey: thread === '' ? undefined : keyOf(thread),
      },
      { deliveryKey: keyOf(value['ts'], value['policy_id'], thread, value['alert_event'], said) },
    );
  },
};
