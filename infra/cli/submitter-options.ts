/**
 * The options that say what a submitter is and may do, as a merge patch (RFC 7396) of its entry.
 */
import { Option, type Command } from 'commander';
import { submitterKinds } from '../../shared/access/submitter.ts';
import {
  collect,
  collectNetworks,
  collectSenders,
  endOrNever,
  numberOrOff,
  secondsOrOff,
} from './arguments.ts';
import { jsonOption } from './json-option.ts';

/** As they come from the command line; `off` and `never` take a value away. */
export interface SubmitterOptions {
  readonly owner?: string;
  readonly description?: string;
  readonly kind?: string;
  readonly sender?: readonly string[];
  readonly network?: readonly string[];
  readonly authentication?: string;
  readonly mode?: string;
  readonly redirectTo?: string;
  readonly expires?: Date | 'never';
  readonly quietUntil?: Date | 'never';
  readonly dedupeWindow?: number | 'off';
  readonly requestsPerSecond?: number | 'off';
  readonly burst?: number | 'off';
  readonly messagesPerMinute?: number | 'off';
  readonly messagesPerHour?: number | 'off';
  readonly messagesPerDay?: number | 'off';
  readonly recipientsPerDay?: number | 'off';
  readonly bytesPerDay?: number | 'off';
  readonly recipients?: readonly string[];
  readonly maxRecipients?: number | 'off';
  readonly maxBytes?: number | 'off';
  readonly patch?: string;
}

/** Adds the options to a command. */
export const withSubmitterOptions = (command: Command): Command =>
  command
    .option('--owner <contact>', 'whom to ask: an address or a name')
    .option('--description <text>', 'what it is and what it sends')
    .addOption(new Option('--kind <kind>', 'what kind of thing it is').choices(submitterKinds))
    .option('--sender <address>', 'address, or @domain, it may send as (repeatable)', collectSenders)
    .option(
      '--network <cidr>',
      'network whose requests are its own without a key, or must come from with --authentication key-and-network (repeatable)',
      collectNetworks,
    )
    .addOption(
      new Option('--authentication <how>', 'what its networks are good for').choices([
        'key-or-network',
        'key-and-network',
      ]),
    )
    .addOption(
      new Option(
        '--mode <mode>',
        'test: everything but the sending; redirect: all mail to --redirect-to',
      ).choices(['live', 'test', 'redirect']),
    )
    .option('--redirect-to <address>', 'where everything goes in mode redirect; or off')
    .option('--expires <when>', 'refused from then on: 90d, 2027-01-31, or never', endOrNever)
    .option('--quiet-until <when>', 'messages wait until then: 8h, a date and time, or never', endOrNever)
    .option(
      '--dedupe-window <time>',
      'the same body, sent again within this time without any key, is a repetition: 1s to 1d, e.g. 10m; or off',
      secondsOrOff,
    )
    .option('--requests-per-second <n>', 'limit; or off', numberOrOff)
    .option('--burst <n>', 'requests that may come at once after a pause; or off', numberOrOff)
    .option('--messages-per-minute <n>', 'limit; or off', numberOrOff)
    .option('--messages-per-hour <n>', 'limit; or off', numberOrOff)
    .option('--messages-per-day <n>', 'limit; or off', numberOrOff)
    .option('--recipients-per-day <n>', 'limit; or off', numberOrOff)
    .option('--bytes-per-day <n>', 'limit; or off', numberOrOff)
    .option('--recipients <who>', 'any, internal, or an address, @domain or @*.domain (repeatable)', collect)
    .option('--max-recipients <n>', 'most recipients of a message; or off', numberOrOff)
    .option('--max-bytes <n>', 'most bytes of a message; or off', numberOrOff)
    .option('--patch <json>', 'everything else: a JSON merge patch of the entry, or @file');

/** The patch; empty when there were no options. */
export function patchOf(command: Command, options: SubmitterOptions): Record<string, unknown> {
  const given = options.patch === undefined ? {} : jsonOption(command, options.patch);
  const part = (name: string, fields: Record<string, unknown>) => {
    const said = onlyGiven(fields);
    const before = given[name] as object | undefined;
    return Object.keys(said).length === 0 ? {} : { [name]: { ...before, ...said } };
  };
  const [only, second] = options.recipients ?? [];
  const word = second === undefined && (only === 'any' || only === 'internal') ? only : undefined;
  return {
    ...given,
    ...onlyGiven({
      owner: options.owner,
      description: options.description,
      kind: options.kind,
      senders: options.sender,
      networks: options.network,
      authentication: options.authentication,
      mode: options.mode,
      redirect_to: options.redirectTo,
      expires_at: options.expires,
      quiet_until: options.quietUntil,
      dedupe_window: options.dedupeWindow,
    }),
    ...part('limits', {
      requests_per_second: options.requestsPerSecond,
      burst: options.burst,
      messages_per_minute: options.messagesPerMinute,
      messages_per_hour: options.messagesPerHour,
      messages_per_day: options.messagesPerDay,
      recipients_per_day: options.recipientsPerDay,
      bytes_per_day: options.bytesPerDay,
    }),
    ...part('policy', {
      recipients: word ?? options.recipients,
      max_recipients: options.maxRecipients,
      max_bytes: options.maxBytes,
    }),
  };
}

/** Options that were given, as a merge patch has them. */
const onlyGiven = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => {
      if (value === undefined) return [];
      return [[name, value === 'off' || value === 'never' ? null : valueOf(value)]];
    }),
  );

const valueOf = (value: unknown): unknown => (value instanceof Date ? value.toISOString() : value);
