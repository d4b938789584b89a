/** Telegram's Bot API, method `sendMessage` (core.telegram.org/bots/api): tools that offer "Telegram" with a base URL of one's own. */
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { told } from '../chat.ts';
import { plainHtml, plainMarkdown, type Plain } from '../markup.ts';
import { given, has, list, nested, at, several, text } from '../sketch.ts';

export const telegram: Adapter = {
  name: 'telegram',
  label: 'Telegram sendMessage',
  read(request: HookRequest): Reading {
    const body = given(request);
    const written = text(body['text']) || text(body['caption']);
    if (!has(body, 'chat_id') || written === '') return undefined;
    const plain = read(written, text(body['parse_mode']));
    const keys = list(at(nested(body['reply_markup']), 'inline_keyboard')).flatMap((row) => list(row));
    const links = [
      ...plain.links,
      ...keys.map((key) => ({ label: text(at(key, 'text')), url: text(at(key, 'url')) })),
    ];
    return several([told('telegram', { pieces: [{ kind: 'text', text: plain.text }], facts: [], links })]);
  },
};

/** MarkdownV2 escapes its marks with backslashes. */
function read(written: string, mode: string): Plain {
  if (/^html$/i.test(mode)) return plainHtml(written);
  if (!/^markdown/i.test(mode)) return { text: written, links: [] };
  return plainMarkdown(written.replaceAll(/\\([_*[\]()~`>#+\-=|{}.!])/g, '$1'));
}
