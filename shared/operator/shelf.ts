/**
 * One kind of entry of the register, as operators read and change it: checked, conditional (ETags), and recorded in the audit trail.
 */
import type * as z from 'zod';
import type { Collection } from '../access/collection.ts';
import { checkEntry } from '../access/entry-schema.ts';
import { toWire } from '../access/entry-wire.ts';
import type { OperatorRole } from '../access/operator.ts';
import type { Action, Author } from '../audit/event.ts';
import type { AuditTrail } from '../audit/trail.ts';
import { ok, refuse, type Result } from '../platform/problem.ts';
import { differences, holds, mergePatch, readJson, tagOf, type Condition } from './document.ts';

/** An entry as it is shown, and its tag. */
export interface Shown {
  readonly view: object;
  readonly tag: string;
}

/** A shelf. Every method rejects with RestError when storage cannot be reached. */
export interface Shelf {
  /** The role that changes need; looking needs `viewer`. */
  readonly role: OperatorRole;
  list(): Promise<readonly object[]>;
  show(id: string): Promise<Result<Shown>>;
  /** Writes an entry whole. */
  put(
    author: Author,
    id: string,
    body: Uint8Array,
    condition: Condition,
  ): Promise<Result<Shown & { created: boolean }>>;
  /** Changes an entry by a merge patch (RFC 7396). */
  patch(author: Author, id: string, body: Uint8Array, condition: Condition): Promise<Result<Shown>>;
  remove(author: Author, id: string, condition: Condition): Promise<Result<void>>;
}

/** What makes a kind what it is. `Entry` is as stored, `Wish` as a schema reads it. */
export interface ShelfParts<Entry extends object, Wish extends object> {
  /** `submitters`, … */
  readonly kind: string;
  /** What the answers call one: `submitter`, … */
  readonly object: string;
  readonly role: OperatorRole;
  readonly collection: Collection<Entry>;
  readonly schema: z.ZodType<Wish>;
  /** Name of the field that stands in the path. */
  readonly idField: string;
  /** The id as it is stored. */
  readonly normal?: (id: string) => string;
  readonly idOf: (wish: Wish) => string;
  /** Adds what nobody wishes for: times, and by whom. */
  readonly complete: (wish: Wish, before: Entry | undefined, author: Author) => Entry;
  /** What speaks against an entry (undefined: against removing it) beyond its schema. */
  readonly against?: (id: string, entry: Entry | undefined) => Promise<Result<void>>;
  /** Said again after it was written, when others may have written at the same time. */
  readonly regret?: () => Promise<Result<void>>;
  /** Removes what belongs to an entry that is gone; done before one is created too, so that it never finds what another left. */
  readonly clear?: (id: string) => Promise<void>;
  readonly audit: Pick<AuditTrail, 'changed'>;
}

/** Opens a shelf. */
export function openShelf<Entry extends object, Wish extends object>(parts: ShelfParts<Entry, Wish>): Shelf {
  const { kind, object, role, collection, normal = (id) => id } = parts;
  const { against = nothing, regret = nothing } = parts;
  const shown = (entry: Entry): Shown => ({ view: { object, ...toWire(entry) }, tag: tagOf(entry) });
  const note = (author: Author, action: Action, id: string, fields?: readonly string[]) =>
    parts.audit.changed({
      ...author,
      action,
      entry: `${kind}/${id}`,
      rule: role,
      ...(fields ? { fields } : {}),
    });

  const read = (id: string, document: unknown): Result<Wish> => {
    const wish = checkEntry(parts.schema, withId(document, parts.idField, id));
    if (!wish.ok || parts.idOf(wish.value) === id) return wish;
    const detail = `The ${parts.idField} in the body is not the one in the path; leave it out.`;
    return refuse('invalid-entry', detail, { errors: [{ pointer: `#/${parts.idField}`, detail }] });
  };

  /** Writes what is right in itself, unless somebody else writes at the same time. */
  const write = async (
    author: Author,
    id: string,
    wish: Wish,
    before: Entry | undefined,
  ): Promise<Result<Entry>> => {
    const entry = parts.complete(wish, before, author);
    const objection = await against(id, entry);
    if (!objection.ok) return objection;
    if (!before) {
      await parts.clear?.(id);
      if (!(await collection.add(entry))) return otherwise();
      await note(author, 'created', id, changed({}, entry));
      return ok(entry);
    }
    let same = true;
    await collection.change(id, (current) => {
      same = tagOf(current) === tagOf(before);
      return same ? entry : current;
    });
    if (!same) return otherwise();
    const late = await regret();
    if (!late.ok) {
      await collection.put(before);
      return late;
    }
    const fields = changed(before, entry);
    await note(author, actionOf(fields, entry), id, fields);
    return ok(entry);
  };

  return {
    role,

    async list() {
      return (await collection.list()).map((entry) => shown(entry).view);
    },

    async show(id) {
      const entry = await collection.get(normal(id));
      return entry ? ok(shown(entry)) : noSuchEntry(object);
    },

    async put(author, given, body, condition) {
      const id = normal(given);
      const document = readJson(body);
      if (!document.ok) return document;
      const wish = read(id, document.value);
      if (!wish.ok) return wish;
      const before = await collection.get(id);
      if (!holds(condition, before)) return otherwise();
      const written = await write(author, id, wish.value, before);
      return written.ok ? ok({ ...shown(written.value), created: before === undefined }) : written;
    },

    async patch(author, given, body, condition) {
      const id = normal(given);
      const patch = readJson(body);
      if (!patch.ok) return patch;
      const before = await collection.get(id);
      if (!before) return noSuchEntry(object);
      if (!holds(condition, before)) return otherwise();
      const wish = read(id, mergePatch(JSON.parse(JSON.stringify(toWire(before))), patch.value));
      if (!wish.ok) return wish;
      const written = await write(author, id, wish.value, before);
      return written.ok ? ok(shown(written.value)) : written;
    },

    async remove(author, given, condition) {
      const id = normal(given);
      const before = await collection.get(id);
      if (!before) return noSuchEntry(object);
      if (!holds(condition, before)) return otherwise();
      const objection = await against(id, undefined);
      if (!objection.ok) return objection;
      const tag = tagOf(before);
      if (!(await collection.remove(id, (current) => tagOf(current) === tag))) return otherwise();
      const late = await regret();
      if (!late.ok) {
        await collection.put(before);
        return late;
      }
      await parts.clear?.(id);
      await note(author, 'removed', id);
      return ok(undefined);
    },
  };
}

const nothing = (): Promise<Result<void>> => Promise.resolve(ok(undefined));

/** When it was written is no news of an entry. */
const stamps: ReadonlySet<string> = new Set(['created_at', 'changed_at']);

/** Names of the fields that have another value now. */
const changed = (before: object, after: object): string[] =>
  differences(toWire(before), toWire(after)).filter((field) => !stamps.has(field));

/** A document with the id of its path, which it may leave out; what says of what kind it is, in answers, is no field. */
function withId(document: unknown, field: string, id: string): unknown {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return document;
  const { object: _object, ...fields } = document as { object?: unknown };
  return { [field]: id, ...fields };
}

/** What somebody did, when it was but one thing. */
function actionOf(fields: readonly string[], entry: object): Action {
  const [field, ...more] = fields;
  if (field !== 'disabled' || more.length > 0) return 'changed';
  return 'disabled' in entry && entry.disabled === true ? 'disabled' : 'enabled';
}

/** The refusal when there is none. */
export const noSuchEntry = (object: string) =>
  refuse('entry-not-found', `There is no ${object.replaceAll('_', ' ')} with this name.`);

const otherwise = () =>
  refuse(
    'precondition-failed',
    'The entry is not, or no longer, as the request expects it. Read it again, and send the change with its ETag.',
  );
