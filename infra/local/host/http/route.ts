import { CONSTRAINTS, type Constraint } from './constraint.ts';

/**
 * A compiled route template. Matching follows ASP.NET Core's conventional routing as the Functions host uses it:
 * literals ignore case, parameters keep the case of the request, one trailing slash is allowed.
 * Source: https://learn.microsoft.com/aspnet/core/fundamentals/routing#route-templates
 */
export interface Route {
  /** The parameters when the (decoded) path matches, else undefined. */
  match(path: string): Record<string, string> | undefined;
}

interface Parameter {
  name: string;
  constraints: Constraint[];
  otherwise: string | undefined;
}

const PARAMETER = /^(\*{0,2})([^:=?]+?)((?::[^:=?(]+(?:\(.*\))?)*)(?:=(.*?))?(\??)$/;

/**
 * Compiles `{name}`, `{name:constraint(args)}`, `{name=default}`, `{name?}`, `{*rest}` and mixes such as `{a}.{b}`.
 * Throws an Error that quotes the faulty part.
 */
export function compileRoute(template: string): Route {
  const parameters: Parameter[] = [];
  let pattern = '';
  for (const segment of splitSegments(template.replace(/^\/|\/$/g, ''))) {
    let source = '';
    let optional = false;
    for (const part of splitParts(segment)) {
      if (!part.startsWith('{')) {
        source += RegExp.escape(part);
        continue;
      }
      const { parameter, star, mayMiss } = parseParameter(part.slice(1, -1), template);
      parameters.push(parameter);
      source += star ? '(.*)' : '([^/]+)';
      optional = mayMiss;
    }
    pattern += optional ? `(?:/${source})?` : `/${source}`;
  }
  const expression = new RegExp(`^${pattern}/?$`, 'i');
  return { match: (path) => matchRoute(expression, parameters, path) };
}

function matchRoute(
  expression: RegExp,
  parameters: Parameter[],
  path: string,
): Record<string, string> | undefined {
  const found = expression.exec(path);
  if (!found) return undefined;
  const params: Record<string, string> = {};
  for (const [i, { name, constraints, otherwise }] of parameters.entries()) {
    const value = found[i + 1] || otherwise;
    if (value === undefined) continue;
    if (!constraints.every((holds) => holds(value))) return undefined;
    params[name] = value;
  }
  return params;
}

function parseParameter(
  text: string,
  template: string,
): { parameter: Parameter; star: boolean; mayMiss: boolean } {
  const parsed = PARAMETER.exec(text);
  if (!parsed) throw new Error(`Route '${template}' has a parameter '{${text}}' that cannot be read.`);
  const [, stars = '', name = '', constraints = '', otherwise, question] = parsed;
  return {
    parameter: { name, otherwise, constraints: parseConstraints(constraints, template) },
    star: stars !== '',
    mayMiss: stars !== '' || question === '?' || otherwise !== undefined,
  };
}

function parseConstraints(text: string, template: string): Constraint[] {
  return [...text.matchAll(/:([a-z]+)(?:\(((?:[^()]|\([^()]*\))*)\))?/gi)].map(([, name = '', args]) => {
    const make = CONSTRAINTS[name.toLowerCase()];
    if (!make) throw new Error(`Route '${template}' has the unknown constraint '${name}'.`);
    return make((args ?? '').replaceAll('{{', '{').replaceAll('}}', '}'));
  });
}

/** Splits at the slashes that stand outside braces. */
function splitSegments(template: string): string[] {
  if (template === '') return [];
  const segments = [''];
  let depth = 0;
  for (const character of template) {
    if (character === '{') depth++;
    if (character === '}') depth--;
    if (character === '/' && depth === 0) segments.push('');
    else segments[segments.length - 1] += character;
  }
  return segments;
}

/** Splits one segment into literals and `{…}` parts; doubled braces belong to a regex constraint. */
function splitParts(segment: string): string[] {
  return segment.match(/\{(?:[^{}]|\{\{|\}\})*\}|[^{]+/g) ?? [segment];
}
