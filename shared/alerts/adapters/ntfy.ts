/** ntfy's publications as JSON (docs.ntfy.sh, "Publish as JSON"), and the messages that its server passes on. */
import { entry } from '../../platform/entry.ts';
import type { Adapter, HookRequest, Reading, Severity } from '../alert.ts';
import { told } from '../chat.ts';
import { plainMarkdown } from '../markup.ts';
import { at, isFields, list, only, several, text, when } from '../sketch.ts';

const keys = new Set(
  (
    'topic message title tags priority actions click attach filename markdown icon email call delay cache firebase id time expires ' +
    'event attachment content_type encoding sequence_id poll_id'
  ).split(' '),
);

/** Tags that become an emoji before the title, as far as they tell how bad it is. */
const loud: Readonly<Record<string, Severity>> = {
  rotating_light: 'critical',
  skull: 'critical',
  fire: 'critical',
  x: 'error',
  no_entry: 'error',
  red_circle: 'critical',
  warning: 'warning',
  white_check_mark: 'ok',
  heavy_check_mark: 'ok',
  green_circle: 'ok',
  tada: 'ok',
};

export const ntfy: Adapter = {
  name: 'ntfy',
  label: 'ntfy message',
  read(request: HookRequest): Reading {
    const { value } = request;
    if (!isFields(value) || !only(value, keys) || text(value['topic']) === '') return undefined;
    const message = text(value['message']);
    const title = text(value['title']);
    if (message === '' && title === '' && text(value['attach']) === '') return undefined;
    const plain = value['markdown'] === true ? plainMarkdown(message) : { text: message, links: [] };
    const tags = list(value['tags']).map(text);
    const attachment = text(value['attach']) || text(at(value['attachment'], 'url'));
    const links = [
      { label: 'Open', url: text(value['click']) },
      {
        label: text(value['filename']) || text(at(value['attachment'], 'name')) || 'Attachment',
        url: attachment,
      },
      ...list(value['actions']).map((action) => ({
        label: text(at(action, 'label')),
        url: text(at(action, 'url')),
      })),
      ...plain.links,
    ];
    const alert = told('ntfy', {
      pieces: [
        { kind: 'title', text: title },
        { kind: 'text', text: plain.text },
      ],
      facts: [
        ['Topic', value['topic']],
        ['Tags', tags.filter((tag) => !Object.hasOwn(loud, tag))],
        ['Priority', value['priority']],
      ],
      links: links.filter((link) => link.url !== ''),
      severity: severity(tags, Number(value['priority'])),
      at: when(value['time']),
    });
    return several([alert], { deliveryKey: text(value['id']) });
  },
};

function severity(tags: readonly string[], priority: number): Severity | undefined {
  const tag = tags.find((name) => Object.hasOwn(loud, name));
  if (tag !== undefined) return entry(loud, tag);
  if (priority >= 5) return 'critical';
  return priority === 4 ? 'error' : undefined;
}
