/**
 * Programmable misbehaviour, shared by all simulators. Each simulator owns one script: a queue of faults, each used
 * `times` times and then gone. A simulator asks at the moment a fault could happen; no fault means normal service.
 *
 * The mechanism knows no kind: each simulator names its kinds as a TypeScript union for tests in the same process and
 * as a {@link FaultVocabulary} (held to the union by the compiler) for faults that arrive as JSON from elsewhere.
 */

/** The base of every fault. `times`: how often it happens before it is used up, default 1. */
export interface Fault {
  readonly kind: string;
  readonly times?: number;
}

type RuleOf<T> = [T] extends [number] ? 'number' : [T] extends [boolean] ? 'boolean' : 'string';
type ParametersOf<F> = {
  readonly [P in Exclude<keyof F, keyof Fault>]-?: undefined extends F[P]
    ? `${RuleOf<Exclude<F[P], undefined>>}?`
    : RuleOf<F[P]>;
};

/** For every kind of `F` its parameters and their JSON type; a question mark says that it may be left out. */
export type FaultVocabulary<F extends Fault> = {
  readonly [K in F['kind']]: ParametersOf<Extract<F, { readonly kind: K }>>;
};

/** A fault that waits, and how often it will still happen. */
export interface PendingFault<F extends Fault> {
  readonly fault: F;
  readonly left: number;
}

/** What a script says about a fault it cannot take: one sentence for a person. */
export class UnknownFaultError extends Error {
  override readonly name = 'UnknownFaultError';
}

export class FaultScript<F extends Fault = Fault> {
  readonly #vocabulary: FaultVocabulary<F> | undefined;
  #pending: { fault: F; left: number }[] = [];

  /** Without a vocabulary {@link program} refuses everything; {@link add} works all the same. */
  constructor(vocabulary?: FaultVocabulary<F>) {
    this.#vocabulary = vocabulary;
  }

  /** Appends faults. They are used in the order in which they were added. */
  add(...faults: readonly F[]): void {
    for (const fault of faults) this.#pending.push({ fault, left: fault.times ?? 1 });
  }

  /**
   * Appends a fault that came as JSON.
   * @throws UnknownFaultError when the kind is unknown, or a parameter is missing, misspelt or of the wrong type.
   */
  program(input: unknown): F {
    this.#mustBeFault(input);
    this.add(input);
    return input;
  }

  /** Uses up the first waiting fault that `match` accepts (any, without `match`), if there is one. */
  next(): F | undefined;
  next<G extends F>(match: (fault: F) => fault is G): G | undefined;
  next(match?: (fault: F) => boolean): F | undefined;
  next(match: (fault: F) => boolean = () => true): F | undefined {
    // The usual case in a benchmark: nothing is programmed.
    if (this.#pending.length === 0) return undefined;
    const entry = this.#pending.find((candidate) => match(candidate.fault));
    if (entry === undefined) return undefined;
    entry.left -= 1;
    if (entry.left <= 0) this.#pending = this.#pending.filter((candidate) => candidate !== entry);
    return entry.fault;
  }

  /** What still waits, in order. */
  list(): PendingFault<F>[] {
    return this.#pending.map(({ fault, left }) => ({ fault, left }));
  }

  clear(): void {
    this.#pending = [];
  }

  /** The kinds this script can be programmed with from outside, with their parameters. */
  kinds(): Record<string, Record<string, string>> {
    return { ...this.#vocabulary };
  }

  /** The compiler holds the vocabulary to F, so what it has no objection against is an F. */
  #mustBeFault(input: unknown): asserts input is F {
    const reason = objection(input, this.kinds());
    if (reason !== undefined) throw new UnknownFaultError(reason);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first thing wrong with `input` as a fault, as a sentence; undefined when it is one. */
function objection(input: unknown, kinds: Record<string, Record<string, string>>): string | undefined {
  if (!isRecord(input)) return 'A fault is a JSON object with a "kind".';
  const { kind, times = 1 } = input;
  const rules = typeof kind === 'string' && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (rules === undefined) return `"kind" must be one of: ${Object.keys(kinds).join(', ')}.`;
  if (typeof times !== 'number' || !Number.isInteger(times) || times < 1) {
    return '"times" must be a whole number from 1.';
  }
  for (const [name, rule] of Object.entries(rules)) {
    const type = rule.replace('?', '');
    if (input[name] === undefined && type !== rule) continue;
    if (typeof input[name] !== type) return `"${name}" of the fault "${String(kind)}" must be a ${type}.`;
  }
  const known = new Set(['kind', 'times', ...Object.keys(rules)]);
  const stray = Object.keys(input).find((name) => !known.has(name));
  return stray === undefined ? undefined : `The fault "${String(kind)}" has no parameter "${stray}".`;
}
