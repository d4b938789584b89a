/**
 * The pace that Microsoft allows, shared by all instances: how many messages, recipients and bytes a mailbox may send in a window,
 * and how many requests may be in flight at once.
 */
import type { TableClient } from '@azure/data-tables';
import type { Clock } from '../platform/clock.ts';

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
  readonly transport: 'graph' | 'smtp';
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
      /** Gives the lane back. Call once, when the message has been sent or has failed. */
      release(): void;
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
}

/** The pace, for both halves. */
export interface Pace {
  /**
   * Leave to send one message now. Waits in the process at most `patience` seconds (a few), else says when to come back.
   *
   * @throws RestError when storage cannot be reached; never because other instances want the same.
   */
  admit(demand: Demand, patience: number): Promise<Admission>;
  /**
   * The provider asked to slow down (Retry-After): no instance gets leave for this mailbox before `until`.
   *
   * @throws RestError when storage cannot be reached.
   */
  slowDown(mailbox: string, transport: 'graph' | 'smtp', until: Date): Promise<void>;
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
  /** An id that no other process has; names the holder of a lane. */
  readonly newId: () => string;
}
