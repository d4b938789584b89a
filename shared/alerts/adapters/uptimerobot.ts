/**
 * UptimeRobot's web-hook contact: parameters of a GET, a form or JSON (uptimerobot.com, "Web-Hook alert contacts"). Alert types:
 * 1 down, 2 up, 3 certificate or domain about to end, and others by name. `alertDateTime` is in seconds.
 */
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { first, given, has, one, text, when } from '../sketch.ts';

export const uptimerobot: Adapter = {
  name: 'uptimerobot',
  label: 'UptimeRobot',
  read(request: HookRequest): Reading {
    const body = given(request);
    const isMine =
      has(body, 'monitorFriendlyName') && (has(body, 'alertType') || has(body, 'alertTypeFriendlyName'));
    if (!isMine) return undefined;
    const type = text(body['alertType']);
    const word = first(body['alertTypeFriendlyName']) || (type === '1' ? 'Down' : type === '2' ? 'Up' : '');
    const isUp = type === '2' || /^up$/i.test(word);
    const isDown = type === '1' || /^down$/i.test(word);
    const name = first(body['monitorFriendlyName'], body['monitorURL']) || 'Monitor';
    const isTest = /\btest\b/i.test(text(body['alertDetails'])) && /\btest\b/i.test(name);
    const at = when(body['alertDateTime']);
    const duration = first(body['alertFriendlyDuration'], body['alertDuration']);
    return one(
      'uptimerobot',
      {
        title: isUp || isDown ? `${name} is ${isUp ? 'up' : 'down'}` : `${name}: ${word || 'alert'}`,
        severity: isUp ? 'ok' : isDown ? 'critical' : 'warning',
        state: isTest ? 'test' : isUp ? 'resolved' : 'firing',
        summary: first(body['alertDetails']),
        facts: [
          ['Down for', isUp && /^\d+$/.test(duration) ? `${duration} s` : duration],
          [
            'Certificate ends',
            first(body['sslExpiryDaysLeft']) && `in ${first(body['sslExpiryDaysLeft'])} days`,
          ],
          ['Monitor', body['monitorID']],
        ],
        links: [['Monitored page', body['monitorURL']]],
        ...(isUp ? { endedAt: at } : { startedAt: at }),
        threadKey: first(body['monitorID']) || undefined,
      },
      { deliveryKey: first(body['alertID']) ? `uptimerobot:${first(body['alertID'])}:${type}` : undefined },
    );
  },
};
