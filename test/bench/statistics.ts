/** Medians of rounds, with their range. */

/** Several measurements of one thing. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @param values at least one number. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (i: number): number => sorted[i] ?? Number.NaN;
  const middle = sorted.length / 2;
  const median = sorted.length % 2 ? at(Math.floor(middle)) : (at(middle - 1) + at(middle)) / 2;
  return { median, min: at(0), max: at(sorted.length - 1) };
}

/** The ratios of pairs measured in the same round, not of the medians: both ends of a pair share the machine's mood. */
export function ratios(ours: readonly number[], beside: readonly number[]): Spread {
  return spread(ours.map((value, round) => value / (beside[round] ?? Number.NaN)));
}

/** Three significant digits, none after the point from 100 on. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return Math.abs(value) >= 100
    ? Math.round(value).toLocaleString('en')
    : String(Number(value.toPrecision(3)));
}
