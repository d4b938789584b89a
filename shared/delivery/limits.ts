/**
 * What each transport can carry at most. Data with sources.
 */
import type { TransportName } from './transport.ts';

/** Largest request (Graph) or message (SMTP), in bytes. */
export const maxBytes: Readonly<Record<TransportName, number>> = {
  // The whole request of sendMail; 413 above it (https://learn.microsoft.com/graph/api/user-sendmail).
  graph: 4 * 1024 * 1024,
  // smtp.office365.com advertises SIZE 157286400; a mailbox takes 35 MB unless its administrator raised that, and says so itself.
  smtp: 157_286_400,
};
