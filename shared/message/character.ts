/**
 * Characters that have no business in one line of mail: they break lines, or make a reader see another order than was written.
 */

/** C0 and C1 controls, DEL, and the two Unicode line separators; also halves of a surrogate pair. */
const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

/** Controls of the bidirectional algorithm that reorder what follows: embeddings, overrides, isolates (UAX #9 §2.1-2.5). */
const reordering = /[\u202a-\u202e\u2066-\u2069]/;

/** The same and the marks U+061C, U+200E, U+200F, which are invisible (Unicode property Bidi_Control). */
const bidirectional = /\p{Bidi_Control}/u;

/** Names the first character that cannot stand in a line of a header, such as `U+000D (carriage return)`; undefined when there is none. */
export const findUnprintable = (text: string): string | undefined => describe(unprintable.exec(text)?.[0]);

/** Names the first character that reorders text. */
export const findReordering = (text: string): string | undefined => describe(reordering.exec(text)?.[0]);

/** Names the first character that directs the bidirectional algorithm. */
export const findBidirectional = (text: string): string | undefined =>
  describe(bidirectional.exec(text)?.[0]);

const names: Readonly<Record<string, string>> = {
  '\0': 'NUL',
  '\t': 'tab',
  '\n': 'line feed',
  '\r': 'carriage return',
  '\u2028': 'line separator',
  '\u2029': 'paragraph separator',
  '\u202e': 'right-to-left override',
};

/** A character by its code point and, where people know it, its name. */
function describe(character: string | undefined): string | undefined {
  if (character === undefined) return undefined;
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  const name = names[character];
  return name === undefined ? code : `${code} (${name})`;
}
