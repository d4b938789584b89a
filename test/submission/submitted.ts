/** Submissions for tests: a minimal one, and what becomes of it. */
import assert from 'node:assert/strict';
import type { Problem } from '../../shared/platform/problem.ts';
import { parseSubmission, type Submission } from '../../shared/submission/parse.ts';

/** The least that is a submission. */
export const minimal = { from: 'ann@example.com', to: 'bo@example.com', subject: 'Hello', text: 'Hi' };

/** Parses a body: an object, a text or bytes. */
export const parse = (body: unknown, contentType: string | undefined = 'application/json') =>
  parseSubmission(
    body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    contentType,
  );

/** The submission, which must be taken. */
export async function accepted(body: unknown): Promise<Submission> {
  const result = parse(body);
  assert.ok(result.ok, result.ok ? '' : JSON.stringify(result.problem));
  return result.value;
}

/** The refusal, which must come. */
export async function problem(body: unknown, ...headers: (string | undefined)[]): Promise<Problem> {
  const result = parse(body, ...(headers as []));
  assert.ok(!result.ok, 'accepted');
  return result.problem;
}

/** The faults of a submission made of the minimal one and these fields: pointer → sentence. */
export async function faults(fields: object): Promise<Record<string, string>> {
  const { code, errors = [] } = await problem({ ...minimal, ...fields });
  assert.equal(code, 'invalid-submission');
  return Object.fromEntries(errors.map(({ pointer, detail }) => [pointer, detail]));
}

/** Expects one fault. */
export async function fault(fields: object, pointer: string, detail: RegExp): Promise<void> {
  const found = await faults(fields);
  assert.deepEqual(Object.keys(found), [pointer]);
  assert.match(found[pointer] ?? '', detail);
}
