/**
 * Which templates cannot be rendered, tried with no variables at all: what is missing is empty in Liquid, so only the template itself
 * can be at fault.
 */
import type { Template } from '../../shared/access/template.ts';

/**
 * Tries them.
 *
 * @param others templates that they may render, beside each other.
 * @returns what is wrong, by the name of the template.
 */
export async function templateFaults(
  templates: readonly Template[],
  others: readonly Template[] = [],
): Promise<ReadonlyMap<string, string>> {
  const partials = Object.fromEntries([...others, ...templates].map((one) => [one.name, one]));
  const { renderTemplate } = await import('../../shared/template/render.ts');
  const faults = new Map<string, string>();
  for (const template of templates) {
    const rendered = await renderTemplate(template, partials, {});
    if (!rendered.ok) {
      faults.set(template.name, rendered.problem.detail.replace(/ Nothing was accepted\.$/, ''));
    }
  }
  return faults;
}
