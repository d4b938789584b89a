/**
 * The pace that Microsoft allows, shared by all instances: how many messages, recipients and bytes a mailbox may send in a window,
 * and how many requests may be in flight at once.
 */
import type { TableClient } from '@azure/data-tables';
import type { Clock } from '../platform/clock.ts';
import { openGate, type Answer, type Gate } from './gate.ts';
import { openLanes, type Lanes } from './lanes.ts';
import type { Limit, Transport, Want } from './ledger.ts';
import { openLine, type Line } from './line.ts';
import type { Spent } from './purse.ts';
import { keyOf, openRows } from './row.ts';

/** How fast to send at most. 0 means no limit. Defaults and settings: shared/platform/settings.ts. */
export interface PaceLimits {
  /** Per mailbox. Exchange Online limits, sending limits: 30. */
  readonly messagesPerMinute: number;
  /** Per mailbox, rolling 24 hours. Exchange Online limits, sending limits: 10,000. */
  readonly recipientsPerDay: number;
  /** Per mailbox, Graph only. Graph service-specific throttling limits, Outlook: 150 MB. */
  readonly uploadBytesPer5Minutes: number;
  /** Of the tenant, rolling 24 hours. Tenant external recipient rate limit: 500 × licences^0.7 + 9,500. */
  readonly externalRecipientsPerDay: number;
  /** Requests in flight, of the app. Graph service-specific throttling limits, Outlook: 4 (per app ID; per app and mailbox in older text). */
  readonly graphConcurrency: number;
  /** Submissions in flight, of a mailbox. SMTP AUTH client submission: 3. */
  readonly smtpConcurrency: number;
}

/** `high` may take what the others must leave, and so overtakes a backlog. */
export type Priority = 'high' | 'normal' | 'low';

/** One message that wants to be sent now. */
export interface Demand {
  /** Address of the sender's mailbox. */
  readonly mailbox: string;
  readonly transport: Transport;
  /** Of the envelope. */
  readonly recipients: number;
  /** Those of them outside the tenant. */
  readonly external: number;
  /** Size of the message. */
  readonly bytes: number;
  readonly priority: Priority;
}

/** Leave to send, or when to come back. */
export type Admission =
  | {
      readonly admitted: true;
      /**
       * Gives the lane back: when the message has been sent or has failed. A second call does nothing.
       *
       * @param refused true when it has certainly been sent to nobody: its recipients do not count. The message does, and its bytes.
       */
      release(refused?: boolean): void;
    }
  | {
      readonly admitted: false;
      /** When to come back; an estimate. */
      readonly until: Date;
      /** One sentence for the status. */
      readonly reason: string;
    };

/** A place in the line of one submitter at one mailbox. */
export interface Place {
  readonly mailbox: string;
  readonly submitter: string;
  /** Messages. */
  readonly count: number;
  readonly priority: Priority;
  /** Takes no place that comes later; the time is told all the same. */
  readonly latest?: Date;
}

/** The pace, for both halves. */
export interface Pace {
  /**
   * Leave to send one message now. Waits in the process at most `patience` seconds (a few), else says when to come back.
   *
   * The others book up to 8 s ahead: `high` with a patience of 12 overtakes them all.
   *
   * @throws RestError when storage cannot be reached; never because other instances want the same.
   */
  admit(demand: Demand, patience: number): Promise<Admission>;
  /**
   * A lane alone, for a request that sends nothing: it is one of those in flight all the same.
   *
   * @param patience seconds to wait for it at most.
   * @returns what gives it back, to be called once; undefined when none came free.
   * @throws RestError when storage cannot be reached.
   */
  lane(
    way: Pick<Demand, 'mailbox' | 'transport' | 'priority'>,
    patience: number,
  ): Promise<(() => void) | undefined>;
  /**
   * The provider asked to slow down (Retry-After): no instance gets leave for this mailbox before `until`.
   *
   * @throws RestError when storage cannot be reached.
   */
  slowDown(mailbox: string, transport: Transport, until: Date): Promise<void>;
  /**
   * The accepting half: takes a place in the line. Never rejects: an estimate is not worth a refusal.
   *
   * @returns the time at which the (last) message will probably be sent.
   */
  queueUp(place: Place): Promise<Date>;
  /** Gives the lanes back. */
  close(): Promise<void>;
}

/** What the pace is made of. */
export interface PaceParts {
  /** `storageNames.pace`. Created on first use. */
  readonly table: TableClient;
  readonly limits: PaceLimits;
  readonly clock: Clock;
  /** Resolves after so many milliseconds of the clock. */
  readonly wait: (ms: number) => Promise<void>;
  /** An id that no other process has; names the holder of lanes. */
  readonly newId: () => string;
}

const day = 86_400_000;

/** The limits of a mailbox. */
function limitsOf(limits: PaceLimits): readonly Limit[] {
  const { messagesPerMinute, recipientsPerDay, uploadBytesPer5Minutes } = limits;
  const all: readonly Limit[] = [
    {
      name: 'messages',
      limit: messagesPerMinute,
      span: 60_000,
      reason: `The mailbox sends at most ${messagesPerMinute} messages a minute.`,
    },
    {
      name: 'recipients',
      limit: recipientsPerDay,
      span: day,
      reason: `The mailbox sends to at most ${recipientsPerDay} recipients in 24 hours.`,
    },
    {
      name: 'bytes',
      limit: uploadBytesPer5Minutes,
      span: 300_000,
      reason: `Graph takes at most ${uploadBytesPer5Minutes} bytes of a mailbox in 5 minutes.`,
    },
  ];
  return all.filter(({ limit }) => limit > 0);
}

/** How long even the most impatient looks for a lane, in milliseconds: less may be over before the first look. */
const look = 100;

/** How many mailboxes and lines are remembered before idle ones are forgotten. */
const memory = 1000;

/** Opens the pace. No request is made before somebody wants to send. */
export function openPace({ table, limits, clock, wait, newId }: PaceParts): Pace {
  const holder = newId();
  const rows = openRows(table);
  const gates = new Map<string, Gate>();
  const lines = new Map<string, Line>();
  const lanes = new Map<string, Lanes>();
  const ofMailbox = limitsOf(limits);
  const stagger = (Buffer.from(holder).reduce((sum, byte) => sum + byte, 0) % 16) / 16;
  const { externalRecipientsPerDay, graphConcurrency, smtpConcurrency } = limits;
  const ofTenant: readonly Limit[] = [
    {
      name: 'external',
      limit: externalRecipientsPerDay,
      span: day,
      reason: `The tenant sends to at most ${externalRecipientsPerDay} external recipients in 24 hours.`,
    },
  ];

  const gateOf = (mailbox: string) =>
    remember(gates, keyOf(mailbox), (key) =>
      openGate({ rows, partition: `mailbox:${key}`, row: 'gate', limits: ofMailbox, clock, wait, stagger }),
    );
  const tenant = openGate({ rows, partition: 'tenant', row: 'gate', limits: ofTenant, clock, wait, stagger });
  const lanesOf = ({ mailbox, transport }: Pick<Demand, 'mailbox' | 'transport'>): Lanes | undefined => {
    const limit = transport === 'graph' ? graphConcurrency : smtpConcurrency;
    if (limit === 0) return undefined;
    const partition = transport === 'graph' ? 'lanes:graph' : `lanes:smtp:${keyOf(mailbox)}`;
    return remember(lanes, partition, () => openLanes({ rows, partition, limit, holder, clock, wait }));
  };

  return {
    async admit(demand, patience) {
      const deadline = clock.now().getTime() + patience * 1000;
      const { transport, recipients, external } = demand;
      const high = demand.priority === 'high';
      const needs = { messages: 1, recipients, bytes: transport === 'graph' ? demand.bytes : 0 };
      const want: Want = { needs, transport, high, deadline };
      const gate = gateOf(demand.mailbox);
      for (;;) {
        const mine = await gate.take({ ...want });
        if (!mine.ok) return { admitted: false, until: new Date(mine.until), reason: mine.reason };
        let shared: Answer | undefined;
        let admitted = false;
        try {
          const limited = external > 0 && externalRecipientsPerDay > 0;
          if (limited) shared = await tenant.take({ ...want, needs: { external } });
          if (shared?.ok === false)
            return { admitted: false, until: new Date(shared.until), reason: shared.reason };
          const ours = shared?.spent;
          const all = lanesOf(demand);
          const until = Math.min(mine.spent.until, ours?.until ?? Infinity);
          // At least once: a place that is valid now is worth a look for a lane, however impatient the caller.
          const leave = all
            ? await all.take(high, Math.max(deadline, clock.now().getTime() + look))
            : () => undefined;
          const now = clock.now().getTime();
          if (!leave) return { admitted: false, until: new Date(now + 1000), reason: noLane(transport) };
          admitted = now <= until;
          if (!admitted) leave();
          else
            return {
              admitted,
              release(refused = false) {
                leave();
                if (!refused) return;
                gate.putBack(onlyRecipients(mine.spent));
                if (ours) tenant.putBack(ours);
              },
            };
        } finally {
          if (!admitted) {
            gate.putBack(mine.spent);
            if (shared?.ok) tenant.putBack(shared.spent);
          }
        }
      }
    },
    async lane(way, patience) {
      const deadline = clock.now().getTime() + Math.max(look, patience * 1000);
      const all = lanesOf(way);
      return all ? await all.take(way.priority === 'high', deadline) : () => undefined;
    },
    slowDown: (mailbox, transport, until) => gateOf(mailbox).slowDown(transport, until.getTime()),
    async queueUp({ mailbox, submitter, count, priority, latest }) {
      const now = clock.now().getTime();
      const perMinute = limits.messagesPerMinute;
      if (perMinute === 0) return new Date(now);
      if (priority === 'high') {
        const needs = { messages: 1 };
        const want: Want = { needs, transport: 'graph', high: true, deadline: now };
        return new Date(gates.get(keyOf(mailbox))?.estimate(want) ?? now);
      }
      const key = `${keyOf(mailbox)}:${keyOf(submitter)}`;
      const line = remember(lines, key, () =>
        openLine({ rows, partition: `line:${keyOf(mailbox)}`, row: keyOf(submitter), perMinute, clock }),
      );
      try {
        return new Date(await line.join(count, latest?.getTime() ?? Infinity));
      } catch {
        return new Date(now);
      }
    },
    async close() {
      await Promise.all([...lanes.values()].map((each) => each.close()));
    },
  };
}

/** Requests are limited by the minute, whatever comes of them; recipients by the day. */
const onlyRecipients = ({ pieces: { recipients = [] }, until }: Spent): Spent => ({
  pieces: { recipients },
  until,
});

const noLane = (transport: Transport): string =>
  transport === 'graph'
    ? 'As many requests are in flight as Graph takes from this app at once.'
    : 'As many messages are in flight as SMTP takes from this mailbox at once.';

/** Finds or makes; what is idle goes when there is too much. */
function remember<T extends { idle(): boolean }>(
  map: Map<string, T>,
  key: string,
  make: (key: string) => T,
): T {
  const known = map.get(key);
  if (known) return known;
  if (map.size >= memory) {
    for (const [name, each] of map) if (each.idle()) map.delete(name);
  }
  const made = make(key);
  map.set(key, made);
  return made;
}
