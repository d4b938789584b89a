/**
 * Vendors' names for a stored template and what fills it, as `template` of `POST /emails` has them: the template is one of this bridge's.
 */
import { isObject, scalar, textOf } from './foreign.ts';

/** The member `template` of a document. */
export interface TemplateWish {
  readonly id: unknown;
  readonly variables: unknown;
}

/**
 * The wish for a template.
 *
 * @param name as the vendor's console called it. Here names have small letters, digits and hyphens: `Order_Shipped` is `order-shipped`.
 * @param variables an object; whatever else stands there is handed on, and refused with its sentence.
 */
export const templateWish = (name: unknown, variables: unknown = {}): TemplateWish => ({
  id: templateName(scalar(name)),
  variables,
});

function templateName(name: unknown): unknown {
  const text = textOf(name);
  if (text === undefined) return name;
  const plain = text
    .slice(0, 200)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  return plain.replace(/^-/, '').replace(/-$/, '');
}

/** Variables that came as a text of JSON; undefined when it holds no object. */
export function jsonVariables(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const read: unknown = JSON.parse(text);
    return isObject(read) && isShallow(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

/** Levels of objects and lists within one another that are taken. */
const depthLimit = 32;

function isShallow(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > depthLimit) return false;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return true;
}
