/**
 * Names of fields, in whatever spelling: `alertName`, `ALERT_NAME`, `alert-name` and `Alert Name` are one.
 */

/** Longest name that is looked at. */
const nameLimit = 100;

/** The words of a name in lower case: `incidentURLText2` → `incident`, `url`, `text2`. */
export function wordsOf(name: string): readonly string[] {
  return name
    .slice(0, nameLimit)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** A list in a string, as a set; keeps tables of words readable. */
export const wordSet = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/));

/** Words with a weight each, given as `weight: words` lines. */
export function weights(table: Readonly<Record<number, string>>): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(table).flatMap(([weight, words]) =>
      [...wordSet(words)].map((word) => [word, Number(weight)] as const),
    ),
  );
}
