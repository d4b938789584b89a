/** The stored bytes of an attachment could not be read: storage may be down for the moment, and the message is not to blame. */
import type { Finding } from './verdict.ts';

/** What the attempt comes to. */
export const attachmentUnreadable: Finding = {
  verdict: 'transient',
  reason: 'An attachment could not be read from storage.',
};

/** Carries the cause through whatever library was reading. */
export class AttachmentError extends Error {
  override readonly name = 'AttachmentError';

  constructor(cause: unknown) {
    super(attachmentUnreadable.reason, { cause });
  }
}
