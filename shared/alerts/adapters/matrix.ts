/** Matrix: an `m.room.message` as clients send it, and the same with `text` as bridges of webhooks take it (spec.matrix.org). */
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { told } from '../chat.ts';
import { plainHtml } from '../markup.ts';
import { fields, has, isFields, several, text } from '../sketch.ts';

export const matrix: Adapter = {
  name: 'matrix',
  label: 'Matrix room message',
  read(request: HookRequest): Reading {
    const { value } = request;
    const content =
      has(value, 'content', 'type') && isFields(value['content']) ? value['content'] : fields(value);
    const isMessage =
      /^m\.(?:text|notice|emote)$/.test(text(content['msgtype'])) && text(content['body']) !== '';
    if (!isMessage) return undefined;
    const html = plainHtml(text(content['formatted_body']));
    const words = html.text === '' ? text(content['body']) : html.text;
    return several([
      told('matrix', {
        pieces: [{ kind: 'text', text: words }],
        facts: [['From', fields(value)['sender']]],
        links: html.links,
      }),
    ]);
  },
};
