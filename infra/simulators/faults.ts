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

type TypeOf<T> = [T] extends [number] ? 'number' : [T] extends [boolean] ? 'boolean' : 'string';
/** Either the JSON type (`?`: may be left out) or the list of allowed values (with `undefined`: may be left out). */
type RuleOf<T> =
  | (undefined extends T ? `${TypeOf<Exclude<T, undefined>>}?` : TypeOf<T>)
  | readonly Extract<T, string | number | boolean | undefined>[];

/** For every kind of `F` the rule of each of its parameters. */
export type FaultVocabulary<F extends Fault> = {
  readonly [K in F['kind']]: {
    readonly [P in Exclude<keyof Extract<F, { readonly kind: K }>, keyof Fault>]-?: RuleOf<
      Extract<F, { readonly kind: K }>[P]
    >;
  };
};

export type FaultRule = string | readonly (string | number | boolean | undefined)[];

/** A vocabulary as a page or a client gets to see it. */
export type FaultKinds = Record<string, Record<string, FaultRule>>;

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
   * Appends a fault or a list of faults that came as JSON: all of them or, when one is wrong, none.
   * @throws UnknownFaultError when a kind is unknown, or a parameter is missing, misspelt or of the wrong type.
   */
  program(input: unknown): readonly F[] {
    const faults = (Array.isArray(input) ? input : [input]).map((one: unknown) => {
      this.#mustBeFault(one);
      return one;
    });
    this.add(...faults);
    return faults;
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
  kinds(): FaultKinds {
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

/** What was expected instead of `value`; undefined when the rule holds. */
function disagreement(value: unknown, rule: FaultRule): string | undefined {
  if (typeof rule !== 'string') {
    const allowed = rule.filter((one) => one !== undefined).map(String);
    return rule.some((one) => one === value) ? undefined : `one of: ${allowed.join(', ')}`;
  }
  const type = rule.replace('?', '');
  const fits = typeof value === type || (value === undefined && type !== rule);
  return fits ? undefined : `a ${type}`;
}

/** The first thing wrong with `input` as a fault, as a sentence; undefined when it is one. */
function objection(input: unknown, kinds: FaultKinds): string | undefined {
  if (!isRecord(input)) return 'A fault is a JSON object with a "kind".';
  const { kind, times = 1 } = input;
  const rules = typeof kind === 'string' && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (rules === undefined) return `"kind" must be one of: ${Object.keys(kinds).join(', ')}.`;
  if (typeof times !== 'number' || !Number.isInteger(times) || times < 1) {
    return '"times" must be a whole number from 1.';
  }
  for (const [name, rule] of Object.entries(rules)) {
    const expected = disagreement(input[name], rule);
    if (expected !== undefined) return `"${name}" of the fault "${String(kind)}" must be ${expected}.`;
  }
  const known = new Set(['kind', 'times', ...Object.keys(rules)]);
  const stray = Object.keys(input).find((name) => !known.has(name));
  return stray === undefined ? undefined : `The fault "${String(kind)}" has no parameter "${stray}".`;
}
