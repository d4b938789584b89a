/** Pushover's messages (pushover.net/api): priority 2 is an emergency that has to be acknowledged, 1 is high. */
import type { Adapter, HookRequest, Reading, Severity } from '../alert.ts';
import { told } from '../chat.ts';
import { plainHtml } from '../markup.ts';
import { given, has, several, text, when } from '../sketch.ts';

export const pushover: Adapter = {
  name: 'pushover',
  label: 'Pushover message',
  read(request: HookRequest): Reading {
    const body = given(request);
    // `token` may have been taken out as a credential: user and message are enough with one of Pushover's own fields.
    const own = [
      'token',
      'sound',
      'priority',
      'retry',
      'expire',
      'device',
      'html',
      'monospace',
      'ttl',
      'url_title',
    ];
    if (!has(body, 'user', 'message') || !own.some((key) => has(body, key))) return undefined;
    if (!/^[A-Za-z0-9]{20,40}$/.test(text(body['user'])) || text(body['message']) === '') return undefined;
    const plain =
      text(body['html']) === '1'
        ? plainHtml(text(body['message']))
        : { text: text(body['message']), links: [] };
    const url = text(body['url']);
    return several([
      told('pushover', {
        pieces: [
          { kind: 'title', text: text(body['title']) },
          { kind: 'text', text: plain.text },
        ],
        facts: [['Device', body['device']]],
        links: [...(url === '' ? [] : [{ label: text(body['url_title']) || 'Open', url }]), ...plain.links],
        severity: severity(Number(body['priority'])),
        at: when(body['timestamp']),
      }),
    ]);
  },
};

function severity(priority: number): Severity | undefined {
  if (priority === 2) return 'critical';
  return priority === 1 ? 'error' : undefined;
}
