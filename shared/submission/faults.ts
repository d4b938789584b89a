/**
 * All faults of a body, collected under JSON Pointers (RFC 6901).
 */
import { pointerTo } from '../platform/pointer.ts';
import { listedFaults, refuse, type Fault, type Problem, type Result } from '../platform/problem.ts';

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
    const errors = listedFaults(this.#all);
    const detail =
      this.count === 1
        ? `${first?.pointer}: ${first?.detail}`
        : `The submission has ${this.count} faults, listed in "errors". The first: ${first?.pointer}: ${first?.detail}`;
    return refuse('invalid-submission', detail, { errors });
  }
}

/** What speaks against a message of a batch. */
export interface Objection {
  /** Pointer to the message. */
  readonly at: string;
  readonly problem: Problem;
}

/**
 * What speaks against messages of a batch as one refusal with the faults of all of them. The code is that of the first message.
 *
 * @returns undefined when nothing does.
 */
export function refusalOfAll(objections: readonly Objection[]): ReturnType<typeof refuse> | undefined {
  const [first] = objections;
  if (!first) return undefined;
  const { code, detail, ...more } = first.problem;
  const errors = listedFaults(
    objections.flatMap(({ at, problem }) => problem.errors ?? [{ pointer: at, detail: problem.detail }]),
  );
  const many = `Something speaks against ${objections.length} messages of this batch; all of it is listed in "errors". The first: ${detail}`;
  return refuse(code, objections.length === 1 ? detail : many, { ...more, errors });
}
