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
  /** A message that Get Messages gives is there a second time, as a message of its own. Strikes messages, not requests. */
  | { readonly kind: 'double'; readonly share?: number; readonly times?: number }
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
  double: { share: 'number?' },
  delay: { ...STRIKE, ms: 'number' },
};

type Interruption = Exclude<StorageFault, { readonly kind: 'delay' | 'double' }>;
type Delay = Extract<StorageFault, { readonly kind: 'delay' }>;

/** What strikes one request. */
export interface Struck {
  readonly delayMs: number;
  readonly by: Interruption | undefined;
}

export class StorageFaults extends FaultScript<StorageFault> {
  readonly #random: () => number;

  constructor(seed: number) {
    super(STORAGE_FAULTS);
    this.#random = randomFrom(seed);
  }

  /** Draws for one request. */
  strike(service: StorageService, operation: Operation): Struck {
    const covers = (fault: Interruption | Delay): boolean =>
      (fault.service ?? service) === service &&
      (fault.operation ?? operation) === operation &&
      this.#hits(fault);
    const delay = this.next((fault): fault is Delay => fault.kind === 'delay' && covers(fault));
    const by = this.next(
      (fault): fault is Interruption => fault.kind !== 'delay' && fault.kind !== 'double' && covers(fault),
    );
    return { delayMs: delay?.ms ?? 0, by };
  }

  /** Draws for one message that is being delivered. */
  doubles(): boolean {
    return this.next((fault) => fault.kind === 'double' && this.#hits(fault)) !== undefined;
  }

  #hits({ share }: StorageFault): boolean {
    return share === undefined || this.#random() < share;
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
