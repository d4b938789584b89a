/**
 * Fail2ban's actions with curl: an address that was banned or unbanned. The common scripts name it `ip` and the jail `name` or
 * `jail`; others send Alerta's shape with a sentence (github.com/fail2ban/fail2ban, "action.d").
 */
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { severityOf } from '../severity.ts';
import { at, first, given, has, one, oneLine, when } from '../sketch.ts';

export const fail2ban: Adapter = {
  name: 'fail2ban',
  label: 'Fail2ban',
  read(request: HookRequest): Reading {
    const body = given(request);
    const banned = first(
      at(body, 'attributes', 'bannedIp'),
      body['bannedIp'],
      body['banned_ip'],
      body['ip'],
      body['address'],
    );
    const sentence = first(body['event'], body['message'], body['text'], body['action'], body['status']);
    const jail = first(body['jail'], body['resource'], body['name'], body['service']);
    const fromScript =
      (has(body, 'jail') || has(body, 'failures')) &&
      /^(?:un)?ban(?:ned)?$/i.test(
        first(body['action'], body['event'], body['status'], body['type']) || 'ban',
      );
    const inWords = /\bfail2ban\b/i.test(`${sentence} ${first(body['title'])} ${first(body['source'])}`);
    if (!/^[\da-f.:]{3,45}(?:\/\d{1,3})?$/i.test(banned) || !(fromScript || inWords)) return undefined;
    const isUnban = /\bunban/i.test(sentence);
    const failures = first(body['failures'], body['attempts']);
    const host = first(body['hostname'], body['host'], body['fqdn'], body['server']);
    return one('fail2ban', {
      title: `${banned} ${isUnban ? 'unbanned' : 'banned'}${jail === '' ? '' : ` by ${jail}`}${host === '' ? '' : ` on ${host}`}`,
      severity: isUnban ? 'ok' : (severityOf(first(body['severity'])) ?? 'warning'),
      state: isUnban ? 'resolved' : 'firing',
      summary: sentence.includes(' ')
        ? oneLine(sentence)
        : failures === ''
          ? ''
          : `Banned after ${failures} failures.`,
      facts: [
        ['Address', banned],
        ['Jail', jail],
        ['Host', host],
        ['Failures', failures],
        ['Ban time', body['bantime']],
        ['Country', body['country']],
        ['Environment', body['environment']],
        ['Message', body['event'] === undefined ? '' : body['message']],
        ['Matches', body['matches']],
      ],
      startedAt: when(body['time'] ?? body['timestamp']),
      threadKey: `${host}:${jail}:${banned}`,
    });
  },
};
