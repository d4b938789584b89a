/**
 * Which attachments are shown within the HTML: vendors say it of the attachment, some only by referring to it.
 */
import { textOf } from './foreign.ts';
import type { Notes } from './translation.ts';

/** Decides it for the attachments of one message. */
export interface Inline {
  /**
   * The content id that an attachment keeps.
   *
   * @param asked whether it says that it is inline. @param field that says so, for the warning when it has no id.
   */
  (id: unknown, asked: boolean, field: string): unknown;
}

/** @param html of the message, where it has any. */
export function inlineIn(html: unknown, notes: Notes): Inline {
  const text = textOf(html) ?? '';
  return (id, asked, field) => {
    if (asked && (id === undefined || id === '')) {
      notes.warn(field, 'Inline needs a content id; it is attached instead.');
      return undefined;
    }
    // Many programs give every attachment an id; it says something only of those that the HTML shows.
    return asked || (typeof id === 'string' && refersTo(text, id)) ? id : undefined;
  };
}

const refersTo = (html: string, id: string): boolean => {
  const plain = id.replace(/^cid:/i, '').replace(/^<(.*)>$/s, '$1');
  return plain !== '' && html.includes(`cid:${plain}`);
};
