/** The parts of a request target that routing needs. */
export interface Target {
  /** As sent, from the first slash to the `?`, before decoding. */
  rawPath: string;
  /** Decoded as Kestrel decodes it, for route matching. */
  path: string;
  /** Without the `?`; empty when there is none. */
  query: string;
}

/** Splits and decodes a request target in origin form (`/a?b`) or absolute form (`http://host/a?b`). */
export function parseTarget(target: string): Target {
  const origin = target.startsWith('/') ? target : target.replace(/^[a-z]+:\/\/[^/?]*/i, '') || '/';
  const mark = origin.indexOf('?');
  const rawPath = mark < 0 ? origin : origin.slice(0, mark);
  return { rawPath, path: decodePath(rawPath), query: mark < 0 ? '' : origin.slice(mark + 1) };
}

/**
 * Percent-decodes a path, but leaves `%2F` and what is not UTF-8 as it stands, then removes dot segments: what a route
 * parameter receives on Azure. Source: UrlDecoder and PathDecoder of Kestrel.
 */
function decodePath(raw: string): string {
  const path = raw.includes('%') ? raw.replace(/(?:%[0-9a-f]{2})+/gi, decodeRun) : raw;
  return path.includes('/.') ? removeDotSegments(path) : path;
}

function decodeRun(run: string): string {
  return run
    .split(/(%2f)/i)
    .map((part) => {
      if (/^%2f$/i.test(part)) return part;
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    })
    .join('');
}

/** RFC 3986 section 5.2.4. */
function removeDotSegments(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/');
  for (const [i, segment] of segments.entries()) {
    const last = i === segments.length - 1;
    if (segment === '..' && kept.length > 1) kept.pop();
    if (segment !== '.' && segment !== '..') kept.push(segment);
    else if (last) kept.push('');
  }
  return kept.join('/');
}

/**
 * The query as the host hands it over in buffered mode: names ignore case (the first spelling stays), repeated values
 * are joined by a comma, so that `getAll` never sees two.
 */
export function parseQuery(query: string): Record<string, { value: string }> {
  const values: Record<string, { value: string }> = Object.create(null);
  if (query === '') return values;
  const spelling = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const lower = name.toLowerCase();
    const known = spelling.get(lower);
    const entry = known === undefined ? undefined : values[known];
    if (entry) {
      entry.value += `,${value}`;
    } else {
      spelling.set(lower, name);
      values[name] = { value };
    }
  }
  return values;
}
