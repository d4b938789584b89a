/**
 * LibreNMS' API transport with all fields of an alert (docs.librenms.org, "Templates"). State: 0 recovered, 1 active, 2 acknowledged,
 * 3 worse, 4 better, 5 changed.
 */
import { entry } from '../../platform/entry.ts';
import type { Adapter, AlertState, HookRequest, Reading } from '../alert.ts';
import { severityOf } from '../severity.ts';
import { first, given, has, one, text, when } from '../sketch.ts';

const states: Readonly<Record<string, AlertState>> = {
  '0': 'resolved',
  '1': 'firing',
  '2': 'acknowledged',
  '3': 'firing',
  '4': 'firing',
  '5': 'firing',
};

export const librenms: Adapter = {
  name: 'librenms',
  label: 'LibreNMS',
  read(request: HookRequest): Reading {
    const body = given(request);
    const own = ['sysName', 'rule_id', 'alert_id', 'device_id', 'sysDescr', 'faults', 'uid'];
    if (!has(body, 'hostname', 'state') || own.filter((key) => has(body, key)).length < 2) return undefined;
    const state = entry(states, text(body['state'])) ?? 'firing';
    const host = first(body['display'], body['sysName'], body['hostname']);
    const isTest = /\btest(?:ing)? (?:transport|alert)|testing transport/i.test(
      `${text(body['title'])} ${text(body['name'])}`,
    );
    const time = when(body['timestamp']);
    return one('librenms', {
      title: first(body['title']) || `${first(body['name'], body['rule']) || 'Alert'} on ${host}`,
      severity: severityOf(text(body['severity'])) ?? 'unknown',
      state: isTest ? 'test' : state,
      summary: first(body['msg']),
      facts: [
        ['Device', host],
        ['Address', body['ip']],
        ['Rule', body['name']],
        ['Severity', body['severity']],
        ['Lasted', body['elapsed']],
        ['Location', body['location']],
        ['System', body['sysDescr']],
        ['Contact', body['sysContact']],
        ['Notes', body['notes']],
        ['Procedure', /^https?:/.test(text(body['proc'])) ? '' : body['proc']],
        ['Alert notes', body['alert_notes']],
      ],
      links: [['Procedure', /^https?:/.test(text(body['proc'])) ? body['proc'] : '']],
      ...(state === 'resolved' ? { endedAt: time } : { startedAt: time }),
      threadKey:
        first(body['alert_id']) ||
        `${first(body['device_id'], body['hostname'])}:${first(body['rule_id'], body['name'])}`,
    });
  },
};
