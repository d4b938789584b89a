/** Chance from a seed, so that a run can be repeated. */

/** A stream of drawn values. */
export interface Random {
  /** 0 ≤ n < 1. */
  fraction(): number;
  /** A whole number, both ends included. */
  whole(from: number, to: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** One of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
  /** The list in another order. */
  shuffle<T>(list: readonly T[]): T[];
  /** A stream of its own, so that one consumer's number of draws does not change what another gets. */
  fork(): Random;
}

/** Mulberry32 by Tommy Ettinger: 32 bits of state, plenty for choosing faults. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
  const fraction = (): number => next() / 2 ** 32;
  const whole = (from: number, to: number): number => from + Math.floor(fraction() * (to - from + 1));
  return {
    fraction,
    whole,
    chance: (probability) => fraction() < probability,
    pick<T>(list: readonly T[]): T {
      if (list.length === 0) throw new RangeError('There is nothing to pick from.');
      return list[whole(0, list.length - 1)] as T;
    },
    shuffle<T>(list: readonly T[]): T[] {
      return list
        .map((item) => ({ item, at: fraction() }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ item }) => item);
    },
    fork: () => seeded(next()),
  };
}
