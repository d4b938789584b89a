/**
 * A hook without those who must not be written to. Its sender cannot leave them out, and takes a refusal for final: one person on the
 * suppression list must not cost the others an alert. Pure.
 */
import type { Hook } from '../access/hook.ts';
import type { AccessRegister } from '../access/register.ts';
import { suppressionReason } from '../access/suppression.ts';
import type { Severity } from '../alerts/alert.ts';
import { parseMailbox } from '../message/address.ts';
import type { Warning } from '../message/warning.ts';
import { recipientsFor } from './hook-message.ts';

/** The hook, and what is to be said about whom it leaves out. */
export interface Reachable {
  readonly hook: Hook;
  readonly warnings: readonly Warning[];
}

/**
 * Makes it. Where nobody would be left to be written to, the hook stays as it is: the policy refuses and says why.
 *
 * @param severities by which it is decided who is told.
 */
export function reachable(
  hook: Hook,
  register: Pick<AccessRegister, 'suppression'>,
  severities: readonly Severity[],
  now: Date,
): Reachable {
  const isLeft = (text: string): boolean => {
    const parsed = parseMailbox(text);
    return !parsed.ok || suppressionReason(register, parsed.mailbox.address, now) === undefined;
  };
  const left = (list: readonly string[]) => list.filter(isLeft);
  const some = (list: readonly string[]) => (list.some(isLeft) ? left(list) : list);
  const { to, cc, bcc, severityRoutes, ...rest } = hook;
  const others: Hook = {
    ...rest,
    to: some(to),
    ...(cc ? { cc: left(cc) } : {}),
    ...(bcc ? { bcc: left(bcc) } : {}),
    ...(severityRoutes
      ? { severityRoutes: severityRoutes.map((route) => Object.assign({}, route, { to: some(route.to) })) }
      : {}),
  };
  const count = everybody(hook, severities).length - everybody(others, severities).length;
  if (count === 0) return { hook, warnings: [] };
  const who = count === 1 ? 'One recipient of the hook is' : `${count} recipients of the hook are`;
  return {
    hook: others,
    warnings: [{ field: 'to', detail: `${who} on the suppression list and left out.` }],
  };
}

const everybody = (hook: Hook, severities: readonly Severity[]): readonly string[] => [
  ...recipientsFor(hook, severities),
  ...(hook.cc ?? []),
  ...(hook.bcc ?? []),
];
