/** Gotify's messages (gotify.net, `POST /message`): priority 8 and more is what rings a phone, 4 to 7 what makes a sound. */
import type { Adapter, HookRequest, Reading, Severity } from '../alert.ts';
import { told } from '../chat.ts';
import { plainMarkdown } from '../markup.ts';
import { at, given, has, only, several, text } from '../sketch.ts';

const keys = new Set(['title', 'message', 'priority', 'extras', 'appid', 'id', 'date', 'token']);

export const gotify: Adapter = {
  name: 'gotify',
  label: 'Gotify message',
  read(request: HookRequest): Reading {
    const body = given(request);
    const priority = Number.parseInt(text(body['priority']), 10);
    const message = text(body['message']);
    if (message === '' || !only(body, keys)) return undefined;
    if (!(priority >= 0 && priority <= 10) && !has(body, 'extras')) return undefined;
    const markdown = /markdown/.test(text(at(body['extras'], 'client::display', 'contentType')));
    const plain = markdown ? plainMarkdown(message) : { text: message, links: [] };
    const click = text(at(body['extras'], 'client::notification', 'click', 'url'));
    return several([
      told('gotify', {
        pieces: [
          { kind: 'title', text: text(body['title']) },
          { kind: 'text', text: plain.text },
        ],
        facts: [['Priority', body['priority']]],
        links: [...(click === '' ? [] : [{ label: 'Open', url: click }]), ...plain.links],
        severity: severity(priority),
      }),
    ]);
  },
};

/** Most senders use 5 for everything: only the loud ones say something. */
function severity(priority: number): Severity | undefined {
  if (priority >= 9) return 'critical';
  return priority >= 8 ? 'error' : undefined;
}
