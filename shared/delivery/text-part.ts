/**
 * The text part of a message that was given as HTML only: readers without HTML, and filters that distrust mail without text, need
 * one (RFC 2046 §5.1.4). Made here and not on acceptance, because Graph's JSON form does not need it: Exchange makes its own.
 */
import { textFromHtml } from '../message/text.ts';
import type { Message } from '../message/message.ts';

/** The message, with a text part made from its HTML where it has none. */
export async function withTextPart(message: Message): Promise<Message> {
  if (message.kept || message.text !== undefined || message.html === undefined) return message;
  const text = await textFromHtml(message.html);
  return text === '' ? message : { ...message, text };
}
