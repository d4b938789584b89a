/**
 * The register as administrators declare it in a file: who may send, who administers, which hooks, templates and suppressions there
 * are. Pure. Nothing secret may stand there, and every fault is found at once.
 */
import type * as z from 'zod';
import {
  hookSchema,
  operatorSchema,
  submitterSchema,
  suppressionSchema,
  templateSchema,
} from '../../access/entry-schema.ts';
import { toWire } from '../../access/entry-wire.ts';
import type { Hook } from '../../access/hook.ts';
import type { Operator } from '../../access/operator.ts';
import type { Submitter } from '../../access/submitter.ts';
import type { Suppression } from '../../access/suppression.ts';
import type { Template } from '../../access/template.ts';
import { pointerTo } from '../../platform/pointer.ts';
import { findSecrets } from './secrets.ts';

/** What can be declared, in the order in which it is written: what others name comes first. */
export interface DeclaredEntries {
  readonly submitters: Submitter;
  readonly operators: Operator;
  readonly templates: Template;
  readonly hooks: Hook;
  readonly suppressions: Omit<Suppression, 'createdAt'>;
}
export type DeclaredKind = keyof DeclaredEntries;

/** An entry as the API would write it: names in snake case, times as text. */
export type Wire = Readonly<Record<string, unknown>>;

/** An entry of a file. */
export interface Declared<T> {
  readonly id: string;
  /** Its place in the list. */
  readonly index: number;
  readonly entry: T;
  /** Without `disabled` where the file does not say: what was switched off by hand stays off. */
  readonly wire: Wire;
}

/** A whole file. A kind that is not there is left alone. */
export type Declaration = { readonly [Kind in DeclaredKind]?: readonly Declared<DeclaredEntries[Kind]>[] };

/** Something that is wrong. */
export interface DeclarationFault {
  /** In URI fragment form. */
  readonly pointer: string;
  readonly detail: string;
  /** Which half of a member is meant: an unknown field's key, or a field's value. */
  readonly part: 'key' | 'value';
}

/** Schemas by kind, and the field that names an entry. */
const kinds: {
  readonly [Kind in DeclaredKind]: {
    readonly schema: z.ZodType<DeclaredEntries[Kind]>;
    readonly idOf: (entry: DeclaredEntries[Kind]) => string;
    readonly idField: string;
  };
} = {
  submitters: { schema: submitterSchema, idOf: ({ name }) => name, idField: 'name' },
  operators: { schema: operatorSchema, idOf: ({ name }) => name, idField: 'name' },
  templates: { schema: templateSchema, idOf: ({ name }) => name, idField: 'name' },
  hooks: { schema: hookSchema, idOf: ({ name }) => name, idField: 'name' },
  suppressions: { schema: suppressionSchema, idOf: ({ address }) => address, idField: 'address' },
};

/** All kinds, in the order in which they are written. */
export const declaredKinds = Object.keys(kinds) as readonly DeclaredKind[];

/** What came of reading. */
export type DeclarationRead =
  | { readonly ok: true; readonly declaration: Declaration }
  | { readonly ok: false; readonly faults: readonly DeclarationFault[] };

/** Reads a document. Never throws. */
export function readDeclaration(document: unknown): DeclarationRead {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    return {
      ok: false,
      faults: [fault([], `Write a JSON object with some of ${declaredKinds.join(', ')}.`)],
    };
  }
  // `$schema` is for editors, and what an export adds for auditors is no wish.
  const { $schema: _schema, portfolio: _portfolio, ...wishes } = document as Record<string, unknown>;
  const secrets = findSecrets(wishes);
  const secretPlaces = new Set(secrets.map(({ path }) => pointerTo(path)));
  const faults = secrets.map(({ path, detail, byName }) => fault(path, detail, byName ? 'key' : 'value'));
  const declaration: Partial<Record<DeclaredKind, unknown>> = {};
  for (const [name, list] of Object.entries(wishes)) {
    const kind = declaredKinds.find((one) => one === name);
    if (kind === undefined) {
      if (!secretPlaces.has(pointerTo([name]))) {
        faults.push(
          fault([name], `"${name}" is not known here; only ${declaredKinds.join(', ')} are.`, 'key'),
        );
      }
    } else if (Array.isArray(list)) {
      const read = readList(kind, list);
      faults.push(...read.faults.filter(({ pointer }) => !secretPlaces.has(pointer)));
      declaration[kind] = read.entries;
    } else {
      faults.push(fault([name], 'This must be a list.'));
    }
  }
  return faults.length > 0 ? { ok: false, faults } : { ok: true, declaration: declaration as Declaration };
}

function readList<Kind extends DeclaredKind>(kind: Kind, list: readonly unknown[]) {
  const { schema, idOf, idField } = kinds[kind];
  const faults: DeclarationFault[] = [];
  const entries: Declared<DeclaredEntries[Kind]>[] = [];
  const seen = new Set<string>();
  list.forEach((document, index) => {
    const read = schema.safeParse(document);
    if (!read.success) {
      faults.push(...read.error.issues.flatMap((issue) => faultsOfIssue(issue, [kind, index])));
      return;
    }
    const id = idOf(read.data);
    if (seen.has(id)) {
      faults.push(fault([kind, index, idField], 'This stands twice in the list; keep one of them.'));
    }
    seen.add(id);
    const { disabled, ...rest } = wireOf(read.data);
    const says = typeof document === 'object' && document !== null && Object.hasOwn(document, 'disabled');
    entries.push({ id, index, entry: read.data, wire: says ? { ...rest, disabled } : rest });
  });
  return { faults, entries };
}

/** An entry as JSON would carry it, without what nobody declares. */
export function wireOf(entry: object): Wire {
  const {
    created_at: _created,
    changed_at: _changed,
    ...rest
  } = JSON.parse(JSON.stringify(toWire(entry))) as Record<string, unknown>;
  return rest;
}

/** Each unknown field is a fault of its own, at its own place. */
function faultsOfIssue(issue: z.core.$ZodIssue, before: readonly PropertyKey[]): DeclarationFault[] {
  const path = [...before, ...issue.path];
  if (issue.code !== 'unrecognized_keys') return [fault(path, issue.message)];
  const taken = /only .*$/.exec(issue.message)?.[0] ?? '';
  return issue.keys.map((key) => fault([...path, key], `"${key}" is not known here; ${taken}`, 'key'));
}

const fault = (
  path: readonly PropertyKey[],
  detail: string,
  part: 'key' | 'value' = 'value',
): DeclarationFault => ({ pointer: pointerTo(path), detail, part });
