import { resendError } from '../shared/dialects/resend.ts';
import { problemResponse, type RefusalResponse } from '../shared/http.ts';
import type { Problem } from '../shared/platform/problem.ts';

/** A refusal on the paths that Resend's clients know: a problem document that has the members of Resend's errors too. */
export const refusalOf = (
  problem: Problem,
  headers: Readonly<Record<string, string>> = {},
): RefusalResponse => problemResponse(problem, headers, resendError(problem));
