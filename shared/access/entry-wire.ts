/**
 * Entries of the register as the operators' API and files write them: the fields' names in snake case, times in ISO 8601, and
 * nothing that is secret.
 */

/** Objects whose keys are data and no names of ours. */
const verbatim: ReadonlySet<string> = new Set(['requiredHeaders', 'required_headers']);

/** What nobody is shown: digests of keys too, since nobody needs them. */
const hidden: ReadonlySet<string> = new Set(['hash']);

/** An entry as it is shown. */
export const toWire = (entry: object): Record<string, unknown> =>
  renamed(entry, (name) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));

/** An entry as it is kept, from a document that a schema has checked. Fields without a value are left out. */
export const fromWire = (document: object): Record<string, unknown> =>
  renamed(document, (name) => name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));

function renamed(given: object, rename: (name: string) => string): Record<string, unknown> {
  const entries = Object.entries(given).filter(([name, value]) => value !== undefined && !hidden.has(name));
  return Object.fromEntries(
    entries.map(([name, value]: [string, unknown]) => [
      rename(name),
      verbatim.has(name) ? value : inside(value, rename),
    ]),
  );
}

/** Entries have a handful of levels: what comes in has passed a strict schema. */
function inside(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => inside(one, rename));
  return typeof value === 'object' && value !== null && !(value instanceof Date)
    ? renamed(value, rename)
    : value;
}
