/**
 * A time limit that is over when something has happened, and not before, however slow the machine is: for attempts that are to run out
 * of time at a certain point of their way.
 */
export function overWhen(hasHappened: () => boolean): AbortSignal {
  const limit = new AbortController();
  const timer = setInterval(() => {
    if (!hasHappened()) return;
    clearInterval(timer);
    limit.abort(new DOMException('The time is over.', 'TimeoutError'));
  }, 20);
  return limit.signal;
}
