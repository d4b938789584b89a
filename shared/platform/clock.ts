/** Time as a thing that is passed in, so that no rule depends on the hour at which a test runs. */
export interface Clock {
  /** The present, as a Date. */
  now(): Date;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => new Date() };
