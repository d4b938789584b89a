/**
 * Who administers, what has been stopped, and what is left over.
 */
import { hasAdmin } from '../last-admin.ts';
import type { Checked } from './check.ts';
import { found, type Finding } from './finding.ts';

/** Looks at operators, switches, suppressions and webhooks. */
export function checkAdministration(checked: Checked): Finding[] {
  return [...checkOperators(checked), ...checkSwitches(checked), ...checkWebhooks(checked)];
}

function checkOperators({ entries, config, now }: Checked): Finding[] {
  const { operators, keys } = entries;
  const keyless = operators
    .filter(({ name, disabled }) => !disabled && !keys.some(({ operator }) => operator === name))
    .map(({ name }) =>
      found(
        'operator-without-key',
        `operators/${name}`,
        'This operator has no key.',
        `postrider operators create ${name} makes one; or remove the operator.`,
      ),
    );
  if (config?.operatorSignIn || operators.length === 0 || hasAdmin(entries, now)) return keyless;
  const fix =
    'postrider operators create <name> --role admin; or let administrators sign in with Entra ID (POSTRIDER_OPERATOR_SIGN_IN).';
  const message =
    'No operator has the role admin and a key that is good: over HTTP nobody can change who may send.';
  return [...keyless, found('no-admin', 'operators', message, fix)];
}

function checkSwitches({ entries, now }: Checked): Finding[] {
  const thrown = entries.switches.map(({ scope, reason, thrownAt, by }) => {
    const what = scope === 'all' ? 'Everything' : `Everything from ${scope}`;
    const target = scope === 'all' ? '--all' : `--sender ${scope}`;
    return found(
      'switch-thrown',
      `switches/${scope}`,
      `${what} is stopped since ${thrownAt.toISOString()} by ${by}: ${reason}`,
      `When it may go on: postrider switches reset ${target}.`,
    );
  });
  const over = entries.suppressions
    .filter(({ expiresAt }) => expiresAt !== undefined && expiresAt <= now)
    .map(({ address }) =>
      found(
        'suppression-expired',
        `suppressions/${address}`,
        'This suppression has run out; it stops nothing any more.',
        `postrider suppressions remove ${address}.`,
      ),
    );
  return [...thrown, ...over];
}

function checkWebhooks({ entries }: Checked): Finding[] {
  return entries.webhooks.flatMap(({ id, submitter, disabled }) => {
    const where = `webhooks/${id}`;
    if (!entries.submitters.some(({ name }) => name === submitter)) {
      const message = `Its submitter "${submitter}" is not there.`;
      return [found('webhook-without-submitter', where, message, `postrider webhooks remove ${id}.`)];
    }
    if (!disabled) return [];
    const fix = `When the receiver works again: postrider webhooks enable ${id}. Else remove it.`;
    return [found('webhook-off', where, `It was switched off: ${disabled.reason}`, fix)];
  });
}
