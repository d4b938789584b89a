/**
 * `Retry-After` as it really comes: whole seconds or an HTTP date (RFC 9110 §10.2.3), and from Microsoft also fractions of a
 * second (`2.128` in the sample of https://learn.microsoft.com/graph/throttling).
 */

/**
 * Seconds to wait, rounded up and never negative; undefined when the header is absent or says nothing that can be understood.
 *
 * @param value the header's value.
 * @param now what a date is counted from.
 */
export function parseRetryAfter(value: string | null | undefined, now: Date): number | undefined {
  const text = value?.trim();
  if (!text) return undefined;
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text));
  // Date.parse reads far more than HTTP dates ("-5" is a year to it), hence the look at the shape first.
  if (!/^[A-Za-z]{3,9},? .*\d{2}:\d{2}:\d{2}/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now.getTime()) / 1000));
}
