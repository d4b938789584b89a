/** Observium's webhook contact (docs.observium.org, "Alerting"): upper-case tags of its templates. */
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { severityOf } from '../severity.ts';
import { first, given, has, one, when } from '../sketch.ts';

export const observium: Adapter = {
  name: 'observium',
  label: 'Observium',
  read(request: HookRequest): Reading {
    const body = given(request);
    if (!has(body, 'ALERT_STATE') || !(has(body, 'ENTITY_NAME') || has(body, 'DEVICE_HOSTNAME')))
      return undefined;
    const state = first(body['ALERT_STATE']).toUpperCase();
    const isOver = /RECOVER|^OK/.test(state);
    const isSilenced = /SUPPRESSED|DELAYED/.test(state);
    return one('observium', {
      title: first(body['TITLE']) || `${first(body['ENTITY_NAME'])} on ${first(body['DEVICE_HOSTNAME'])}`,
      severity: severityOf(first(body['ALERT_SEVERITY'])) ?? 'critical',
      state: isOver ? 'resolved' : isSilenced ? 'info' : 'firing',
      summary: first(body['ALERT_MESSAGE']),
      facts: [
        ['Device', body['DEVICE_HOSTNAME']],
        ['Entity', body['ENTITY_NAME']],
        ['Type', body['ENTITY_TYPE']],
        ['Description', body['ENTITY_DESCRIPTION']],
        ['Conditions', body['CONDITIONS']],
        ['Values', body['METRICS']],
        ['Lasted', body['DURATION']],
        ['System', body['DEVICE_HARDWARE']],
        ['Location', body['DEVICE_LOCATION']],
      ],
      links: [
        ['Alert', body['ALERT_URL']],
        ['Entity', body['ENTITY_URL']],
        ['Device', body['DEVICE_URL']],
      ],
      startedAt: when(body['ALERT_UNIXTIME'] ?? body['ALERT_TIMESTAMP_RFC3339']),
      threadKey: first(body['ALERT_ID']) || `${first(body['DEVICE_HOSTNAME'])}:${first(body['ENTITY_NAME'])}`,
    });
  },
};
