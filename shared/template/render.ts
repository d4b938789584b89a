/**
 * Renders templates in Liquid, in a box: nothing is read from a disk, only own properties of variables are seen, and what takes too
 * long or grows too large ends with a sentence.
 *
 * Loads liquidjs, so it is loaded itself when the first template is used.
 */
import { Liquid, type LiquidOptions } from 'liquidjs';
import { ok, refuse, type Result } from '../platform/problem.ts';

/** The parts of a template; see access/template.ts. */
export interface TemplateParts {
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
}

/** Other templates that may be rendered within this one, by name. */
export type Partials = Readonly<Record<string, TemplateParts>>;

/** Longest that one part may take, in milliseconds. */
const timeLimit = 500;

/** Most that a part may allocate while it renders, in liquidjs' count: characters of strings, items of arrays. */
const memoryLimit = 2_000_000;

/** Most characters of a part of the template with all that it renders. */
const parseLimit = 200_000;

/** Most characters that may come out of a part. */
const outputLimit = 1_000_000;

/**
 * Renders the parts that a template has.
 *
 * @param variables plain data; functions and prototypes are not seen.
 * @returns `template-failed` with a sentence that names the part, the line and what is wrong.
 */
export async function renderTemplate(
  template: TemplateParts,
  partials: Partials,
  variables: Readonly<Record<string, unknown>>,
  zone = 'UTC',
): Promise<Result<TemplateParts>> {
  const rendered: Partial<Record<keyof TemplateParts, string>> = {};
  for (const part of ['subject', 'text', 'html'] as const) {
    const source = template[part];
    if (source === undefined) continue;
    const result = await renderPart(part, source, partials, variables, zone);
    if (!result.ok) return result;
    rendered[part] = part === 'subject' ? oneLine(result.value) : result.value;
  }
  return ok(rendered);
}

async function renderPart(
  part: keyof TemplateParts,
  source: string,
  partials: Partials,
  variables: Readonly<Record<string, unknown>>,
  zone: string,
): Promise<Result<string>> {
  // An object without a prototype: no template is called "constructor" unless somebody made it.
  const templates: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, parts] of Object.entries(partials)) {
    const text = part === 'html' ? parts.html : (parts.text ?? parts.subject);
    if (text !== undefined) templates[name] = text;
  }
  const options: LiquidOptions = {
    templates,
    relativeReference: false,
    ownPropertyOnly: true,
    strictFilters: true,
    timezoneOffset: zone,
    locale: 'en-US',
    renderLimit: timeLimit,
    memoryLimit,
    parseLimit,
    ...(part === 'html' ? { outputEscape: 'escape' } : {}),
  };
  try {
    const output: unknown = await new Liquid(options).parseAndRender(source, variables);
    const text = String(output);
    if (text.length <= outputLimit) return ok(text);
    return failed(part, `it became longer than ${outputLimit} characters`);
  } catch (error) {
    return failed(part, sayError(error));
  }
}

const failed = (part: string, why: string): Result<never> =>
  refuse(
    'template-failed',
    `The ${part} of the template could not be rendered: ${why}. Nothing was accepted.`,
  );

/** What liquidjs found, without the source around it: the variables may hold anything. */
function sayError(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const first = message.split('\n')[0] ?? '';
  if (/memory alloc limit/.test(first)) return 'it needs too much memory';
  if (/template render limit/.test(first)) return `it takes longer than ${timeLimit} ms`;
  if (/parse length limit/.test(first)) return `it is longer than ${parseLimit} characters`;
  return first.replace(/, file:.*?(?=, line:|$)/, '').slice(0, 300);
}

const oneLine = (text: string): string => text.replaceAll(/[\s\p{Cc}\u2028\u2029]+/gu, ' ').trim();
