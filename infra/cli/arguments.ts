/**
 * Arguments and options as people type them, read into values; what cannot be read ends the command with a sentence.
 */
import { readFileSync } from 'node:fs';
import { InvalidArgumentError } from 'commander';
import { parseNetwork } from '../../shared/access/network.ts';
import { isSubmitterName } from '../../shared/access/submitter.ts';
import { parseMailbox } from '../../shared/message/address.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { instant } from '../../shared/platform/instant.ts';

/** Reads the name of a submitter, an operator, a hook or a template. */
export function entryName(text: string): string {
  if (isSubmitterName(text)) return text;
  throw new InvalidArgumentError('Use 1 to 64 lower case letters, digits and hyphens.');
}

/** Reads a repeatable option. */
export const collect = (text: string, sofar: readonly string[] = []): readonly string[] => [...sofar, text];

/** Reads a repeatable address, or `@domain` for all of a domain. */
export function collectSenders(text: string, sofar: readonly string[] = []): readonly string[] {
  const parsed = parseMailbox(text.startsWith('@') ? `any${text}` : text);
  if (!parsed.ok) throw new InvalidArgumentError(`${parsed.reason} Give an address, or @domain.`);
  const { address } = parsed.mailbox;
  return [...sofar, text.startsWith('@') ? address.slice(3) : address];
}

/** Reads a repeatable network. */
export function collectNetworks(text: string, sofar: readonly string[] = []): readonly string[] {
  if (parseNetwork(text)) return [...sofar, text];
  throw new InvalidArgumentError(
    'Give a network such as 10.1.0.0/16 or 2001:db8::/48, with no bits set behind the prefix.',
  );
}

/** Reads a span of time such as `90s`, `10m`, `4h` or `7d` into seconds. */
export function seconds(text: string): number {
  const [, number, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const value = Number(number) * ({ s: 1, m: 60, h: 3600, d: 86_400 }[unit] ?? Number.NaN);
  if (Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('Give a whole number followed by s, m, h or d, such as 7d.');
}

/** Reads a time to come, as a span from now (`90d`) or a date and time with its offset. */
export function end(text: string): Date {
  if (/^\d{1,9}[smhd]$/.test(text)) return later(seconds(text));
  const read = instant.safeParse(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : text);
  if (read.success) return read.data;
  throw new InvalidArgumentError('Give a span such as 90d, or a date such as 2027-01-31.');
}

/** As `end`, or `never`: commander makes an empty text of a null. */
export const endOrNever = (text: string): Date | 'never' => (text === 'never' ? text : end(text));

/** Reads a time that was: a span back from now (`24h`) or a date and time. */
export const past = (text: string): Date =>
  /^\d{1,9}[smhd]$/.test(text) ? later(-seconds(text)) : end(text);

function later(span: number): Date {
  const time = new Date(systemClock.now().getTime() + span * 1000);
  if (!Number.isNaN(time.getTime())) return time;
  throw new InvalidArgumentError('There is no such time.');
}

/** Reads a span of time, or `off`. */
export const secondsOrOff = (text: string): number | 'off' => (text === 'off' ? text : seconds(text));

/** Reads a whole number, or `off`. */
export function numberOrOff(text: string): number | 'off' {
  if (text === 'off') return text;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number, or "off".');
}

/** The bytes of a file, or of standard input for `-`. @throws InvalidArgumentError */
export function fileBytes(path: string): Buffer {
  try {
    return readFileSync(path === '-' ? 0 : path);
  } catch (error) {
    const { code = 'no code' } = error as { code?: string };
    throw new InvalidArgumentError(
      code === 'ENOENT' ? `There is no file ${path}.` : `${path} cannot be read (${code}).`,
    );
  }
}
