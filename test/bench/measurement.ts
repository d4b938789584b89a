import { figure, ratios, spread, type Spread } from './statistics.ts';

/** The parts of the bench, by the letters of the goals. */
export const parts = [
  'a',
  'b',
  'c',
  'd',
  'e',
  'f',
  'g',
  'h',
  'i',
  'j',
  'k',
  'l',
  'm',
  'n',
  'o',
  'p',
] as const;
export type Part = (typeof parts)[number];

/** One line of the table. */
export interface Measurement {
  readonly part: Part;
  /** What is measured. */
  readonly name: string;
  /** Our side in words, with its unit. */
  readonly ours: string;
  /** What it is compared with, in words, with its unit; empty when there is nothing. */
  readonly beside: string;
  /** What the goal is about: a ratio, or a number in `unit`. */
  readonly result: Spread;
  readonly unit: '×' | 'MB' | 'ms' | 'requests' | 'mails' | '/s' | '%' | '$';
  readonly goal?: { readonly atLeast: number } | { readonly atMost: number };
}

/** Whether the median reaches the goal; undefined without one. */
export function isMet({ goal, result }: Measurement): boolean | undefined {
  if (!goal) return undefined;
  return 'atLeast' in goal ? result.median >= goal.atLeast : result.median <= goal.atMost;
}

/** A ratio of two things measured in turn, `ours[i]` beside `beside[i]`. */
export function ratio(
  part: Part,
  name: string,
  unit: string,
  ours: { readonly values: readonly number[]; readonly note?: string },
  beside: { readonly name: string; readonly values: readonly number[]; readonly note?: string },
  goal?: Measurement['goal'],
): Measurement {
  const text = (values: readonly number[], note = ''): string =>
    `${figure(spread(values).median)} ${unit}${note && `, ${note}`}`;
  return {
    part,
    name,
    ours: text(ours.values, ours.note),
    beside: `${beside.name}: ${text(beside.values, beside.note)}`,
    result: ratios(ours.values, beside.values),
    unit: '×',
    ...(goal && { goal }),
  };
}
