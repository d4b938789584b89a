/**
 * Checkmk's notification scripts that post JSON with names of their own (`host`, `what`, `event`, `output`, …); scripts that pass
 * on the variables as they are called are read with Nagios' macros (docs.checkmk.com, "Notification scripts").
 */
import { entry } from '../../platform/entry.ts';
import type { Adapter, AlertState, HookRequest, Reading } from '../alert.ts';
import { severityOf } from '../severity.ts';
import { first, given, has, one, text, when } from '../sketch.ts';

const states: Readonly<Record<string, AlertState>> = {
  PROBLEM: 'firing',
  RECOVERY: 'resolved',
  ACKNOWLEDGEMENT: 'acknowledged',
  FLAPPINGSTART: 'firing',
  FLAPPINGSTOP: 'resolved',
};

export const checkmk: Adapter = {
  name: 'checkmk',
  label: 'Checkmk',
  read(request: HookRequest): Reading {
    const body = given(request);
    const what = text(body['what']).toUpperCase();
    const path = first(body['url']);
    const own = [
      has(body, 'notification_type'),
      has(body, 'check_command'),
      has(body, 'site'),
      path.includes('/check_mk/'),
      /check_?mk/i.test(first(body['summary'])),
    ];
    if (!/^(?:HOST|SERVICE)$/.test(what) || !has(body, 'host') || own.filter(Boolean).length < 2)
      return undefined;
    const host = first(body['host'], body['alias']) || 'host';
    const service = what === 'SERVICE' ? first(body['service'], body['description']) : '';
    const status = first(
      body['status'],
      body['state'],
      /-> ?(\w+)/.exec(text(body['event']))?.[1],
    ).toUpperCase();
    const [kind = ''] = first(body['notification_type'])
      .toUpperCase()
      .split(/[\s(]+/);
    const severity = severityOf(first(body['severity'])) ?? severityOf(status) ?? 'unknown';
    const isPath = path.startsWith('/');
    const time = when(body['short_date_time']);
    const state =
      entry(states, kind) ??
      (/^(?:DOWNTIME|CUSTOM|ALERTHANDLER)/.test(kind) ? 'info' : severity === 'ok' ? 'resolved' : 'firing');
    return one('checkmk', {
      title: `${service === '' ? host : `${service} on ${host}`} is ${status || 'unknown'}`,
      severity,
      state,
      summary: [first(body['output']), first(body['long_output'])].filter(Boolean).join('\n'),
      facts: [
        ['Host', host],
        ['Address', body['address']],
        ['Service', service],
        ['Event', body['event']],
        ['Notification', body['notification_type']],
        ['Site', body['site']],
        ['Check', body['check_command']],
        ['Author', body['author'] ?? body['notification_author']],
        ['Comment', body['comment'] ?? body['notification_comment']],
        ['Time', body['long_date_time']],
        // Checkmk knows its own host only by a setting of the rule.
        ['Path in Checkmk', isPath ? path : ''],
      ],
      links: [['Checkmk', isPath ? '' : path]],
      ...(state === 'resolved' ? { endedAt: time } : { startedAt: time }),
      threadKey: service === '' ? host : `${host}!${service}`,
    });
  },
};
