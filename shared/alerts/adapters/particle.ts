/** Particle's webhooks (docs.particle.io, "Webhooks"): event, data, device and time, as JSON or a form. */
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { first, given, has, isFields, nested, one, text, when } from '../sketch.ts';
import { tone } from '../tone.ts';

export const particle: Adapter = {
  name: 'particle',
  label: 'Particle',
  read(request: HookRequest): Reading {
    const body = given(request);
    if (!has(body, 'event', 'data', 'coreid') && !has(body, 'event', 'data', 'published_at'))
      return undefined;
    const event = first(body['event']) || 'event';
    const data = nested(body['data']);
    const device = first(body['device_name'], body['coreid']);
    const heard = tone(`${event.replaceAll(/[/_-]/g, ' ')} ${text(data)}`);
    return one('particle', {
      title: `${event}${device === '' ? '' : ` from ${device}`}`,
      severity: heard.severity,
      state: heard.state,
      summary: isFields(data) ? '' : data,
      facts: [
        ...(isFields(data) ? Object.entries(data).slice(0, 100) : []),
        ['Device', body['coreid']],
        ['Product', body['product_id']],
        ['Firmware', body['fw_version']],
      ],
      startedAt: when(body['published_at']),
    });
  },
};
