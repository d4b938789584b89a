/**
 * The header that says which message of ours a mail is, in every form and on every transport: what support looks for, and what
 * a look-up of the sent copy can find.
 */
import type { HeaderField } from '../message/message.ts';

/** The tag of a message. @param id Postrider's id of it. */
export const tagOf = (id: string): HeaderField => ({ name: 'X-Postrider-Id', value: id });
