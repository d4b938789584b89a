import { json, problemResponse } from '../shared/http.ts';
import { refuse, type ProblemCode } from '../shared/platform/problem.ts';
import { refusals } from '../shared/platform/refusals.ts';
import { serve } from './serve.ts';

/** `GET /problems/{code}`: what a refusal's `type` points at. */
serve('problems', { methods: ['GET'], route: 'problems/{code}' }, (request) => {
  const code = request.params['code'] ?? '';
  if (!Object.hasOwn(refusals, code)) {
    const detail = 'There is no problem with this code; docs/errors.md lists them all.';
    return problemResponse(refuse('not-found', detail).problem);
  }
  const { status, title, advice } = refusals[code as ProblemCode];
  const explanation = { type: `/problems/${code}`, title, status, advice };
  return json(200, explanation, { 'cache-control': 'public, max-age=86400' });
});
