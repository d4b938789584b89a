/**
 * Lanes: how many messages may be in flight at once, over all instances.
 *
 * A lane is a row that a process leases; one message at a time goes through it. The lease is renewed while the lane is in use. A
 * process that dies keeps its lanes until their leases are over. A process that finds none free writes its wish into the row of one
 * that has more; the holder's next renewal fails, it finds the wish, and gives the lane back after the message.
 */
import type { Clock } from '../platform/clock.ts';
import { claimable, toTouch, type Lease } from './lease.ts';
import type { Rows } from './row.ts';
import { farthest } from './window.ts';

interface Lane {
  readonly name: string;
  readonly since: number;
  etag: string;
  until: number;
  renewedAt: number;
  /** Messages since the last renewal. */
  uses: number;
  usedAt: number;
  /** A message is going through. */
  taken: boolean;
  /** Another process waits for it: no further message. */
  wanted?: string;
}

/** Lanes of one kind. Methods throw RestError when storage cannot be reached. */
export interface Lanes {
  /** Waits for a lane at most until `deadline`; undefined when none came free. Call the result to give it back. */
  take(high: boolean, deadline: number): Promise<(() => void) | undefined>;
  /** Whether nothing is held and nobody waits. */
  idle(): boolean;
  /** Gives the leases back. */
  close(): Promise<void>;
}

/** What lanes are made of. */
export interface LanesParts {
  readonly rows: Rows;
  /** All its rows are lanes. */
  readonly partition: string;
  /** How many lanes there are, above 0. */
  readonly limit: number;
  /** This process. */
  readonly holder: string;
  readonly clock: Clock;
  readonly wait: (ms: number) => Promise<void>;
}

/** Milliseconds. */
const times = {
  /** A lease while there are lanes enough. */
  long: 15_000,
  /** A lease when half of the lanes are taken: others get an idle one sooner. */
  short: 8000,
  /** How much of the lease must be left for a message to start. */
  margin: 3000,
  /** How often a busy lane is renewed, and so learns that others want it. */
  renewal: 4000,
  /** A lane is idle when it has not been used for so long. */
  idle: 600,
  /** How long lanes are taken to be short after they were. */
  memory: 60_000,
  /** How long a process that gave a lane up keeps its hands off. */
  pause: 1500,
  /** How long a lane is kept for the process that wanted it. */
  reserved: 3000,
  /** How often leases are looked after. */
  tick: 250,
  /** How often a process without a lane looks for one; one that has some looks three times less often. */
  look: 1000,
};

/** A lane with so many messages since its last renewal is busy. */
const busyUses = 10;

/** Opens the lanes. No request is made before somebody wants one. */
export function openLanes({ rows, partition, limit, holder, clock, wait }: LanesParts): Lanes {
  let held: Lane[] = [];
  let waiting: {
    readonly high: boolean;
    readonly since: number;
    readonly deadline: number;
    readonly resolve: (release: (() => void) | undefined) => void;
    readonly reject: (error: unknown) => void;
  }[] = [];
  /** Rows that were free when last seen, with their ETags: worth a try without looking. */
  const free = new Map<string, string | undefined>();
  let seeking = false;
  let ticking = false;
  let closed = false;
  let shortUntil = 0;
  let lookAt = 0;

  const now = () => clock.now().getTime();
  const life = () => (now() < shortUntil ? times.short : times.long);
  const store = (name: string, lease: Lease, etag: string | undefined) =>
    rows.write(partition, name, JSON.stringify(lease), etag);
  const forget = (lane: Lane) => {
    held = held.filter((other) => other !== lane);
  };

  const claim = async (name: string, etag: string | undefined): Promise<boolean> => {
    free.delete(name);
    const since = now();
    const until = since + life();
    const written = await store(name, { holder, until, since }, etag);
    if (written === undefined) return false;
    const fresh = { uses: 0, usedAt: since, taken: false };
    held.push({ name, since, etag: written, until, renewedAt: since, ...fresh });
    void tick();
    return true;
  };

  const giveBack = async (lane: Lane): Promise<void> => {
    forget(lane);
    const { wanted } = lane;
    const lease = wanted === undefined ? { until: 0 } : { until: now() + times.reserved, wanted };
    const written = await store(lane.name, { holder: '', since: 0, ...lease }, lane.etag);
    if (written !== undefined && wanted === undefined) free.set(lane.name, written);
  };

  const renew = async (lane: Lane): Promise<void> => {
    const at = now();
    const until = at + life();
    const { since, wanted } = lane;
    const lease = { holder, until, since, ...(wanted === undefined ? {} : { wanted }) };
    const etag = await store(lane.name, lease, lane.etag);
    if (etag !== undefined) {
      Object.assign(lane, { etag, until, renewedAt: at, uses: 0 });
      return;
    }
    // Somebody wants it, or took it when its lease was over.
    const seen = await rows.read(partition, lane.name);
    const found = seen && (JSON.parse(seen.state) as Lease);
    shortUntil = at + times.memory;
    if (!seen || found?.holder !== holder || found.wanted === undefined) return forget(lane);
    lookAt = at + times.pause;
    lane.etag = seen.etag;
    lane.wanted = found.wanted;
    if (lane.taken) await renew(lane);
    else await giveBack(lane);
  };

  /** Looks after the leases for as long as there are any. */
  const tick = async (): Promise<void> => {
    if (ticking) return;
    ticking = true;
    for (;;) {
      await wait(times.tick);
      if (closed) break;
      // What storage refuses now is tried again with the next tick; a lane whose lease runs out meanwhile is not used.
      await Promise.all(held.map((lane) => lookAfter(lane).catch(() => undefined)));
      void seek();
      if (held.length === 0) break;
    }
    ticking = false;
  };

  const lookAfter = async (lane: Lane): Promise<void> => {
    const at = now();
    // A lease that is longer than any was made before the clock was put back.
    const left = lane.until > at + farthest ? 0 : lane.until - at;
    const idle = !lane.taken && at - lane.usedAt >= times.idle;
    if (idle && left <= 0) {
      forget(lane);
      free.set(lane.name, lane.etag);
    } else if (idle) {
      // An idle holder does not learn that others wait. What a burst needed goes; one lane stays for the next message.
      if (at < shortUntil || held.length > 1) await giveBack(lane);
    } else if (
      left < times.margin + times.tick ||
      (lane.uses >= busyUses && at - lane.renewedAt >= times.renewal)
    )
      await renew(lane);
  };

  const serve = (): void => {
    for (const lane of held) {
      if (waiting.length === 0) return;
      if (lane.taken || lane.wanted !== undefined || lane.until - now() < times.margin) continue;
      lane.taken = true;
      lane.uses++;
      let released = false;
      waiting.shift()?.resolve(() => {
        if (released) return;
        released = true;
        lane.taken = false;
        lane.usedAt = now();
        // When this fails, the lease runs out.
        if (lane.wanted !== undefined || closed) giveBack(lane).catch(() => undefined);
        else serve();
      });
    }
  };

  /** Tries to get one more lane; false when there is none. */
  const obtain = async (): Promise<boolean> => {
    const stale = held.find(
      (lane) => !lane.taken && lane.wanted === undefined && lane.until - now() < times.margin,
    );
    if (stale) {
      await renew(stale);
      return held.includes(stale);
    }
    for (const [name, etag] of free) if (await claim(name, etag)) return true;
    const leases = await rows.list(partition);
    const at = now();
    const open = claimable(leases, limit, holder, at);
    if (open.length <= limit / 2) shortUntil = at + times.memory;
    for (const { name, etag } of open) {
      if (!held.some((lane) => lane.name === name)) free.set(name, etag);
    }
    for (const [name, etag] of free) if (await claim(name, etag)) return true;
    const touch = toTouch(leases, holder, at);
    if (touch) await store(touch.name, touch.lease, touch.etag);
    return false;
  };

  /** Looks for lanes for as long as somebody waits. */
  const seek = async (): Promise<void> => {
    if (seeking) return;
    seeking = true;
    try {
      for (;;) {
        serve();
        const at = now();
        // Over is also what began in a future that the clock was put back from.
        const isOver = ({ since, deadline }: { since: number; deadline: number }): boolean =>
          deadline <= at || since > at + farthest;
        for (const place of waiting.filter((one) => isOver(one))) place.resolve(undefined);
        waiting = waiting.filter((one) => !isOver(one));
        if (lookAt > at + farthest) lookAt = at;
        if (waiting.length === 0 || closed) break;
        const more = held.length < limit || held.some(({ taken }) => !taken);
        if (more && at >= lookAt) {
          if (await obtain()) continue;
          lookAt = Math.max(lookAt, now() + times.look * (held.length > 0 ? 3 : 1));
        }
        const next = Math.min(...waiting.map(({ deadline }) => deadline), Math.max(lookAt, at + 50));
        await wait(Math.max(1, Math.min(next - now(), times.tick)));
      }
    } catch (error) {
      const failed = waiting;
      waiting = [];
      for (const { reject } of failed) reject(error);
    } finally {
      seeking = false;
    }
  };

  return {
    take: (high, deadline) =>
      new Promise((resolve, reject) => {
        const place = high ? waiting.findIndex((other) => !other.high) : -1;
        const wish = { high, since: now(), deadline, resolve, reject };
        waiting.splice(place === -1 ? waiting.length : place, 0, wish);
        serve();
        void seek();
      }),
    idle: () => held.length === 0 && waiting.length === 0,
    async close() {
      closed = true;
      for (const { resolve } of waiting.splice(0)) resolve(undefined);
      await Promise.all(held.filter(({ taken }) => !taken).map((lane) => giveBack(lane)));
    },
  };
}
