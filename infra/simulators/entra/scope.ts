/** Reads the `scope` of a client-credentials request, which may be nothing but one `<resource>/.default`. */
import { RESOURCES } from './registrations.ts';

export type ScopeReading =
  | { readonly ok: true; readonly audience: string }
  | { readonly ok: false; readonly aadsts: number; readonly scope: string };

const SUFFIX = '/.default';

/** `further`: resources that exist besides the built-in ones, as their `aud`. */
export function readScope(scope: string, further: readonly string[]): ScopeReading {
  const scopes = scope.split(' ').filter((one) => one !== '');
  const [first] = scopes;
  if (first === undefined) return { ok: false, aadsts: 70011, scope };
  if (scopes.some((one) => !one.endsWith(SUFFIX))) return { ok: false, aadsts: 1002012, scope };
  if (new Set(scopes).size > 1) return { ok: false, aadsts: 700022, scope };
  const resource = first.slice(0, -SUFFIX.length);
  // A bare ".default" means Graph's delegated default elsewhere; for an application it names no resource.
  if (resource === '') return { ok: false, aadsts: 1002012, scope };
  const audience = RESOURCES.get(resource) ?? (further.includes(resource) ? resource : undefined);
  return audience === undefined ? { ok: false, aadsts: 500011, scope: resource } : { ok: true, audience };
}
