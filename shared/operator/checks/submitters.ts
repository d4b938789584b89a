/**
 * What is wrong with single submitters: what they may send, where to, and how much.
 */
import type { Limits, Submitter } from '../../access/submitter.ts';
import type { Config } from '../../platform/config.ts';
import type { Checked } from './check.ts';
import { found, type Finding } from './finding.ts';
import { isServed } from './settings.ts';

/** Looks at all but those that are switched off. */
export function checkSubmitters({ entries, config }: Checked): Finding[] {
  if (entries.submitters.length === 0) {
    const fix = 'Add one: postrider submitters add <name> --sender <address>.';
    return [found('no-submitter', 'submitters', 'Nobody may send anything yet.', fix)];
  }
  const active = entries.submitters.filter(({ disabled }) => !disabled);
  return active.flatMap((submitter) => checkSubmitter(submitter, config));
}

const checkSubmitter = (submitter: Submitter, config: Config | undefined): Finding[] => [
  ...checkSenders(submitter, config),
  ...checkMode(submitter),
  ...checkPolicy(submitter, config),
  ...checkLimits(submitter),
];

const whereOf = ({ name }: Submitter): string => `submitters/${name}`;

function checkSenders(submitter: Submitter, config: Config | undefined): Finding[] {
  const { name, senders } = submitter;
  if (senders.length === 0) {
    const fix = `postrider submitters set ${name} --sender <address>, or remove it.`;
    return [found('no-sender', whereOf(submitter), 'It may send as nobody.', fix)];
  }
  return senders
    .filter((sender) => !isServed(sender, config?.internalDomains ?? []))
    .map((sender) =>
      found(
        'sender-not-served',
        whereOf(submitter),
        `It may send as ${sender}, whose domain is not of this tenant: no mailbox serves it.`,
        'Correct the sender, or add its domain to POSTRIDER_INTERNAL_DOMAINS.',
      ),
    );
}

function checkMode(submitter: Submitter): Finding[] {
  const { name, mode = 'live', redirectTo } = submitter;
  if (mode === 'live') return [];
  if (mode === 'redirect' && redirectTo === undefined) {
    const fix = `postrider submitters set ${name} --redirect-to <address>.`;
    return [
      found('redirect-without-address', whereOf(submitter), 'All its mail is redirected to nowhere.', fix),
    ];
  }
  const what = mode === 'test' ? 'Nothing of it is sent' : 'All its mail is redirected';
  const fix = `postrider submitters set ${name} --mode live, once the test is over.`;
  return [found('mode-left-on', whereOf(submitter), `${what}: it is in mode ${mode}.`, fix)];
}

function checkPolicy(submitter: Submitter, config: Config | undefined): Finding[] {
  const { policy } = submitter;
  const findings: Finding[] = [];
  if (policy?.recipients === 'internal' && config?.internalDomains.length === 0) {
    findings.push(
      found(
        'internal-unknown',
        whereOf(submitter),
        'It may write to internal recipients only, and no domain is known to be internal: everything is refused.',
        'Set POSTRIDER_INTERNAL_DOMAINS to the accepted domains of the tenant.',
      ),
    );
  }
  if (config && policy?.maxBytes !== undefined && policy.maxBytes > config.maxBodyBytes) {
    findings.push(
      found(
        'message-above-body',
        whereOf(submitter),
        `Its messages may have ${policy.maxBytes} bytes, and no request may have more than ${config.maxBodyBytes}.`,
        'Raise POSTRIDER_MAX_BODY_BYTES, or lower max_bytes.',
      ),
    );
  }
  return findings;
}

/** Limits of messages, the shortest time first, with how often each time is in the next. */
const spans = [
  { field: 'messagesPerMinute', name: 'messages_per_minute' },
  { field: 'messagesPerHour', name: 'messages_per_hour' },
  { field: 'messagesPerDay', name: 'messages_per_day' },
] as const satisfies readonly { readonly field: keyof Limits; readonly name: string }[];

function checkLimits(submitter: Submitter): Finding[] {
  const { limits } = submitter;
  if (!limits) return [];
  const findings: Finding[] = [];
  spans.forEach(({ field, name }, i) => {
    const short = limits[field];
    for (const longer of spans.slice(i + 1)) {
      const long = limits[longer.field];
      if (short === undefined || long === undefined || short <= long) continue;
      findings.push(
        found(
          'limit-never-reached',
          whereOf(submitter),
          `${name} is ${short}, and ${longer.name} only ${long}: the first is never reached.`,
          `Lower ${name}, or raise ${longer.name}.`,
        ),
      );
    }
  });
  const { requestsPerSecond: rate, burst } = limits;
  if (burst !== undefined && rate === undefined) {
    findings.push(
      found(
        'limit-never-reached',
        whereOf(submitter),
        'burst is set without requests_per_second, and so means nothing.',
        'Set requests_per_second as well, or take burst out.',
      ),
    );
  }
  if (burst !== undefined && rate !== undefined && burst < rate) {
    findings.push(
      found(
        'burst-below-rate',
        whereOf(submitter),
        `burst is ${burst}, less than the ${rate} requests of one second: whoever sends them at once is refused.`,
        'Raise burst to at least requests_per_second, or leave it out.',
      ),
    );
  }
  return findings;
}
