/** What a process has booked and not used yet. */
import type { Limit, Piece, Pieces, Want } from './ledger.ts';
import { farthest } from './window.ts';

type Name = Limit['name'];

/** What was spent on one message. */
export interface Spent {
  readonly pieces: Pieces;
  /** The message must be sent until then, in milliseconds since 1970. */
  readonly until: number;
}

/** Pieces by limit. */
export interface Purse {
  add(pieces: Pieces): void;
  /** Takes what a want needs, from pieces that may be used now; undefined and nothing taken when there is too little. */
  spend(want: Want, now: number): Spent | undefined;
  /** The wants, in their order, for which too little has been booked, now or later. */
  uncovered(wants: readonly Want[], now: number): readonly Want[];
  /** When the next piece may be used; Infinity when none waits. */
  nextFrom(now: number): number;
  /** Removes the pieces whose time is over, or will not come. */
  takeLapsed(now: number): Pieces;
}

const weigh = (pieces: readonly Piece[]) => pieces.reduce((sum, { weight }) => sum + weight, 0);

const needed = (want: Want, { name, limit }: Limit) => Math.min(want.needs[name] ?? 0, limit);

/** Not over, and not booked before the clock was put back. */
const isGood = ({ from, to }: Piece, now: number): boolean => now <= to && from <= now + farthest;

/** An empty purse. */
export function createPurse(limits: readonly Limit[]): Purse {
  const held = new Map<Name, Piece[]>(limits.map(({ name }) => [name, []]));
  const of = (name: Name) => held.get(name) ?? [];

  return {
    add(pieces) {
      for (const { name } of limits)
        held.set(
          name,
          [...of(name), ...(pieces[name] ?? [])].toSorted((a, b) => a.to - b.to),
        );
    },
    spend(want, now) {
      const spent: Partial<Record<Name, Piece[]>> = {};
      const rest = new Map<Name, Piece[]>();
      let until = Infinity;
      for (const limit of limits) {
        let need = needed(want, limit);
        const left: Piece[] = [];
        const used: Piece[] = [];
        for (const piece of of(limit.name)) {
          const weight = piece.from <= now && now <= piece.to ? Math.min(need, piece.weight) : 0;
          if (weight > 0) used.push({ ...piece, weight });
          if (weight < piece.weight) left.push({ ...piece, weight: piece.weight - weight });
          need -= weight;
        }
        if (need > 0) return undefined;
        spent[limit.name] = used;
        rest.set(limit.name, left);
        until = used.reduce((soonest, { to }) => Math.min(soonest, to), until);
      }
      for (const [name, pieces] of rest) held.set(name, pieces);
      return { pieces: spent, until };
    },
    uncovered(wants, now) {
      const left = new Map(
        limits.map(({ name }) => [name, weigh(of(name).filter((piece) => isGood(piece, now)))] as const),
      );
      return wants.filter((want) => {
        if (limits.some((limit) => (left.get(limit.name) ?? 0) < needed(want, limit))) return true;
        for (const limit of limits) left.set(limit.name, (left.get(limit.name) ?? 0) - needed(want, limit));
        return false;
      });
    },
    nextFrom(now) {
      const later = limits
        .flatMap(({ name }) => of(name).map(({ from }) => from))
        .filter((from) => from > now);
      return Math.min(...later);
    },
    takeLapsed(now) {
      const lapsed: Partial<Record<Name, Piece[]>> = {};
      for (const { name } of limits) {
        const pieces = of(name);
        lapsed[name] = pieces.filter((piece) => !isGood(piece, now));
        held.set(
          name,
          pieces.filter((piece) => isGood(piece, now)),
        );
      }
      return lapsed;
    },
  };
}
