/**
 * What a declaration would change in the register. Pure.
 */
import type { Entries } from '../../access/register.ts';
import { declaredKinds, wireOf, type Declaration, type DeclaredKind, type Wire } from './read.ts';

/** A field whose value is another. */
export interface FieldDifference {
  /** Steps joined by dots, e.g. `limits.burst`. */
  readonly field: string;
  /** Absent when the entry has no such field. */
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What becomes of an entry. */
export type Difference = {
  readonly kind: DeclaredKind;
  readonly id: string;
} & (
  | { readonly change: 'added'; readonly after: Wire; readonly fields: readonly FieldDifference[] }
  | {
      readonly change: 'changed';
      /** The entry as it stands in the register. */
      readonly entry: object;
      readonly after: Wire;
      readonly fields: readonly FieldDifference[];
    }
  | { readonly change: 'removed'; readonly entry: object }
  | { readonly change: 'unchanged' }
);

/** The kinds that a declaration can change, as they stand in the register. */
export type Standing = Pick<Entries, DeclaredKind>;

/**
 * Compares.
 *
 * @param prune whether what stands in the register, and not in the file, is removed; of kinds alone that the file has.
 * @returns in the order in which it has to be written.
 */
export function compareDeclaration(
  declaration: Declaration,
  standing: Standing,
  { prune }: { readonly prune: boolean },
): readonly Difference[] {
  const written = declaredKinds.flatMap((kind) => {
    const known = new Map(standing[kind].map((entry) => [idOf(entry), entry]));
    return (declaration[kind] ?? []).map(({ id, wire }) => compareEntry(kind, id, wire, known.get(id)));
  });
  const removed = declaredKinds.toReversed().flatMap((kind): Difference[] => {
    const declared = declaration[kind];
    if (!prune || !declared) return [];
    const kept = new Set(declared.map(({ id }) => id));
    return standing[kind]
      .filter((entry) => !kept.has(idOf(entry)))
      .map((entry) => ({ kind, id: idOf(entry), change: 'removed', entry }));
  });
  return [...written, ...removed];
}

const idOf = (entry: { readonly name: string } | { readonly address: string }): string =>
  'name' in entry ? entry.name : entry.address;

function compareEntry(kind: DeclaredKind, id: string, declared: Wire, entry: object | undefined): Difference {
  if (!entry) return { kind, id, change: 'added', after: declared, fields: fieldsBetween({}, declared) };
  const before = wireOf(entry);
  const kept = Object.hasOwn(before, 'disabled') ? { disabled: before['disabled'] } : {};
  const after = { ...kept, ...declared };
  const fields = fieldsBetween(before, after);
  return fields.length === 0
    ? { kind, id, change: 'unchanged' }
    : { kind, id, change: 'changed', entry, after, fields };
}

/** Fields whose values differ, in the order of their names. */
function fieldsBetween(before: Wire, after: Wire): readonly FieldDifference[] {
  const [old, young] = [flat(before), flat(after)];
  return [...new Set([...old.keys(), ...young.keys()])]
    .filter((field) => canonical(old.get(field)) !== canonical(young.get(field)))
    .sort()
    .map((field) => differenceOf(field, old, young));
}

const differenceOf = (field: string, old: Wires, young: Wires): FieldDifference => ({
  field,
  ...(old.has(field) ? { before: old.get(field) } : {}),
  ...(young.has(field) ? { after: young.get(field) } : {}),
});

type Wires = ReadonlyMap<string, unknown>;

/** Fields of fields under one name. Lists are values. */
function flat(wire: Wire, prefix = ''): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const [name, value] of Object.entries(wire)) {
    const path = `${prefix}${name}`;
    if (isFields(value)) for (const [inner, one] of flat(value, `${path}.`)) fields.set(inner, one);
    else fields.set(path, value);
  }
  return fields;
}

/** An empty object is a value: `required_headers: {}` is not the same as none. */
const isFields = (value: unknown): value is Wire =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;

/** The same text for the same value, whoever wrote its fields in which order. */
const canonical = (value: unknown): string | undefined =>
  JSON.stringify(value, (_, inner: unknown) =>
    isFields(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
