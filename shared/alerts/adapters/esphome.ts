/**
 * ESPHome's `http_request` (esphome.io/components/http_request): the body is the owner's own, so only the user agent tells. Numbers
 * arrive as strings, or alone.
 */
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { firstSeverity } from '../severity.ts';
import { first, given, one, oneLine, shown, text } from '../sketch.ts';
import { tone } from '../tone.ts';

export const esphome: Adapter = {
  name: 'esphome',
  label: 'ESPHome',
  read(request: HookRequest): Reading {
    if (!/^ESPHome\//i.test(request.header('user-agent') ?? '')) return undefined;
    const body = given(request);
    const alone = text(request.value) || (Object.keys(body).length === 0 ? request.text.trim() : '');
    const values = Object.entries(body)
      .filter(([key]) => key !== 'title' && key !== 'message')
      .slice(0, 60);
    if (alone === '' && Object.keys(body).length === 0) return undefined;
    const said = first(body['title'], body['message'], body['text'], body['subject']);
    const brief = oneLine(values.map(([key, value]) => `${key} ${shown(value)}`).join(', ')).slice(0, 100);
    const heard = tone(`${said}\n${text(body['message'])}`, firstSeverity(body['severity']));
    return one('esphome', {
      title: said || `ESPHome: ${alone.slice(0, 100) || brief}`,
      severity: heard.severity,
      state: heard.state,
      summary: first(body['message'], alone),
      facts: values,
    });
  },
};
