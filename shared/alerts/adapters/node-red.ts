/** Node-RED: a message as its "http request" node posts it whole, with `_msgid` (nodered.org/docs, "Working with messages"). */
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { first, firstLine, has, isFields, nested, one, oneLine, shown, text } from '../sketch.ts';
import { tone } from '../tone.ts';

export const nodeRed: Adapter = {
  name: 'node-red',
  label: 'Node-RED',
  read(request: HookRequest): Reading {
    const { value } = request;
    if (!has(value, '_msgid', 'payload') || !/^[\w.-]{6,40}$/.test(text(value['_msgid']))) return undefined;
    const payload = nested(value['payload']);
    const inner = isFields(payload) ? payload : {};
    const topic = first(value['topic'], inner['title'], inner['subject'], inner['topic']);
    const words =
      first(payload, inner['message'], inner['text'], inner['alert']) ||
      (isFields(payload) ? '' : shown(payload));
    const line = oneLine(firstLine(words)).slice(0, 120);
    const heard = tone(`${topic}\n${words}`);
    return one('node-red', {
      title:
        topic !== '' && line !== '' && line.length < 60
          ? `${topic}: ${line}`
          : topic || line || 'Message from Node-RED',
      severity: heard.severity,
      state: heard.state,
      summary: words,
      facts: Object.entries(inner).slice(0, 100),
      links: [['Open', inner['url'] ?? inner['link']]],
    });
  },
};
