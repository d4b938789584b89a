/**
 * `$filter` of a list of messages: the few conditions that correlate a mail with its copy, joined by `and`. OData's
 * grammar: https://learn.microsoft.com/graph/filter-query-parameter and, for properties,
 * https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get, read 2026-11.
 */
import type { Sight } from './items.ts';

export type Condition = (sight: Sight) => boolean;

export type FilterReading =
  | { readonly ok: true; readonly matches: Condition }
  | { readonly ok: false; readonly reason: string };

/** A string literal in single quotes; a quote in it is doubled. */
const LITERAL = "'((?:[^']|'')*)'";
const PROPERTY = new RegExp(
  `^singleValueExtendedProperties/Any\\(\\s*(\\w+)\\s*:\\s*\\1/id eq ${LITERAL} and \\1/value eq ${LITERAL}\\s*\\)`,
  'iu',
);
const MESSAGE_ID = new RegExp(`^internetMessageId eq ${LITERAL}`, 'u');
const DRAFT = /^isDraft eq (true|false)\b/u;
const SINCE = /^(?:sentDateTime|receivedDateTime) ge (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,7})?Z)/u;
const AND = /^\s+and\s+/u;

const READERS: readonly [RegExp, (match: RegExpExecArray) => Condition][] = [
  [PROPERTY, ([, , id, value]) => hasProperty(unquoted(id), unquoted(value))],
  [
    MESSAGE_ID,
    ([, id]) =>
      ({ item }) =>
        item.internetMessageId === unquoted(id),
  ],
  [
    DRAFT,
    ([, wanted]) =>
      ({ folder }) =>
        (folder === 'drafts') === (wanted === 'true'),
  ],
  [SINCE, ([, since]) => sentSince(Date.parse(since ?? ''))],
];

export function readFilter(text: string): FilterReading {
  const conditions: Condition[] = [];
  let rest = text.trim();
  for (;;) {
    const read = readCondition(rest);
    if (read === undefined) {
      return { ok: false, reason: `Invalid filter clause: '${rest}' is not understood.` };
    }
    conditions.push(read.condition);
    rest = rest.slice(read.length);
    if (rest === '') return { ok: true, matches: (sight) => conditions.every((holds) => holds(sight)) };
    const and = AND.exec(rest);
    if (and === null) return { ok: false, reason: `Invalid filter clause: a syntax error at '${rest}'.` };
    rest = rest.slice(and[0].length);
  }
}

function readCondition(text: string): { condition: Condition; length: number } | undefined {
  for (const [pattern, read] of READERS) {
    const match = pattern.exec(text);
    if (match !== null) return { condition: read(match), length: match[0].length };
  }
  return undefined;
}

function hasProperty(id: string, value: string): Condition {
  const wanted = normalPropertyId(id);
  return ({ item }) =>
    item.description.properties.some((one) => normalPropertyId(one.id) === wanted && one.value === value);
}

/** A draft has these times too: those of its making. */
function sentSince(since: number): Condition {
  return ({ item }) => (item.sent?.at ?? item.createdAt) >= since;
}

/** Ids of properties as they compare: type and GUID in any case, the name as it is. */
export function normalPropertyId(id: string): string {
  const [, head = id, name = ''] = /^(.*?)(\sName\s.*)?$/isu.exec(id) ?? [];
  return head.toLowerCase() + name.replace(/^\sName\s/iu, ' Name ');
}

function unquoted(literal: string | undefined): string {
  return (literal ?? '').replaceAll("''", "'");
}
