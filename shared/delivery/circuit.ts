/**
 * A circuit breaker per route, shared by all instances: one row for each circuit that is not closed. A door.
 *
 * Rows: PartitionKey `circuit`, RowKey the route's name in base64url (a guest's address has `#`, which keys must not have).
 *
 * Each process counts the failures it sees, and whoever has seen enough of them opens the circuit for everyone. On the plain path it
 * costs nothing: a sender with one route reads only after a failure, a sender with several once in ten seconds, and a row is only
 * written when a circuit opens, is probed or closes.
 */
import type { TableClient } from '@azure/data-tables';
import type { Clock } from '../platform/clock.ts';
import { describeError, type Log } from '../platform/log.ts';
import { inTable, isMissing, statusOf } from '../platform/table.ts';
import { afterOutcome, healthOf, probed, type CircuitState, type OpenCircuit } from './circuit-state.ts';
import type { Outcome } from './outcome.ts';
import type { Health } from './plan.ts';
import { routeName, type Route } from './route.ts';

/** What the circuits are made of. */
export interface CircuitParts {
  /** `storageNames.pace`. Created when it is first written. */
  readonly table: TableClient;
  readonly clock: Clock;
  readonly log: Log;
}

/** The circuits of all routes. No method rejects: what is known of a route is not worth a message. */
export interface Circuits {
  /** What is known of these routes. Reads nothing on the plain path. */
  health(routes: readonly Route[]): Promise<(route: Route) => Health>;
  /**
   * Asks to be the one message that tries a half-open route.
   *
   * @returns `half-open` when it is this one; what the route is now when another was first.
   */
  probe(route: Route): Promise<Health>;
  /** Tells how an attempt ended. Writes only when that opens or closes the circuit. */
  report(route: Route, outcome: Outcome): Promise<void>;
}

/** A row as last read or written. */
interface Held {
  readonly circuit: OpenCircuit;
  readonly etag: string;
}

/** How old the picture of the rows may be, in milliseconds. */
const maxAge = 10_000;

const partition = 'circuit';

const keyOf = (route: Route): string => Buffer.from(routeName(route)).toString('base64url');

/** Opens the table; nothing is read yet. */
export function openCircuits({ table, clock, log }: CircuitParts): Circuits {
  let picture: ReadonlyMap<string, Held> = new Map();
  let readAt = -Infinity;
  let reading: Promise<void> | undefined;
  let writes = 0;
  const failures = new Map<string, readonly number[]>();

  const read = async (): Promise<void> => {
    const before = writes;
    readAt = clock.now().getTime();
    try {
      const rows = await readRows(table);
      // What was read may be older than what was written meanwhile.
      if (writes === before) picture = rows;
    } catch (error) {
      log('warn', 'delivery.circuits-not-read', { error: describeError(error) });
    }
  };
  const refresh = (age: number): Promise<void> => {
    const since = clock.now().getTime() - readAt;
    // A clock that was put back tells no age.
    if (since >= 0 && since < age) return Promise.resolve();
    return (reading ??= read().finally(() => {
      reading = undefined;
    }));
  };

  /** @returns false when somebody else was first, or storage did not answer. */
  const write = async (route: Route, circuit: OpenCircuit | undefined): Promise<boolean> => {
    const key = keyOf(route);
    const held = picture.get(key);
    writes++;
    try {
      const etag = await writeRow(table, route, circuit, held?.etag);
      const next = new Map(picture);
      if (circuit) next.set(key, { circuit, etag });
      else next.delete(key);
      picture = next;
      return true;
    } catch (error) {
      if ([404, 409, 412].includes(statusOf(error) ?? 0)) await refresh(0);
      else log('warn', 'delivery.circuit-not-written', { error: describeError(error) });
      return false;
    }
  };

  const now = (route: Route): Health => healthOf(picture.get(keyOf(route))?.circuit, clock.now());

  return {
    async health(routes) {
      if (routes.length > 1 || picture.size > 0 || failures.size > 0) await refresh(maxAge);
      return now;
    },

    async probe(route) {
      const held = picture.get(keyOf(route));
      const health = now(route);
      if (!held || health.state !== 'half-open') return health;
      if (await write(route, probed(held.circuit, clock.now()))) return health;
      const then = now(route);
      // Somebody else moves it at this moment.
      return then.state === 'half-open' ? healthOf(probed(held.circuit, clock.now()), clock.now()) : then;
    },

    async report(route, outcome) {
      const key = keyOf(route);
      const seen = failures.get(key) ?? [];
      // Twice: somebody else may have moved the circuit since it was read.
      for (let tries = 0; tries < 2; tries++) {
        const circuit = picture.get(key)?.circuit;
        const state: CircuitState = { failures: seen, ...(circuit ? { circuit } : {}) };
        const next = afterOutcome(state, outcome, clock.now());
        if (next.failures.length > 0) failures.set(key, next.failures);
        else failures.delete(key);
        if (next.circuit === circuit) return;
        if (await write(route, next.circuit)) {
          tell(log, route, next.circuit, clock.now());
          return;
        }
      }
    },
  };
}

function tell(log: Log, { transport }: Route, circuit: OpenCircuit | undefined, now: Date): void {
  if (!circuit) {
    log('info', 'delivery.circuit-closed', { transport });
    return;
  }
  const seconds = Math.round((circuit.until.getTime() - now.getTime()) / 1000);
  log('warn', 'delivery.circuit-opened', {
    transport,
    seconds,
    count: circuit.trips,
    reason: circuit.reason,
  });
}

async function readRows(table: TableClient): Promise<Map<string, Held>> {
  const held = new Map<string, Held>();
  const filter = `PartitionKey eq '${partition}'`;
  try {
    for await (const row of table.listEntities<OpenCircuit>({ queryOptions: { filter } })) {
      const { rowKey = '', etag, until, reason, trips, probeUntil } = row;
      const circuit = { until, reason, trips, ...(probeUntil ? { probeUntil } : {}) };
      held.set(rowKey, { circuit, etag });
    }
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  return held;
}

/** @returns the new ETag. @throws RestError: 404, 409 or 412 when somebody else was first. */
async function writeRow(
  table: TableClient,
  route: Route,
  circuit: OpenCircuit | undefined,
  etag: string | undefined,
): Promise<string> {
  const rowKey = keyOf(route);
  if (!circuit) {
    await table.deleteEntity(partition, rowKey, { etag: etag ?? '*' });
    return '';
  }
  const row = { partitionKey: partition, rowKey, route: routeName(route), ...circuit };
  const answer =
    etag === undefined
      ? await inTable(table, () => table.createEntity(row))
      : await table.updateEntity(row, 'Replace', { etag });
  return answer.etag ?? '';
}
