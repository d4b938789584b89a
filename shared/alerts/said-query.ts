/**
 * What the query of a request says, apart from what lets it in: a key in a URL goes into no letter, no log and no file.
 */

/** Names by which somebody's custom carries a credential, in lower case and without `-` and `_`. */
const credentialNames: ReadonlySet<string> = new Set(
  'key apikey accesskey token accesstoken authtoken auth authorization code sig signature secret password passwd pwd pass'.split(
    ' ',
  ),
);

/** A query without what carries a credential, by its name or because it begins as our keys do. What stays keeps its order. */
export const withoutCredentials = (query: URLSearchParams): URLSearchParams =>
  new URLSearchParams(
    [...query].filter(
      ([name, value]) =>
        !credentialNames.has(name.toLowerCase().replaceAll(/[-_]/g, '')) && !value.trim().startsWith('pr_'),
    ),
  );
