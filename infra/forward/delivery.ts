/**
 * Hands requests to the bridge: one after the other, in their order, each until the bridge has taken it or refused it for good.
 */
import { readFile } from 'node:fs/promises';
import { parseRetryAfter } from '../../shared/platform/retry-after.ts';
import type { Note } from './note.ts';
import type { Parcel } from './parcel.ts';
import type { Spool } from './spool.ts';

/** What came of an attempt. */
type Outcome =
  | { readonly kind: 'taken'; readonly status: number }
  | { readonly kind: 'refused'; readonly status: number; readonly answer: string }
  | { readonly kind: 'later'; readonly reason: string; readonly seconds?: number };

/** What handing on needs. */
export interface DeliveryParts {
  readonly spool: Spool;
  /** The bridge's address, perhaps with a path that goes before every other. */
  readonly to: URL;
  /** File that holds the key; read anew for every attempt, so that a new key needs no restart. */
  readonly keyFile: string;
  readonly note: Note;
}

/** The running delivery. */
export interface Delivery {
  /** Says that something has come. */
  wake(): void;
  /** Ends when nothing waits, when the bridge does not answer, or after some milliseconds. What is left stays in the spool. */
  drain(milliseconds: number): Promise<void>;
}

/** Milliseconds that the bridge has for an answer. */
const timeout = 30_000;

/** Seconds between attempts: doubled from the first to the longest. */
const pauses = { first: 1, longest: 300 } as const;

/** Most seconds that a `Retry-After` may ask for. */
const longestWish = 3600;

/** Bytes of a refusal that are kept. */
const answerLimit = 10_000;

/** Starts delivering. */
export function startDelivery(parts: DeliveryParts): Delivery {
  const { spool, note } = parts;
  const ending = new AbortController();
  let draining = false;
  let failures = 0;
  let came = false;
  let asleep: { readonly idle: boolean; readonly end: () => void } | undefined;

  /** Waits for something to come, or for some seconds; not when the end is near. */
  const sleep = (seconds: number | undefined): Promise<void> =>
    new Promise((resolve) => {
      const idle = seconds === undefined;
      if (draining || (idle && came)) return resolve();
      const timer = idle ? undefined : setTimeout(resolve, seconds * 1000);
      const end = () => {
        clearTimeout(timer);
        resolve();
      };
      asleep = { idle, end };
    });

  /** @returns how many seconds to wait before the next; 0 for at once. */
  const one = async (): Promise<number | undefined> => {
    const waiting = await spool.oldest();
    if (!waiting) return undefined;
    const { name, parcel } = waiting;
    if (!parcel) {
      await spool.setAside(name, 'The file is damaged, or none of postrider forward.');
      note('warn', 'damaged', { name });
      return 0;
    }
    const outcome = await attempt(parts, parcel, ending.signal);
    switch (outcome.kind) {
      case 'taken':
        failures = 0;
        await spool.remove(name);
        note('info', 'forwarded', { key: parcel.key, status: outcome.status, waiting: spool.count });
        return 0;
      case 'refused':
        failures = 0;
        await spool.setAside(name, `${outcome.status}\n${outcome.answer}`);
        note('warn', 'refused', { key: parcel.key, status: outcome.status, file: `failed/${name}` });
        return 0;
      case 'later': {
        const backOff = Math.min(pauses.first * 2 ** failures, pauses.longest) * (0.75 + Math.random() / 2);
        failures = Math.min(failures + 1, 20);
        const wish = Math.min(outcome.seconds ?? 0, longestWish);
        const seconds = Math.max(backOff, wish);
        note('warn', 'waiting', {
          reason: outcome.reason,
          seconds: Math.round(seconds),
          waiting: spool.count,
        });
        return seconds;
      }
    }
  };

  const run = (async () => {
    while (!ending.signal.aborted) {
      came = false;
      let seconds: number | undefined;
      try {
        seconds = await one();
      } catch (error) {
        note('error', 'disk', { reason: (error as Error).message });
        seconds = pauses.first;
      }
      if (seconds === 0) continue;
      // Whoever waits now would wait for longer than the end takes.
      if (draining) break;
      await sleep(seconds);
      asleep = undefined;
    }
  })();

  return {
    wake() {
      came = true;
      if (asleep?.idle) asleep.end();
    },
    async drain(milliseconds) {
      draining = true;
      // The bridge did not answer: it is no time to begin again.
      if (failures > 0) ending.abort();
      asleep?.end();
      const late = setTimeout(() => ending.abort(), milliseconds);
      await run;
      clearTimeout(late);
    },
  };
}

async function attempt(
  { to, keyFile }: DeliveryParts,
  { key, method, target, headers, body }: Parcel,
  ending: AbortSignal,
): Promise<Outcome> {
  try {
    const secret = (await readFile(keyFile, 'utf8')).trim();
    if (!/^pr_\w+$/.test(secret)) return { kind: 'later', reason: 'there is no key in --key-file' };
    const response = await fetch(`${to.origin}${to.pathname.replace(/\/+$/, '')}${target}`, {
      method,
      headers: { ...headers, authorization: `Bearer ${secret}`, 'idempotency-key': key },
      ...(method === 'GET' ? {} : { body: body as Uint8Array<ArrayBuffer> }),
      // A portal that wants a login answers for the bridge: it must not be followed, nor taken for it.
      redirect: 'manual',
      signal: AbortSignal.any([ending, AbortSignal.timeout(timeout)]),
    });
    const answer = (await response.text()).slice(0, answerLimit);
    const { status } = response;
    if (response.ok) return { kind: 'taken', status };
    if (isTemporary(status)) {
      const seconds = parseRetryAfter(response.headers.get('retry-after'), new Date());
      const reason =
        status === 401
          ? 'the bridge does not take the key of --key-file (401)'
          : `the bridge answered ${status}`;
      return { kind: 'later', reason, ...(seconds === undefined ? {} : { seconds }) };
    }
    return { kind: 'refused', status, answer };
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string } };
    return { kind: 'later', reason: cause?.code ?? message };
  }
}

/**
 * What is not the request's fault. 401 is the fault of the forwarder's key, which holds for all: setting everything aside would help
 * nobody. A redirect comes from something that is not the bridge.
 */
const isTemporary = (status: number): boolean =>
  status < 400 || status >= 500 || [401, 408, 425, 429].includes(status);
