/**
 * Refusals that come too often to be written one by one: counted by hour, source and rule. Memory is bounded, whatever comes.
 */
import { neighbourhoodOf, type AuditEvent, type Refusal } from './event.ts';
import { eventId } from './row.ts';

type Counted = Extract<AuditEvent, { kind: 'refusal' }>;

/** Most sources and rules that are told apart; what comes on top is counted by rule alone. */
export const mostCounters = 1000;

/** Counts. */
export interface Tally {
  /** @param unique tells a new counter from those of other instances. @returns whether a counter was begun. */
  count(refusal: Refusal, now: Date, unique: string): boolean;
  /** The counters that have moved since they were last taken; those of past hours are then forgotten. */
  take(now: Date): readonly AuditEvent[];
}

const hourOf = (at: Date): number => Math.floor(at.getTime() / 3_600_000);

/** Makes a tally with nothing in it. */
export function createTally(): Tally {
  const counters = new Map<string, { event: Counted; moved: boolean; hour: number }>();

  return {
    count(refusal, now, unique) {
      const hour = hourOf(now);
      const { actor, rule } = refusal;
      const who = actor.name ?? '';
      const neighbourhood =
        actor.kind === 'stranger' ? neighbourhoodOf(refusal.source) : (refusal.source ?? '');
      const exact = `${hour} ${rule} ${actor.kind} ${who} ${neighbourhood}`;
      const full = !counters.has(exact) && counters.size >= mostCounters;
      const key = full ? `${hour} ${rule}` : exact;
      const known = counters.get(key);
      if (known) {
        const { event } = known;
        const elsewhere = event.method !== refusal.method || event.path !== refusal.path;
        const { keyId, ...anyKey } = event.actor;
        known.event = {
          ...event,
          ...(keyId === refusal.actor.keyId ? {} : { actor: anyKey }),
          ...(elsewhere ? { method: '*', path: '*' } : {}),
          count: event.count + 1,
          until: now,
        };
        known.moved = true;
        return false;
      }
      const { pointers: _pointers, ...rest } = refusal;
      const counted = full
        ? ({ ...rest, actor: { kind: 'stranger' }, source: 'many' } as const)
        : {
            ...rest,
            ...(neighbourhood === '' ? {} : { source: neighbourhood }),
          };
      const event: Counted = { kind: 'refusal', ...counted, id: eventId(now, unique), at: now, count: 1 };
      counters.set(key, { event, moved: true, hour });
      return true;
    },

    take(now) {
      const moved = [...counters.values()].filter((counter) => counter.moved);
      for (const counter of moved) counter.moved = false;
      for (const [key, { hour }] of counters) if (hour < hourOf(now)) counters.delete(key);
      return moved.map(({ event }) => event);
    },
  };
}
