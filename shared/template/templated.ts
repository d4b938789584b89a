/**
 * Submissions that name a template: the document with what the template says in place of it.
 *
 * `{"template": {"id": "welcome", "variables": {"name": "Ada"}}}`, as Resend has it. In a batch each message has variables of its own,
 * which is a mail merge.
 */
import type { AccessRegister } from '../access/register.ts';
import { ok, refuse, type Result } from '../platform/problem.ts';
import { renderTemplate, type Partials, type TemplateParts } from './render.ts';

/**
 * Renders a template by its name, with all that its submitter may use within it.
 *
 * @returns `template-not-found` or `template-failed`.
 */
export async function renderWith(
  register: AccessRegister,
  submitter: string,
  id: string,
  variables: Readonly<Record<string, unknown>>,
  zone?: string,
): Promise<Result<TemplateParts>> {
  const usable = register.entries.templates.filter(
    (template) => template.submitter === undefined || template.submitter === submitter,
  );
  const template = usable.find(({ name }) => name === id);
  const partials: Partials = Object.fromEntries(usable.map((one) => [one.name, one]));
  if (template) return await renderTemplate(template, partials, variables, zone);
  return refuse('template-not-found', `There is no template "${id}" for this submitter.`);
}

/**
 * The document with what the template that it names says.
 *
 * @param document of `POST /emails`, as JSON; given back as it is when it names no template.
 * @param at pointer to it in the body.
 * @returns `invalid-submission`, `template-not-found` or `template-failed`.
 */
export async function renderDocument(
  register: AccessRegister,
  submitter: string,
  document: unknown,
  at: string,
): Promise<Result<unknown>> {
  if (!isObject(document) || !Object.hasOwn(document, 'template')) return ok(document);
  const { template: wish, ...rest } = document;
  const read = readWish(wish, rest, `${at}/template`);
  if (!read.ok) return read;
  const rendered = await renderWith(register, submitter, read.value.id, read.value.variables);
  // What the request itself says about the subject counts.
  if (rendered.ok) return ok({ ...rendered.value, ...rest });
  const { code, detail } = rendered.problem;
  return refuse(code, detail, { errors: [{ pointer: `${at}/template/id`, detail }] });
}

function readWish(
  wish: unknown,
  rest: Readonly<Record<string, unknown>>,
  pointer: string,
): Result<{ id: string; variables: Record<string, unknown> }> {
  const fault = (detail: string, at = pointer) =>
    refuse('invalid-submission', detail, { errors: [{ pointer: at, detail }] });
  if (!isObject(wish))
    return fault('This must be an object with "id" and, where it needs them, "variables".');
  const { id, variables = {}, ...others } = wish;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    return fault('Only "id" and "variables" are known here.', `${pointer}/${encodeURIComponent(unknown)}`);
  }
  if (typeof id !== 'string') return fault('This must be the name of a template.', `${pointer}/id`);
  if (!isObject(variables)) return fault('This must be an object.', `${pointer}/variables`);
  if (rest['text'] !== undefined || rest['html'] !== undefined) {
    return fault('"text" and "html" come from the template; leave them out, or the template.');
  }
  return ok({ id, variables });
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
