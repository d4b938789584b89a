/**
 * A circuit breaker per route, shared by all instances. A door.
 */
import type { TableClient } from '@azure/data-tables';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Outcome } from './outcome.ts';
import type { Health } from './plan.ts';
import type { Route } from './route.ts';

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
