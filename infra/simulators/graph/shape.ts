/**
 * A very small checker of JSON against OData types, enough for `sendMail`: unknown members and wrong types make a
 * body that cannot be deserialized. Annotations (`@odata.type` and the like) are always let through.
 */
export type Shape =
  | 'string'
  | 'string?'
  | 'boolean'
  | 'number'
  | 'base64'
  | 'anything'
  /** An enumeration; Graph compares its names without regard to case. */
  | readonly string[]
  | { readonly each: Shape }
  | { readonly members: Readonly<Record<string, Shape>>; readonly required?: readonly string[] };

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether `value` has the shape. Members may be left out unless required; `string?` may be null. */
export function hasShape(value: unknown, shape: Shape): boolean {
  if (typeof shape === 'string') return hasType(value, shape);
  if (isNames(shape)) return typeof value === 'string' && shape.includes(value.toLowerCase());
  if ('each' in shape) return Array.isArray(value) && value.every((one) => hasShape(one, shape.each));
  if (!isObject(value)) return false;
  if (shape.required?.some((name) => value[name] === undefined)) return false;
  return Object.entries(value).every(([name, member]) => {
    if (name.includes('@')) return true;
    const rule = Object.hasOwn(shape.members, name) ? shape.members[name] : undefined;
    return rule !== undefined && hasShape(member, rule);
  });
}

function isNames(shape: Exclude<Shape, string>): shape is readonly string[] {
  return Array.isArray(shape);
}

function hasType(value: unknown, type: Extract<Shape, string>): boolean {
  if (type === 'anything') return true;
  if (type === 'string?') return typeof value === 'string' || value === null;
  if (type === 'base64') return typeof value === 'string' && isBase64(value);
  return typeof value === type;
}

/** Standard base64 with padding (RFC 4648 section 4). */
export function isBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/u.test(text);
}
