import { problemResponse } from '../shared/http.ts';
import { refuse } from '../shared/platform/problem.ts';
import { anyone, serve, served } from './serve.ts';

/**
 * Whatever no other function takes. The host itself would answer 404 with an empty body, for a wrong method too: a path that another
 * function has was asked with a method it does not take.
 */
// The host takes the first match in alphabetical order of function names, so this one must sort last.
serve(
  'zz-not-found',
  { methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'], route: '{*path}', who: anyone },
  ({ facts }) => {
    const methods = served.filter(({ route }) => matches(route, facts.path)).flatMap((one) => one.methods);
    if (methods.length === 0) {
      const detail = 'Messages are submitted by POST /emails; /openapi.json describes the whole API.';
      return refuse('not-found', detail);
    }
    const allow = [...new Set(methods)].join(', ');
    const refusal = refuse('method-not-allowed', `Use ${allow} on this path.`);
    return { ...refusal, response: problemResponse(refusal.problem, { allow }) };
  },
);

/** Whether a path is one of a template's, as the host matches them: by segments, in any case. */
function matches(template: string, path: string): boolean {
  if (template.startsWith('{*')) return false;
  const wanted = template.split('/');
  const given = path.split('/').filter(Boolean);
  return (
    wanted.length === given.length &&
    wanted.every((segment, i) => segment.startsWith('{') || segment.toLowerCase() === given[i]?.toLowerCase())
  );
}
