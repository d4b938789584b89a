/**
 * SendGrid's batches: `POST /v3/mail/batch`, and `/v3/user/scheduled_sends`, which cancels what was sent with their ids and waits.
 * Source: https://www.twilio.com/docs/sendgrid/api-reference/cancel-scheduled-sends
 */
import { refuse, type Result } from '../platform/problem.ts';
import { Foreign } from './foreign.ts';
import { Notes, type ForeignAnswer } from './translation.ts';

/**
 * Reads what is to become of a batch. Never throws.
 *
 * @param given `{ batch_id, status }`.
 * @param batch its id, where the path has it.
 * @returns the id of a batch that is to be cancelled; `not-honoured` when it is to be paused.
 */
export function wantsCancelled(given: unknown, batch?: string): Result<string> {
  const notes = new Notes();
  const wish = new Foreign(given, notes);
  const [status, id] = [wish.get('status'), batch ?? wish.get('batch_id')];
  if (status === 'pause') {
    return refuse(
      'not-honoured',
      'Batches are cancelled here, and not paused. Cancel it, or give each message another time: PATCH /emails/{id}.',
    );
  }
  if (status !== 'cancel') notes.fault('status', 'Give "cancel".');
  if (typeof id === 'string') return notes.conclude(id);
  notes.fault('batch_id', 'Name the batch.');
  return notes.conclude('');
}

/** The answer that names a batch. */
export const sendGridBatch = (status: number, id: string): ForeignAnswer => ({
  status,
  body: { batch_id: id },
});

/** Batches that were cancelled. */
export const sendGridSchedules = (ids: readonly string[]): ForeignAnswer => ({
  status: 200,
  body: ids.map((id) => ({ batch_id: id, status: 'cancel' })),
});
