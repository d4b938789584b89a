/**
 * What each transport can carry at most. Data with sources.
 */
import type { TransportName } from './transport.ts';

const MiB = 1024 * 1024;

/** Largest request (Graph) or message (SMTP), in bytes. */
export const maxBytes: Readonly<Record<TransportName, number>> = {
  // The whole request of sendMail; 413 above it (https://learn.microsoft.com/graph/api/user-sendmail).
  graph: 4 * MiB,
  // smtp.office365.com advertises SIZE 157286400; a mailbox takes 35 MB unless its administrator raised that, and says so itself.
  smtp: 157_286_400,
};

/**
 * What Graph takes in a draft, in bytes (https://learn.microsoft.com/graph/outlook-large-attachments). The limit of a whole request
 * is that of `sendMail`.
 */
export const draftLimits = {
  /**
   * Files from here on go by upload session. "Under 3 MB" are to be posted, as far as they fit into a request; somebody measured
   * that sessions begin at 2 MiB, so the few bytes between find their way too (msgraph-sdk-java#52).
   */
  sessionFrom: 3 * MiB,
  /** Largest file. */
  file: 150 * MiB,
  /** Largest message; a mailbox takes 35 MB unless its administrator raised that, and says so itself (attachment-createuploadsession). */
  message: 150 * MiB,
  /** One range of an upload: the documentation says 4 MB at most, and this is less whichever megabyte is meant. */
  range: 12 * 320 * 1024,
} as const;
