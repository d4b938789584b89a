/**
 * What is wrong with the settings, and between them and the register.
 */
import type { Entries } from '../../access/register.ts';
import { maySendAs } from '../../access/submitter.ts';
import type { Config } from '../../platform/config.ts';
import { found, type Finding } from './finding.ts';

/** @param settings a sentence when they cannot be read. */
export function checkSettings(
  settings: Config | string | undefined,
  entries: Pick<Entries, 'submitters'>,
): Finding[] {
  if (settings === undefined) return [];
  if (typeof settings === 'string') {
    const fix = 'Correct them; docs/configuration.md has them all. The bridge does not start before.';
    return [found('settings-invalid', 'settings', settings, fix)];
  }
  return [...checkFrontEnd(settings), ...checkRoutes(settings, entries)];
}

function checkFrontEnd({ frontEnd, webhookAllowPrivate }: Config): Finding[] {
  const findings: Finding[] = [];
  if ((frontEnd.kind === 'front-door' || frontEnd.kind === 'proxy') && frontEnd.networks.length === 0) {
    findings.push(
      found(
        'front-end-open',
        'POSTRIDER_FRONT_END_NETWORKS',
        "Nothing says from where the front end speaks: whoever finds the app's own host name may write the address of a caller.",
        'Set the networks of the front end, or restrict access to the app itself.',
      ),
    );
  }
  if (webhookAllowPrivate) {
    findings.push(
      found(
        'webhooks-to-private',
        'POSTRIDER_WEBHOOK_ALLOW_PRIVATE',
        'Webhooks may go to private addresses, and so into your own network.',
        'Set it to false outside of tests.',
      ),
    );
  }
  return findings;
}

function checkRoutes(
  { routes, internalDomains }: Config,
  { submitters }: Pick<Entries, 'submitters'>,
): Finding[] {
  return Object.entries(routes).flatMap(([sender, ways]) => {
    const findings: Finding[] = [];
    if (!submitters.some((submitter) => maySendAs(submitter, sender))) {
      const fix = 'Allow the sender to a submitter, or take the route out.';
      findings.push(
        found(
          'route-unused',
          'POSTRIDER_ROUTES',
          `There is a route for ${sender}, as whom nobody may send.`,
          fix,
        ),
      );
    }
    const mailboxes = ways.flat().flatMap((way) => /:(.*)$/.exec(way)?.[1] ?? []);
    for (const mailbox of new Set(mailboxes)) {
      if (isServed(mailbox, internalDomains)) continue;
      findings.push(
        found(
          'route-not-served',
          'POSTRIDER_ROUTES',
          `The route for ${sender} sends by ${mailbox}, whose domain is not of this tenant.`,
          'Name a mailbox of the tenant, or add its domain to POSTRIDER_INTERNAL_DOMAINS.',
        ),
      );
    }
    return findings;
  });
}

/** Whether a mailbox of the tenant can have this address, or addresses of this `@domain`; so it can where no domains are known. */
export const isServed = (sender: string, domains: readonly string[]): boolean =>
  domains.length === 0 || domains.includes(sender.slice(sender.lastIndexOf('@') + 1).toLowerCase());
