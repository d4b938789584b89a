/**
 * Title and message and nothing else: Shoutrrr's `generic://` with its JSON template (Watchtower and its like), and many scripts.
 * A `priority` beside them makes it Gotify's.
 */
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { told } from '../chat.ts';
import { isFields, several, text } from '../sketch.ts';

export const shoutrrr: Adapter = {
  name: 'shoutrrr',
  label: 'Shoutrrr, Watchtower',
  read(request: HookRequest): Reading {
    const { value } = request;
    if (!isFields(value) || typeof value['message'] !== 'string') return undefined;
    const keys = Object.keys(value).filter((key) => key !== 'message');
    if (keys.some((key) => key !== 'title') || text(value['message']) === '') return undefined;
    const agent = request.header('user-agent') ?? '';
    if (keys.length === 0 && !/shoutrrr|watchtower|go-http-client/i.test(agent)) return undefined;
    return several([
      told('shoutrrr', {
        pieces: [
          { kind: 'title', text: text(value['title']) },
          { kind: 'text', text: text(value['message']) },
        ],
        facts: [],
        links: [],
      }),
    ]);
  },
};
