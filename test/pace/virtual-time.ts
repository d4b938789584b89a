/** Time that jumps to the next thing to happen, as soon as storage has answered everything. */
import type { TableClient } from '@azure/data-tables';
import type { Clock } from '../../shared/platform/clock.ts';

/** A clock, a wait, and the hand that moves them. */
export interface VirtualTime {
  readonly clock: Clock;
  readonly wait: (ms: number) => Promise<void>;
  /** Time stands still while this client waits for an answer. */
  watch(table: TableClient): TableClient;
  /** Lets time pass until `work` is done. */
  during<T>(work: Promise<T>): Promise<T>;
}

const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** Begins at `start`. */
export function createVirtualTime(start: Date): VirtualTime {
  let now = start.getTime();
  let inFlight = 0;
  const timers: { readonly at: number; readonly resolve: () => void }[] = [];

  const quiet = async () => {
    for (let turns = 0; turns < 4; turns++) {
      await turn();
      if (inFlight > 0) turns = 0;
    }
  };
  const wait = (ms: number) =>
    new Promise<void>((resolve) => {
      const at = now + ms;
      const place = timers.findIndex((timer) => timer.at > at);
      timers.splice(place === -1 ? timers.length : place, 0, { at, resolve });
    });

  return {
    clock: { now: () => new Date(now) },
    wait,
    watch(table) {
      table.pipeline.addPolicy({
        name: 'virtual-time',
        async sendRequest(request, next) {
          inFlight++;
          try {
            return await next(request);
          } finally {
            inFlight--;
          }
        },
      });
      return table;
    },
    async during(work) {
      let done = false;
      const end = () => {
        done = true;
      };
      work.then(end, end);
      for (;;) {
        await quiet();
        if (done) return await work;
        const next = timers.shift();
        if (!next) throw new Error('nothing will happen any more');
        now = Math.max(now, next.at);
        next.resolve();
      }
    },
  };
}
