import type { Log } from '../log.ts';
import type { RegisteredFunction } from '../registry.ts';
import { compileRoute, type Route } from './route.ts';

/** A function that answers HTTP requests, with its compiled address. */
interface HttpFunction {
  fn: RegisteredFunction;
  template: string;
  /** Undefined: every method. */
  methods: ReadonlySet<string> | undefined;
  route: Route;
}

export interface Match {
  fn: RegisteredFunction;
  params: Record<string, string>;
}

/**
 * The routing table of the app. The first function in alphabetical order of *names* whose method and template match
 * answers; a wrong method is no match, hence 404 and never 405. As on Azure a function whose route starts with `admin`
 * or `runtime`, or repeats the template and a method of another, is left out, with an error in the log.
 * Source: ValidateFunction and HttpRoutesConflict in ScriptHost.cs of github.com/Azure/azure-functions-host.
 */
export function createRoutes(
  functions: RegisteredFunction[],
  prefix: string,
  log: Log,
): (method: string, path: string) => Match | undefined {
  const table: HttpFunction[] = [];
  for (const fn of functions) {
    const candidate = toHttpFunction(fn, prefix);
    const fault = faultOf(candidate, table);
    if (fault === undefined) table.push(candidate);
    else log.write('error', `Function.${fn.name}`, `The function is left out: ${fault}`);
  }
  return (method, path) => {
    for (const { fn, methods, route } of table) {
      if (methods && !methods.has(method)) continue;
      const params = route.match(path);
      if (params) return { fn, params };
    }
    return undefined;
  };
}

function toHttpFunction(fn: RegisteredFunction, prefix: string): HttpFunction {
  const { route, methods } = fn.trigger;
  const template = trimSlashes(typeof route === 'string' && route.trim() !== '' ? route : fn.name);
  const allowed = Array.isArray(methods) ? methods.map((method) => String(method).toUpperCase()) : [];
  const full = [trimSlashes(prefix), template].filter(Boolean).join('/');
  return {
    fn,
    template,
    methods: allowed.length > 0 ? new Set(allowed) : undefined,
    route: compileRoute(full),
  };
}

function faultOf(candidate: HttpFunction, table: HttpFunction[]): string | undefined {
  const template = candidate.template.toLowerCase();
  if (/^(?:admin|runtime)/.test(template)) {
    return 'The specified route conflicts with one or more built in routes.';
  }
  const other = table.find(
    ({ template: theirs, methods }) =>
      theirs.toLowerCase() === template &&
      (!methods || !candidate.methods || !methods.isDisjointFrom(candidate.methods)),
  );
  return other && `The route specified conflicts with the route defined by function '${other.fn.name}'.`;
}

function trimSlashes(text: string): string {
  return text.replace(/^\/+|\/+$/g, '');
}
