/**
 * Texts without what nobody wants at their end.
 *
 * A pattern that is bound to the end alone, such as `/[. ]+$/`, tries again from every place of a long run: a megabyte of spaces in
 * the middle of a text takes it many minutes. A loop from the end takes none.
 */

/** The text without the characters at its end that the pattern takes. @param unwanted tells one UTF-16 unit, e.g. `/[. ]/`. */
export function trimmedEnd(text: string, unwanted: RegExp): string {
  let end = text.length;
  while (end > 0 && unwanted.test(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}
