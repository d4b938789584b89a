/**
 * All faults of a body, collected under JSON Pointers (RFC 6901).
 */
import { pointerTo } from '../platform/pointer.ts';
import { refuse, type Fault, type Result } from '../platform/problem.ts';

/** Most faults that are listed. */
const faultLimit = 50;

/** Steps from the root of the document. */
export type Path = readonly PropertyKey[];

/** A list that grows while a body is checked. */
export class Faults {
  readonly #all: Fault[];
  readonly #at: Path;

  /** @param all where the faults go; @param at the steps from the root to what is checked. */
  constructor(all: Fault[] = [], at: Path = []) {
    this.#all = all;
    this.#at = at;
  }

  /** The same list, for a part of the document. */
  under(...steps: Path): Faults {
    return new Faults(this.#all, [...this.#at, ...steps]);
  }

  /** Adds a fault. */
  add(path: Path, detail: string): void {
    this.#all.push({ pointer: pointerTo([...this.#at, ...path]), detail });
  }

  /** How many there are. */
  get count(): number {
    return this.#all.length;
  }

  /** The refusal with all of them, or the first fifty and how many more there are. */
  refusal(): Result<never> {
    const [first] = this.#all;
    const errors =
      this.count <= faultLimit
        ? this.#all
        : [
            ...this.#all.slice(0, faultLimit),
            {
              pointer: '#',
              detail: `There are ${this.count - faultLimit} more faults, ${this.count} in all; correct these first.`,
            },
          ];
    const detail =
      this.count === 1
        ? `${first?.pointer}: ${first?.detail}`
        : `The submission has ${this.count} faults, listed in "errors". The first: ${first?.pointer}: ${first?.detail}`;
    return refuse('invalid-submission', detail, { errors });
  }
}
