/**
 * The named points at which a bridge process is killed, and what may follow. No mail may be lost at any of them. A copy may follow
 * only where Microsoft 365 has, or may have, taken the mail and nobody has written that down: there `doubt` is true.
 *
 * The points are those of docs/decisions on crash points; each is recognised on the wire, see storage-wire.ts and cell.ts.
 */
import type { Phase } from './http-proxy.ts';
import type { StorageStep } from './storage-wire.ts';

/** A step of the work, as the proxies name it. */
export type Step =
  | StorageStep
  /** The sweep rings for a row that it has marked. */
  | 'sweep-ring'
  | 'token'
  /** A mail is given to Graph: `sendMail`, or `send` of a draft. */
  | 'graph-send'
  | 'draft-created'
  /** A file is given to a draft, or a session to upload it is opened. */
  | 'draft-file'
  | 'draft-deleted'
  | 'graph-look'
  /** A mail is in the middle of DATA; the server hangs. */
  | 'smtp-body'
  /** The server has taken a mail and does not say so. */
  | 'smtp-accepted';

/** A point. */
export interface CrashPoint {
  readonly name: string;
  readonly step: Step;
  readonly phase: Phase;
  /** Whether the mail may have gone out without a record of it. */
  readonly doubt: boolean;
  readonly transport?: 'graph' | 'smtp';
  /** Whether it comes by only where sent copies are looked up, … */
  readonly lookup?: true;
  /** … or where large mails go by draft. */
  readonly drafts?: true;
  /** What follows, in a few words. */
  readonly after: string;
}

const at = (
  step: Step,
  phase: Phase,
  after: string,
  more: Partial<Pick<CrashPoint, 'doubt' | 'transport' | 'lookup' | 'drafts'>> = {},
): CrashPoint => ({ name: `${step} ${phase}`, step, phase, after, doubt: false, ...more });

const repeats = 'the client repeats with its key';
const rungAgain = 'the sweep rings';
const looked = 'the claim lapses; the outcome counts as unknown';
const found = 'the next turn finds nothing to do';

const drafts = { transport: 'graph', drafts: true } as const;

/** All points. */
export const crashPoints: readonly CrashPoint[] = [
  at('content-staged', 'committed', `${repeats}; the blob is an orphan`),
  at('row-insert', 'sent', `${repeats}; nothing was written`),
  at('row-insert', 'committed', `${repeats} and gets the same id`),
  at('row-insert', 'answered', `${repeats} and gets the same id; ${rungAgain}`),
  at('batch-insert', 'sent', `${repeats}; nothing was written`),
  at('batch-insert', 'committed', `${repeats} and gets the same ids; ${rungAgain}`),
  at('express-insert', 'sent', `${repeats}; nothing was written`),
  at('express-insert', 'committed', looked),
  at('express-insert', 'answered', looked),
  at('doorbell-put', 'sent', rungAgain),
  at('doorbell-put', 'committed', `${repeats}; the doorbell is there`),
  at('doorbell-put', 'answered', repeats),
  at('doorbell-taken', 'committed', `the doorbell is hidden for 10 minutes; ${rungAgain}`),
  at('doorbell-taken', 'answered', `the doorbell is hidden for 10 minutes; ${rungAgain}`),
  at('row-read', 'answered', `the doorbell is hidden for 10 minutes; ${rungAgain}`),
  at('batch-read', 'answered', `the doorbell is hidden for 10 minutes; ${rungAgain}`),
  at('claim', 'sent', rungAgain),
  at('claim', 'committed', looked),
  at('claim', 'answered', looked),
  at('token', 'sent', looked),
  at('token', 'answered', looked),
  at('graph-send', 'sent', `${looked}; Graph never saw the request`, { transport: 'graph' }),
  at('graph-send', 'committed', `${looked}; Graph has the mail`, { transport: 'graph', doubt: true }),
  at('graph-send', 'answered', `${looked}; Graph has the mail`, { transport: 'graph', doubt: true }),
  at('draft-created', 'sent', `${looked}; there is no draft`, drafts),
  at('draft-created', 'committed', `${looked}; a draft is left that nobody knows of`, drafts),
  at('draft-noted', 'sent', `${looked}; a draft is left that nobody knows of`, drafts),
  at('draft-noted', 'committed', `${looked}; the next attempt deletes the draft`, drafts),
  at('draft-file', 'committed', `${looked}; the next attempt deletes the draft`, drafts),
  at('graph-look', 'committed', 'the look is repeated', { transport: 'graph', lookup: true }),
  at('smtp-body', 'sent', `${looked}; a cut body is not processed`, { transport: 'smtp' }),
  at('smtp-accepted', 'committed', `${looked}; Exchange has the mail`, { transport: 'smtp', doubt: true }),
  at('settle', 'sent', `${looked}; the mail is out`, { doubt: true }),
  at('settle', 'committed', found),
  at('settle', 'answered', found),
  at('content-removed', 'sent', 'the blob is an orphan'),
  at('postpone', 'sent', looked),
  at('postpone', 'committed', rungAgain),
  at('doorbell-later', 'committed', 'rung in time'),
  at('doorbell-deleted', 'sent', found),
  at('doorbell-deleted', 'committed', 'nothing'),
  at('sweep-mark', 'committed', 'the next sweep rings'),
  at('sweep-ring', 'sent', 'the next sweep rings'),
  at('sweep-ring', 'committed', 'rung'),
  at('poison-put', 'sent', 'put again after the next turn'),
  at('poison-put', 'committed', 'put twice; the second finds nothing to do'),
];
