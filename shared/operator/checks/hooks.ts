/**
 * What is wrong with hooks and templates.
 */
import type { Hook } from '../../access/hook.ts';
import { maySendAs } from '../../access/submitter.ts';
import { parseMailbox } from '../../message/address.ts';
import type { Checked } from './check.ts';
import { secretFaults } from './credentials.ts';
import { found, type Finding } from './finding.ts';

/** Looks at hooks that are on, and at all templates. */
export function checkHooks(checked: Checked): Finding[] {
  const hooks = checked.entries.hooks.filter(({ disabled }) => !disabled);
  return [...hooks.flatMap((hook) => checkHook(hook, checked)), ...checkTemplates(checked)];
}

function checkHook(hook: Hook, checked: Checked): Finding[] {
  const { name, signature, adapter, zone } = hook;
  const where = `hooks/${name}`;
  const { config, adapters } = checked;
  const findings = [...checkSubmitter(hook, where, checked), ...checkTemplate(hook, where, checked)];
  if (signature && config) {
    const coded = signature.scheme === 'standard-webhooks';
    const { secret } = signature;
    findings.push(...secretFaults(config, where, 'The signature of its requests', { secret, coded }));
  }
  if (adapter !== undefined && !adapters.includes(adapter)) {
    findings.push(
      found(
        'hook-adapter-unknown',
        where,
        `There is no adapter "${adapter}"; the shape of the body tells.`,
        'Leave adapter out, or correct its name.',
      ),
    );
  }
  if (zone !== undefined && !isZone(zone)) {
    const fix = 'Write an IANA time zone such as Europe/Berlin.';
    findings.push(found('hook-zone-unknown', where, `"${zone}" is no time zone; times are in UTC.`, fix));
  }
  return findings;
}

function checkSubmitter(hook: Hook, where: string, { entries, now }: Checked): Finding[] {
  const submitter = entries.submitters.find(({ name }) => name === hook.submitter);
  if (!submitter) {
    const fix = 'Add the submitter, or give the hook to another.';
    const message = `Its submitter "${hook.submitter}" is not there: all its calls are refused.`;
    return [found('hook-without-submitter', where, message, fix)];
  }
  const findings: Finding[] = [];
  const over = submitter.expiresAt !== undefined && submitter.expiresAt <= now;
  if (submitter.disabled || over) {
    const message = `Its submitter "${submitter.name}" ${over ? 'has run out' : 'is disabled'}: all its calls are refused.`;
    const fix = 'Enable the submitter, or disable the hook as well.';
    findings.push(found('hook-submitter-off', where, message, fix));
  }
  const from = parseMailbox(hook.from);
  if (!from.ok || !maySendAs(submitter, from.mailbox.address)) {
    const message = `Its submitter "${submitter.name}" may not send as ${hook.from}: all its mails are refused.`;
    const fix = `Allow the sender to the submitter, or give the hook another "from".`;
    findings.push(found('hook-sender-refused', where, message, fix));
  }
  return findings;
}

function checkTemplate(hook: Hook, where: string, { entries }: Checked): Finding[] {
  if (hook.template === undefined) return [];
  const template = entries.templates.find(({ name }) => name === hook.template);
  if (template && (template.submitter === undefined || template.submitter === hook.submitter)) return [];
  const message = template
    ? `Its template "${template.name}" belongs to another submitter: its mails are refused.`
    : `Its template "${hook.template}" is not there: its mails are refused.`;
  const fix = 'Put the template, or take it out of the hook.';
  return [found('hook-template-missing', where, message, fix)];
}

function checkTemplates({ entries, templateFaults }: Checked): Finding[] {
  return entries.templates.flatMap(({ name }) => {
    const fault = templateFaults.get(name);
    if (fault === undefined) return [];
    const fix = `Correct it, and look at it with: postrider templates preview ${name}.`;
    return [found('template-broken', `templates/${name}`, fault, fix)];
  });
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
