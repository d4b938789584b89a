import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { problemResponse } from '../shared/http.ts';
import { refuse } from '../shared/platform/problem.ts';

/** The methods of every route of this app; a path that stands here was asked with a method it does not take. */
const routes: readonly { readonly path: RegExp; readonly allow: string }[] = [
  { path: /^\/emails(?:\/batch)?\/?$/i, allow: 'POST' },
  { path: /^\/emails\/[^/]+\/?$/i, allow: 'GET, PATCH' },
  { path: /^\/emails\/[^/]+\/cancel\/?$/i, allow: 'POST' },
  { path: /^\/dead-letters\/(?:[^/]+\/)?(?:replay|discard)\/?$/i, allow: 'POST' },
  { path: /^\/dead-letters(?:\/[^/]+)?\/?$/i, allow: 'GET' },
  { path: /^\/v3\/mail\/send\/?$/i, allow: 'POST' },
  { path: /^\/v3\/scopes\/?$/i, allow: 'GET' },
  { path: /^\/email(?:\/(?:batch|withTemplate|batchWithTemplates))?\/?$/i, allow: 'POST' },
  { path: /^\/hooks\/[^/]+(?:\/.*)?$/i, allow: 'GET, OPTIONS, POST, PUT' },
  { path: /^\/message\/?$/i, allow: 'POST' },
  { path: /^\/ntfy\/?$/i, allow: 'POST, PUT' },
  { path: /^\/ntfy\/[^/]+\/?$/i, allow: 'GET, POST, PUT' },
  { path: /^\/ntfy\/(?:[^/]+\/(?:publish|send|trigger)|v1\/health)\/?$/i, allow: 'GET' },
  { path: /^\/notify\/[^/]+(?:\/.*)?$/i, allow: 'POST' },
  { path: /^\/(?:health|version)\/?$/i, allow: 'GET' },
  { path: /^\/health\/(?:live|ready)\/?$/i, allow: 'GET, HEAD' },
  { path: /^\/(?:openapi\.json|problems\/[^/]+)\/?$/i, allow: 'GET' },
];

/**
 * Whatever no other function takes. The host itself would answer 404 with an empty body, for a wrong method too.
 */
function notFound(request: HttpRequest): HttpResponseInit {
  const { pathname } = new URL(request.url);
  const route = routes.find(({ path }) => path.test(pathname));
  if (route) {
    const { problem } = refuse('method-not-allowed', `Use ${route.allow} on this path.`);
    return problemResponse(problem, { allow: route.allow });
  }
  const { problem } = refuse(
    'not-found',
    'Messages are submitted by POST /emails; /openapi.json describes the whole API.',
  );
  return problemResponse(problem);
}

// The host takes the first match in alphabetical order of function names, so this one must sort last.
app.http('zz-not-found', {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
  route: '{*path}',
  authLevel: 'anonymous',
  handler: notFound,
});
