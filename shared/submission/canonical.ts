/**
 * The body in its documented spelling, before the schema looks at it: other spellings renamed, unknown fields reported and taken
 * out, `null` taken as left out, lists cut to what is worth checking.
 *
 * Serialisers write `"cc": null` for a field that was not set; that is no fault. It remembers how each field was spelled, so that
 * every pointer points into the document as it was sent.
 */
import { attachmentLimit } from '../message/attachment.ts';
import { LongText } from '../message/long-text.ts';
import { entry } from '../platform/entry.ts';
import type { Faults, Path } from './faults.ts';
import {
  attachmentVocabulary,
  submissionVocabulary,
  tagVocabulary,
  unknownField,
  type Vocabulary,
} from './vocabulary.ts';

/** Most recipients of a message: the default of Exchange Online; an administrator can set 1 to 1000 for a mailbox. */
export const recipientLimit = 500;

/** Most addresses in `reply_to`. */
export const replyToLimit = 50;

/** Most tags. */
export const tagLimit = 75;

type JsonObject = Readonly<Record<string, unknown>>;

/** The body as the schema takes it. */
export interface Canonical {
  readonly body: JsonObject;
  /** A path in `body` → the path in the document as sent. */
  readonly given: (path: Path) => Path;
}

/** Whether a value is a JSON object, and neither an array nor a long string. */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof LongText);

/**
 * Brings a document into its documented spelling.
 *
 * @returns undefined when it is no object at all; the fault is reported then.
 */
export function canonical(document: unknown, faults: Faults): Canonical | undefined {
  if (!isObject(document)) {
    faults.add(
      [],
      Array.isArray(document)
        ? 'The body is a list; send one message, a JSON object, per request.'
        : 'The body must be a JSON object with "from", "to", "subject" and "text" or "html".',
    );
    return undefined;
  }
  const top = rename(document, submissionVocabulary, [], faults);
  const body = top.fields;
  for (const name of ['text', 'html']) {
    if (body[name] instanceof LongText) body[name] = body[name].toString();
  }
  const given = (name: string) => top.spelled.get(name) ?? name;

  cutRecipients(body, given, faults);
  cut(body, 'reply_to', replyToLimit, 'addresses in "reply_to"', given, faults);
  cut(body, 'tags', tagLimit, 'tags', given, faults);
  cut(body, 'attachments', attachmentLimit, 'attachments', given, faults);

  const spellings = new Map<unknown, ReadonlyMap<string, string>>();
  for (const [name, vocabulary] of [
    ['attachments', attachmentVocabulary],
    ['tags', tagVocabulary],
  ] as const) {
    const list = body[name];
    if (!Array.isArray(list)) continue;
    body[name] = list.map((element: unknown, i) => {
      if (!isObject(element)) return element;
      const renamed = rename(element, vocabulary, [given(name), i], faults);
      if (renamed.spelled.size > 0) spellings.set(`${name}/${i}`, renamed.spelled);
      return renamed.fields;
    });
  }
  return {
    body,
    given: ([first, second, third, ...rest]) =>
      [
        first === undefined ? undefined : given(String(first)),
        second,
        third === undefined
          ? undefined
          : (spellings.get(`${String(first)}/${String(second)}`)?.get(String(third)) ?? third),
        ...rest,
      ].filter((step) => step !== undefined),
  };
}

interface Renamed {
  readonly fields: Record<string, unknown>;
  /** Documented name → name in the document, where they differ. */
  readonly spelled: ReadonlyMap<string, string>;
}

function rename(object: JsonObject, vocabulary: Vocabulary, at: Path, faults: Faults): Renamed {
  const fields: Record<string, unknown> = {};
  const spelled = new Map<string, string>();
  for (const [key, value] of Object.entries(object)) {
    const alias = entry(vocabulary.aliases, key);
    const name = alias ?? key;
    if (!vocabulary.fields.includes(name)) faults.add([...at, key], unknownField(key, vocabulary));
    else if (alias !== undefined && Object.hasOwn(object, alias)) {
      faults.add([...at, key], `"${key}" and "${alias}" mean the same; send only one of them.`);
    } else if (value !== null) {
      fields[name] = value;
      if (alias !== undefined) spelled.set(name, key);
    }
  }
  return { fields, spelled };
}

function cutRecipients(body: Record<string, unknown>, given: (name: string) => string, faults: Faults): void {
  const kinds = ['to', 'cc', 'bcc'];
  const count = (name: string) => (Array.isArray(body[name]) ? body[name].length : 0);
  const total = kinds.reduce((sum, name) => sum + count(name), 0);
  if (total <= recipientLimit) return;
  const largest = kinds.reduce((a, b) => (count(b) > count(a) ? b : a));
  faults.add(
    [given(largest)],
    `The message has ${total} recipients; at most ${recipientLimit} are allowed. Split it into several messages or write to a distribution list.`,
  );
  for (const name of kinds) {
    if (Array.isArray(body[name])) body[name] = body[name].slice(0, recipientLimit);
  }
}

function cut(
  body: Record<string, unknown>,
  name: string,
  limit: number,
  what: string,
  given: (name: string) => string,
  faults: Faults,
): void {
  const list = body[name];
  if (!Array.isArray(list) || list.length <= limit) return;
  faults.add([given(name)], `There are ${list.length} ${what}; at most ${limit} are allowed.`);
  body[name] = list.slice(0, limit);
}
