/**
 * What can go wrong with storage, to be programmed in process or through the control door. A fault strikes the requests that
 * it covers, `times` of them; with a `share` each is struck with that probability, drawn from the seed of the simulator.
 */
import { FaultScript, type FaultVocabulary } from '../faults.ts';
import { OPERATIONS, type Operation, type StorageService } from './operation.ts';
import { REFUSALS, type RefusalCode } from './refusal.ts';

interface Strike {
  /** Default: all. */
  readonly service?: StorageService;
  readonly operation?: Operation;
  /** 0 to 1, default 1. */
  readonly share?: number;
  readonly times?: number;
}

export type StorageFault =
  /** Nothing is done; the answer is this code with its status: `ServerBusy`, `InternalError`, `QueueBeingDeleted`… */
  | (Strike & { readonly kind: 'refuse'; readonly code: RefusalCode })
  /** Nothing is done, and nothing is ever answered. */
  | (Strike & { readonly kind: 'hang' })
  /** Nothing is done; the connection is reset. */
  | (Strike & { readonly kind: 'cut' })
  /** Done and on disk; the connection is reset instead of an answer. */
  | (Strike & { readonly kind: 'lose-answer' })
  /** What Get Messages gives is there a second time, as a message of its own. */
  | (Strike & { readonly kind: 'double' })
  /** Waits before anything else, beside whatever other fault strikes. */
  | (Strike & { readonly kind: 'delay'; readonly ms: number });

const STRIKE = {
  service: ['blob', 'queue', 'table', undefined],
  operation: [...OPERATIONS, undefined],
  share: 'number?',
} as const;

export const STORAGE_FAULTS: FaultVocabulary<StorageFault> = {
  refuse: { ...STRIKE, code: Object.keys(REFUSALS) as RefusalCode[] },
  hang: STRIKE,
  cut: STRIKE,
  'lose-answer': STRIKE,
  double: STRIKE,
  delay: { ...STRIKE, ms: 'number' },
};

/** What strikes one request. */
export interface Struck {
  readonly delayMs: number;
  readonly by: Exclude<StorageFault, { readonly kind: 'delay' }> | undefined;
}

export class StorageFaults extends FaultScript<StorageFault> {
  readonly #random: () => number;

  constructor(seed: number) {
    super(STORAGE_FAULTS);
    this.#random = randomFrom(seed);
  }

  /** Draws for one request. Doubling strikes Get Messages alone. */
  strike(service: StorageService, operation: Operation): Struck {
    const covers = (fault: StorageFault): boolean =>
      (fault.service ?? service) === service &&
      (fault.operation ?? operation) === operation &&
      (fault.kind !== 'double' || operation === 'GetMessages') &&
      (fault.share === undefined || this.#random() < fault.share);
    const delay = this.next(
      (fault): fault is StorageFault & { kind: 'delay' } => fault.kind === 'delay' && covers(fault),
    );
    const by = this.next(
      (fault): fault is Exclude<StorageFault, { readonly kind: 'delay' }> =>
        fault.kind !== 'delay' && covers(fault),
    );
    return { delayMs: delay?.ms ?? 0, by };
  }
}

/** Numbers from 0 up to, not including, 1: Mulberry32, the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
