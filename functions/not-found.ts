import { refuse } from '../shared/platform/problem.ts';
import { refusalOf } from './refusal.ts';
import { serve, served } from './serve.ts';

const everything = '{*path}';

/**
 * Whatever no other function takes. The host itself would answer 404 with an empty body, for a wrong method too: a path that another
 * function has was asked with a method it does not take.
 */
// The host takes the first match in alphabetical order of function names, so this one must sort last.
serve(
  'zz-not-found',
  { methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'], route: everything },
  (request) => {
    const { pathname } = new URL(request.url);
    const there = served.filter(({ route }) => route !== everything && matches(route, pathname));
    if (there.length > 0) {
      const allow = [...new Set(there.flatMap(({ methods }) => methods))].join(', ');
      const { problem } = refuse('method-not-allowed', `Use ${allow} on this path.`);
      return refusalOf(problem, { allow });
    }
    const detail = 'Messages are submitted by POST /emails; /openapi.json describes the whole API.';
    return refusalOf(refuse('not-found', detail).problem);
  },
);

/** Whether a path is one of a template's, as the host matches them: by segments, in any case. */
function matches(template: string, path: string): boolean {
  const wanted = template.split('/');
  const given = path.split('/').filter(Boolean);
  const open = wanted.at(-1)?.startsWith('{*') === true;
  const fixed = open ? wanted.slice(0, -1) : wanted;
  return (
    (open ? given.length >= fixed.length : given.length === fixed.length) &&
    fixed.every((segment, i) => segment.startsWith('{') || segment.toLowerCase() === given[i]?.toLowerCase())
  );
}
