/**
 * Uptime Kuma's webhook: JSON, a form with all of it in `data`, or a query with a JSON text in each parameter
 * (github.com/louislam/uptime-kuma). Its test has `heartbeat: null, monitor: null`, and so has what it says of certificates and domains
 * that run out (some versions name the monitor). Status: 0 down, 1 up, 2 pending, 3 maintenance.
 */
import { entry } from '../../platform/entry.ts';
import type { Adapter, AlertState, HookRequest, Reading, Severity } from '../alert.ts';
import { fields, firstLine, given, has, isFields, list, nested, one, text, when, at } from '../sketch.ts';

const statuses: Readonly<
  Record<string, { readonly severity: Severity; readonly state: AlertState; readonly word: string }>
> = {
  '0': { severity: 'critical', state: 'firing', word: 'is down' },
  '1': { severity: 'ok', state: 'resolved', word: 'is up' },
  '2': { severity: 'warning', state: 'info', word: 'is pending' },
  '3': { severity: 'info', state: 'info', word: 'is in maintenance' },
};

export const uptimeKuma: Adapter = {
  name: 'uptime-kuma',
  label: 'Uptime Kuma',
  read(request: HookRequest): Reading {
    const form = given(request);
    const body = has(form, 'data') && Object.keys(form).length === 1 ? nested(form['data']) : form;
    if (!has(body, 'heartbeat', 'monitor', 'msg')) return undefined;
    const [heartbeat, monitor] = [nested(body['heartbeat']), nested(body['monitor'])].map(absent);
    const message = text(body['msg']);
    const expires = /\b(?:certificate|domain)\b[^\n]{0,300}\b(?:expires?|expired|expiry|valid)\b/i.test(
      message.slice(0, 1000),
    );
    if (heartbeat === null && monitor === null && !expires) {
      return one('uptime-kuma', {
        title: ['Uptime Kuma', firstLine(message)].filter(Boolean).join(': '),
        state: 'test',
        severity: 'info',
        summary: message,
      });
    }
    const isBeat = isFields(heartbeat) && has(heartbeat, 'status');
    if (!isBeat && !expires && !(isFields(monitor) && has(monitor, 'name'))) return undefined;
    const beat = fields(heartbeat);
    const of = fields(monitor);
    const status = entry(statuses, text(beat['status']));
    const name =
      text(of['pathName']) || text(of['name']) || /^\[([^\]]{1,200})\]/.exec(message)?.[1] || 'Monitor';
    const certificate = !isBeat && (expires || /certificate/i.test(message));
    return one('uptime-kuma', {
      title:
        status === undefined
          ? message.replace(/^\[[^\]]{1,200}\]\[[^\]]{1,500}\] ?/, `${name}: `) || name
          : `${name} ${status.word}`,
      severity: status?.severity ?? (certificate ? 'warning' : 'unknown'),
      state: status?.state ?? (certificate ? 'firing' : 'info'),
      summary: text(beat['msg']) || message,
      facts: [
        ['Monitor', of['name']],
        ['Type', of['type']],
        ['Host', of['hostname']],
        ['Port', of['port']],
        ['Description', of['description']],
        ['Response time', text(beat['ping']) === '' ? '' : `${text(beat['ping'])} ms`],
        ['Retries', beat['retries']],
        ['Tags', list(of['tags']).map(tag)],
      ],
      // A monitor that has no page carries this instead of an address.
      links: [
        [
          'Monitored page',
          /^https?:\/\/.{1,}/.test(text(of['url'])) && text(of['url']) !== 'https://' ? of['url'] : '',
        ],
      ],
      // `time` is in UTC, `localDateTime` in the server's zone.
      ...(status?.state === 'resolved' ? { endedAt: when(beat['time']) } : { startedAt: when(beat['time']) }),
      threadKey: text(of['id']) || text(beat['monitorID']) || undefined,
    });
  },
};

/** A query has `null` as text, or nothing. */
function absent(value: unknown): unknown {
  return value === 'null' || value === '' || value === undefined ? null : value;
}

function tag(value: unknown): string {
  const [name, of] = [text(at(value, 'name')), text(at(value, 'value'))];
  return of === '' ? name : `${name}: ${of}`;
}
