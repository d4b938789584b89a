/**
 * The `$filter` of Query Entities: comparisons joined by and, or, not and parentheses. Read into a predicate, and into bounds of
 * the keys, so that a query of one partition does not look at the others.
 * Source: https://learn.microsoft.com/rest/api/storageservices/querying-tables-and-entities
 */
import type { Entity, Property } from './entity.ts';

export interface Filter {
  readonly matches: (entity: Entity) => boolean;
  readonly partition: Range;
  readonly row: Range;
}

/** From `low` to `high`, both included; no `high`: no end. */
export interface Range {
  readonly low: string;
  readonly high?: string;
}

const ANY: Range = { low: '' };
export const everything: Filter = { matches: () => true, partition: ANY, row: ANY };

type Comparison = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';
type Comparable = string | number | bigint | boolean;

const HOLDS: Readonly<Record<Comparison, (a: Comparable, b: Comparable) => boolean>> = {
  eq: equal,
  ne: (a, b) => !equal(a, b),
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
};

/** A string, a typed literal, a number, a word, or a parenthesis. */
const TOKEN =
  /\s*(?:(?<prefix>datetime|guid|binary|X)?'(?<text>(?:[^']|'')*)'|(?<number>-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?<long>L)?(?![\w.])|(?<word>[A-Za-z_]\w*)|(?<mark>[()]))/y;

interface Token {
  readonly prefix?: string;
  readonly text?: string;
  readonly number?: string;
  readonly long?: string;
  readonly word?: string;
  readonly mark?: string;
}

/** Undefined when the filter cannot be read. */
export function readFilter(source: string): Filter | undefined {
  const tokens = tokenize(source.trim());
  if (tokens === undefined) return undefined;
  const reader = { tokens, at: 0 };
  const filter = readOr(reader);
  return reader.at === tokens.length ? filter : undefined;
}

function tokenize(source: string): Token[] | undefined {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < source.length) {
    const found = pattern.exec(source);
    if (found === null) return undefined;
    tokens.push({ ...found.groups });
  }
  return tokens;
}

interface Reader {
  readonly tokens: readonly Token[];
  at: number;
}

function took(reader: Reader, what: 'word' | 'mark', value: string): boolean {
  const fits = reader.tokens[reader.at]?.[what] === value;
  if (fits) reader.at++;
  return fits;
}

function readOr(reader: Reader): Filter | undefined {
  let left = readAnd(reader);
  while (left && took(reader, 'word', 'or')) {
    const [one, other]: [Filter, Filter | undefined] = [left, readAnd(reader)];
    left = other && {
      matches: (entity) => one.matches(entity) || other.matches(entity),
      partition: hull(one.partition, other.partition),
      row: hull(one.row, other.row),
    };
  }
  return left;
}

function readAnd(reader: Reader): Filter | undefined {
  let left = readNot(reader);
  while (left && took(reader, 'word', 'and')) {
    const [one, other]: [Filter, Filter | undefined] = [left, readNot(reader)];
    left = other && {
      matches: (entity) => one.matches(entity) && other.matches(entity),
      partition: overlap(one.partition, other.partition),
      row: overlap(one.row, other.row),
    };
  }
  return left;
}

function readNot(reader: Reader): Filter | undefined {
  if (took(reader, 'word', 'not')) {
    const inner = readNot(reader);
    return inner && { ...everything, matches: (entity) => !inner.matches(entity) };
  }
  if (!took(reader, 'mark', '(')) return readComparison(reader);
  const inner = readOr(reader);
  return took(reader, 'mark', ')') ? inner : undefined;
}

function readComparison(reader: Reader): Filter | undefined {
  const [name, comparison, token] = reader.tokens.slice(reader.at, reader.at + 3);
  reader.at += 3;
  const literal = token && literalOf(token);
  if (!name?.word || !comparison?.word || literal === undefined) return undefined;
  if (!Object.hasOwn(HOLDS, comparison.word)) return undefined;
  const how = comparison.word as Comparison;
  const property = name.word;
  const matches = (entity: Entity): boolean => {
    const value = valueOf(entity, property);
    return value !== undefined && kind(value) === kind(literal) && HOLDS[how](value, literal);
  };
  const range = typeof literal === 'string' ? rangeOf(how, literal) : ANY;
  return {
    matches,
    partition: property === 'PartitionKey' ? range : ANY,
    row: property === 'RowKey' ? range : ANY,
  };
}

/** An Int64 equals any other number of the same size. */
function equal(a: Comparable, b: Comparable): boolean {
  return typeof a === typeof b ? a === b : Number(a) === Number(b);
}

const kind = (value: Comparable): string => (typeof value === 'bigint' ? 'number' : typeof value);

function literalOf({ prefix, text, number, long, word }: Token): Comparable | undefined {
  if (number !== undefined) return long ? BigInt(number) : Number(number);
  if (text !== undefined) {
    if (prefix === 'datetime') return Number.isNaN(Date.parse(text)) ? undefined : instant(text);
    if (prefix === 'guid') return text.toLowerCase();
    if (prefix === 'X' || prefix === 'binary') return text.toLowerCase();
    return text.replaceAll("''", "'");
  }
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

function valueOf(entity: Entity, name: string): Comparable | undefined {
  if (name === 'PartitionKey') return entity.partitionKey;
  if (name === 'RowKey') return entity.rowKey;
  if (name === 'Timestamp') return instant(entity.stamp);
  return Object.hasOwn(entity.properties, name) ? comparable(entity.properties[name]!) : undefined;
}

function comparable({ type, value }: Property): Comparable {
  switch (type) {
    case 'Int64':
      return BigInt(value);
    case 'DateTime':
      return instant(String(value));
    case 'Guid':
      return String(value).toLowerCase();
    case 'Binary':
      return Buffer.from(String(value), 'base64').toString('hex');
    case 'Int32':
    case 'Double':
      return Number(value);
    case 'Boolean':
      return String(value) === 'true';
    case 'String':
      return value;
    default:
      return type satisfies never;
  }
}

/** A moment as text that sorts: UTC with seven digits behind the second. */
function instant(text: string): string {
  const utc = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,7})?Z$/.test(text)
    ? text
    : new Date(text).toISOString();
  return `${utc.slice(0, 19)}.${utc.slice(20, -1).padEnd(7, '0')}`;
}

function rangeOf(how: Comparison, key: string): Range {
  if (how === 'eq') return { low: key, high: key };
  if (how === 'gt' || how === 'ge') return { low: key };
  return how === 'ne' ? ANY : { low: '', high: key };
}

const lower = (a: string, b: string): string => (a < b ? a : b);
const higher = (a: string, b: string): string => (a < b ? b : a);

function overlap(a: Range, b: Range): Range {
  const low = higher(a.low, b.low);
  if (a.high === undefined) return { ...b, low };
  return { low, high: b.high === undefined ? a.high : lower(a.high, b.high) };
}

function hull(a: Range, b: Range): Range {
  const low = lower(a.low, b.low);
  return a.high === undefined || b.high === undefined ? { low } : { low, high: higher(a.high, b.high) };
}
