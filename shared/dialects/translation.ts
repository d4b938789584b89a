/**
 * What every dialect makes of a foreign request, and says in the end: the words between a vendor's API and this one.
 *
 * A dialect is two pure functions: foreign fields → documents of `POST /emails`, and result or problem → the vendor's answer. Who may
 * send what is decided afterwards, by the same steps for all.
 */
import type { KeptBody } from '../message/kept-body.ts';
import type { Warning } from '../message/warning.ts';
import { entry } from '../platform/entry.ts';
import { ok, refuse, type Fault, type Problem, type Result } from '../platform/problem.ts';

/** A message in native words. */
export interface Translation {
  /** The JSON of `POST /emails` in its documented spelling. Values of a wrong type are handed on: the schema has a sentence for them. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly warnings: readonly Warning[];
  /** Documented field, or `field/member` → the field that it was made from, as its sender spells it. */
  readonly spelled: Readonly<Record<string, string>>;
  /** Batch that it belongs to. */
  readonly batch?: string | undefined;
  /** The body of a message in MIME that must stay as it is; what becomes of it where it cannot. */
  readonly kept?: { readonly body: KeptBody; readonly bytes: Uint8Array; readonly else: Warning } | undefined;
}

/** An answer in a vendor's words. */
export interface ForeignAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** To be sent as JSON; absent for an empty body. */
  readonly body?: unknown;
}

/** Collects what is to be said about a request while it is read. */
export class Notes {
  readonly warnings: Warning[] = [];
  readonly #faults: Fault[] = [];

  /** Notes a field that cannot be honoured. */
  warn(field: string, detail: string): void {
    this.warnings.push({ field, detail });
  }

  /** Notes a field that makes the request senseless. @param field dotted, such as `personalizations.0.send_at`. */
  fault(field: string, detail: string): void {
    this.#faults.push({ pointer: `#/${field.split('.').map(encodeURIComponent).join('/')}`, detail });
  }

  /** The value, or the refusal when there were faults. */
  conclude<T>(value: T): Result<T> {
    const [first] = this.#faults;
    if (!first) return ok(value);
    return refuse('invalid-submission', first.detail, { errors: this.#faults.slice(0, 50) });
  }
}

/** A fault of a problem, for a vendor's answer. */
export interface ForeignFault {
  /** Dotted, in the vendor's spelling; empty for the whole. */
  readonly field: string;
  readonly detail: string;
}

/**
 * The faults of a problem under the names that the sender knows; the problem itself when it lists none.
 *
 * @param spelled of the message that was refused; of each when they were submitted together, and pointers begin with an index.
 */
export function foreignFaults(
  { detail, errors = [] }: Problem,
  spelled: Translation['spelled'] | readonly Translation['spelled'][] = {},
): readonly ForeignFault[] {
  if (errors.length === 0) return [{ field: '', detail }];
  return errors.map((fault) => ({ field: foreignField(fault.pointer, spelled), detail: fault.detail }));
}

function foreignField(
  pointer: string,
  spelled: Translation['spelled'] | readonly Translation['spelled'][],
): string {
  const steps = pointer.replace(/^#\/?/, '').split('/').filter(Boolean).map(decode);
  let table: Translation['spelled'] | undefined;
  if (isList(spelled)) {
    table = spelled[Number(steps[0])];
    if (table) steps.shift();
  } else {
    table = spelled;
    // One message may have been checked as a batch of one.
    if (steps[0] === '0') steps.shift();
  }
  const [first = '', second = '', ...rest] = steps;
  const both = table && entry(table, `${first}/${second}`);
  if (both !== undefined) return [both, ...rest].join('.');
  const name = (table && entry(table, first)) ?? first;
  return [name, second, ...rest].filter((step) => step !== '').join('.');
}

const isList = (value: object): value is readonly Translation['spelled'][] => Array.isArray(value);

/** One step of a pointer (RFC 6901 §6). */
function decode(step: string): string {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return step;
  }
}
