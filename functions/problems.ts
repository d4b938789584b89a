import { app, type HttpRequest, type HttpResponseInit } from '@azure/functions';
import { json, problemResponse } from '../shared/http.ts';
import { refusals, refuse, type ProblemCode } from '../shared/platform/problem.ts';

/** `GET /problems/{code}`: what a refusal's `type` points at. */
function problem(request: HttpRequest): HttpResponseInit {
  const code = request.params['code'] ?? '';
  if (!Object.hasOwn(refusals, code)) {
    return problemResponse(
      refuse('not-found', 'There is no problem with this code; docs/errors.md lists them all.').problem,
    );
  }
  const { status, title, advice } = refusals[code as ProblemCode];
  return json(
    200,
    { type: `/problems/${code}`, title, status, advice },
    { 'cache-control': 'public, max-age=86400' },
  );
}

app.http('problems', {
  methods: ['GET'],
  route: 'problems/{code}',
  authLevel: 'anonymous',
  handler: problem,
});
