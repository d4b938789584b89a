/**
 * Synology DSM's custom webhook: only a text is filled in, in whatever frame the administrator chose. Mine when the frame is one
 * that DSM's own providers use, or the text says DSM's sentences (kb.synology.com, "Notification – Webhook").
 */
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { at, fields, first, firstLine, given, isFields, one, oneLine, text } from '../sketch.ts';
import { tone } from '../tone.ts';

export const synology: Adapter = {
  name: 'synology',
  label: 'Synology DSM',
  read(request: HookRequest): Reading {
    const body = given(request);
    const agent = /synology/i.test(
      `${request.header('user-agent') ?? ''} ${text(body['providerIdentifier'])}`,
    );
    const more = fields(isFields(body['metadata']) ? body['metadata'] : body);
    const message = first(
      more['message'],
      more['text'],
      body['message'],
      body['text'],
      body['content'],
      at(body, 'body'),
    );
    const says =
      /\b(?:on|from) (?:DS|RS|FS|SA|HD|DVA|VS)\d{2,4}(?:xs|\+|j|play|slim|se|RP)*|\bDiskStation\b|\bSynology\b/i.test(
        message,
      );
    const known = Object.keys(body).every((key) =>
      /^(?:text|message|content|title|subject|hostname|prefix|body|providerIdentifier|eventType|metadata)$/.test(
        key,
      ),
    );
    if (message === '' || !(agent || (says && known && isFields(request.value)))) return undefined;
    const host = first(more['hostname'], body['hostname'], more['subject'], body['title'], body['subject']);
    const heard = tone(message);
    const bad =
      /\b(?:disabled|degraded|crashed|failing|failed|abnormal|bad sectors?|overheat\w*|blocked|lost|unexpectedly|power failure|abnormally|insufficient|low on)\b/i.test(
        message,
      );
    const alerting = text(body['eventType']) === 'alert';
    const line = oneLine(firstLine(message));
    return one('synology', {
      title: host === '' || line.includes(host) ? line : `${host}: ${line}`,
      severity: bad && heard.severity === 'unknown' ? 'error' : heard.severity,
      state: heard.state === 'info' && (bad || alerting) && heard.severity !== 'ok' ? 'firing' : heard.state,
      summary: message,
      facts: [['Host', host]],
    });
  },
};
