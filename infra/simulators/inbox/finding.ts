/** Looks mails up by a filter, once or until one comes. */
import type { AcceptedMail, MailStore } from '../mail-store.ts';
import type { Letters } from './letters.ts';
import { matches, type Filter } from './search.ts';

/** Milliseconds between two looks while mails pour in. */
const PATIENCE = 50;

/** All that match, newest first. */
export async function findMails(store: MailStore, letters: Letters, filter: Filter): Promise<AcceptedMail[]> {
  const mails = store.list();
  if (filter.length === 0) return mails;
  const found: AcceptedMail[] = [];
  for (const mail of mails) if (matches(filter, mail, await letters.glance(mail))) found.push(mail);
  return found;
}

/**
 * Like {@link findMails}, but when nothing matches, looks again at every change until something does, `milliseconds`
 * have passed, or the signal says that nobody waits any more.
 */
export async function awaitMails(
  store: MailStore,
  letters: Letters,
  filter: Filter,
  milliseconds: number,
  signal: AbortSignal,
): Promise<AcceptedMail[]> {
  const timeUp = AbortSignal.any([signal, AbortSignal.timeout(milliseconds)]);
  for (;;) {
    const changed = nextChange(store, timeUp);
    const found = await findMails(store, letters, filter);
    if (found.length > 0 || timeUp.aborted) {
      changed.forget();
      return found;
    }
    await changed.promise;
    await new Promise((resolve) => {
      setTimeout(resolve, PATIENCE);
    });
  }
}

/** Settles at the next change of the store or when the signal comes. */
function nextChange(store: MailStore, signal: AbortSignal): { promise: Promise<void>; forget: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const unsubscribe = store.subscribe(() => {
    forget();
  });
  const forget = (): void => {
    unsubscribe();
    signal.removeEventListener('abort', forget);
    resolve();
  };
  signal.addEventListener('abort', forget);
  if (signal.aborted) forget();
  return { promise, forget };
}
