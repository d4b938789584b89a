/** Turns a posted form into a fault as JSON would say it: numbers as numbers, what was left empty left out. */
import type { FaultKinds, FaultRule } from '../faults.ts';

/** Parameters stand in fields of this prefix, so that none can be mistaken for `kind` or `times`. */
export const PARAMETER = 'p.';

/** What does not fit is handed on as it is: the fault script says best what is wrong with it. */
export function faultOfForm(form: URLSearchParams, kinds: FaultKinds): Record<string, unknown> {
  const kind = form.get('kind') ?? '';
  const rules = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  const fault: Record<string, unknown> = { kind, times: numberOr(form.get('times') || '1') };
  for (const [name, rule] of Object.entries(rules ?? {})) {
    const text = form.get(PARAMETER + name) ?? '';
    const value = valueOf(text, rule);
    if (value !== undefined) fault[name] = value;
  }
  return fault;
}

function valueOf(text: string, rule: FaultRule): unknown {
  if (typeof rule !== 'string')
    return rule.find((allowed) => String(allowed ?? '') === text) ?? (text || undefined);
  if (text === '') return undefined;
  if (rule.startsWith('number')) return numberOr(text);
  return rule.startsWith('boolean') && (text === 'true' || text === 'false') ? text === 'true' : text;
}

function numberOr(text: string): number | string {
  const number = Number(text);
  return text.trim() !== '' && Number.isFinite(number) ? number : text;
}
