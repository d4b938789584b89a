/** Lines as people like to read them. */

/** Without blanks at the ends of lines, without empty lines at the ends of the text, and never more than one empty line in a row. */
export const tidyLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .replace(/^\n+/, '')
    .trimEnd();
