/** Whether the recipients of a mail can be submitted: https://learn.microsoft.com/graph/errors, ErrorInvalidRecipients. */
import { GRAPH, type Refusal } from './errors.ts';

/** Undefined when there is at least one and all of them are addresses. */
export function objectionToRecipients(addresses: readonly string[]): Refusal | undefined {
  if (addresses.length === 0) return GRAPH.noRecipients;
  const unresolved = addresses.find((address) => !isAddress(address));
  return unresolved === undefined ? undefined : GRAPH.unresolved(unresolved);
}

/** What Exchange resolves without asking the directory: one at sign with something harmless on both sides. */
function isAddress(address: string): boolean {
  return /^(?:"[^"\r\n]+"|[^\s@<>()[\]\\,;:"]+)@[^\s@<>()\\,;:"]+$/u.test(address) && address.length <= 320;
}
