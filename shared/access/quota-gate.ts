/**
 * Keeps submitters within their limits, over all instances. A door: a row for each submitter, written by compare-and-swap.
 */
import type { TableClient } from '@azure/data-tables';
import { keyOf, openRows } from '../pace/row.ts';
import type { Clock } from '../platform/clock.ts';
import { ok, refuse, type Result } from '../platform/problem.ts';
import {
  bookFor,
  formatWindows,
  parseWindows,
  putBack,
  quotasOf,
  remaining,
  spend,
  type Need,
  type Quota,
  type Stocks,
  type Violation,
  type Windows,
} from './quota.ts';
import type { Submitter } from './submitter.ts';

/** What was taken; give it back when it was not used after all. */
export interface Taken {
  giveBack(): void;
}

/** Who wants to submit. */
type Limited = Pick<Submitter, 'name' | 'limits'>;

/** The gate. */
export interface QuotaGate {
  /**
   * Takes from a submitter's quotas; costs a storage request once in a while, none for a submitter without limits.
   *
   * @returns `quota-exceeded` with the policies that were violated; nothing is taken then.
   * @throws RestError when storage cannot be reached.
   */
  take(submitter: Limited, need: Need): Promise<Result<Taken>>;
  /** The headers `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers); none for a submitter without limits. */
  headers(submitter: Limited): Record<string, string>;
}

/** What this process knows of one submitter. */
interface Account {
  /** Whose limits these are; an account is begun anew when an administrator changes them. */
  readonly limits: string;
  readonly quotas: readonly Quota[];
  windows: Windows;
  etag: string | undefined;
  stocks: Stocks;
  /** What was taken from them since the row was written last. */
  spent: Stocks;
  /** How often it was tried to write the row. */
  bookings: number;
  /** When the row was read or written last. */
  seenAt: number;
  /** The end of the bookings under way. */
  turn: Promise<unknown>;
}

/** How old the row may be for a refusal, in milliseconds: a flood of refused requests costs one look a second. */
const fresh = 1000;

const partition = 'quota';

const nothing: Result<Taken> = ok({ giveBack: () => undefined });

/** Opens the gate. @param table the table of the pace. */
export function openQuotaGate(table: TableClient, clock: Clock): QuotaGate {
  const rows = openRows(table);
  const accounts = new Map<string, Account>();
  const time = () => clock.now().getTime();

  const accountOf = ({ name, limits }: Limited): Account | undefined => {
    const text = limits === undefined ? '{}' : JSON.stringify(limits);
    const known = accounts.get(name);
    if (known?.limits === text) return known;
    const quotas = quotasOf(limits ?? {});
    if (quotas.length === 0) {
      accounts.delete(name);
      return undefined;
    }
    const account: Account = {
      limits: text,
      quotas,
      windows: {},
      etag: undefined,
      stocks: known?.stocks ?? {},
      spent: known?.spent ?? {},
      bookings: 0,
      seenAt: -Infinity,
      turn: Promise.resolve(),
    };
    accounts.set(name, account);
    return account;
  };

  const takeFromStock = (account: Account, need: Need): Result<Taken> | undefined => {
    const taken = spend(account.quotas, account.stocks, need, time());
    if (!taken) return undefined;
    account.stocks = taken.rest;
    account.spent = putBack(account.spent, taken.spent);
    const { bookings } = account;
    return ok({
      giveBack() {
        // Once the row may say that it was used, it was.
        if (account.bookings !== bookings) return;
        account.spent = without(account.spent, taken.spent);
        account.stocks = putBack(account.stocks, taken.spent);
      },
    });
  };

  const look = async (name: string, account: Account) => {
    const seen = await rows.read(partition, keyOf(name));
    account.windows = seen ? parseWindows(seen.state) : {};
    account.etag = seen?.etag;
    account.seenAt = time();
  };

  /** @returns false when somebody else was quicker: what stands there now must be looked at. */
  const write = async (name: string, account: Account, windows: Windows): Promise<boolean> => {
    account.bookings++;
    const etag = await rows.write(partition, keyOf(name), formatWindows(windows), account.etag);
    account.seenAt = etag === undefined ? -Infinity : time();
    if (etag === undefined) return false;
    account.etag = etag;
    account.windows = windows;
    account.spent = {};
    return true;
  };

  const bookAndTake = async (name: string, account: Account, need: Need): Promise<Result<Taken>> => {
    for (;;) {
      const taken = takeFromStock(account, need);
      if (taken) return taken;
      if (account.seenAt === -Infinity) await look(name, account);
      const now = time();
      // Set aside, so that nobody spends it while it is being booked anew.
      const { stocks, spent } = account;
      account.stocks = {};
      const booking = bookFor(account.quotas, account.windows, { stocks, spent }, need, now);
      const booked = booking.kind === 'booked' && (await write(name, account, booking.windows));
      account.stocks = putBack(account.stocks, booked ? booking.stocks : stocks);
      if (booking.kind === 'exceeded') {
        if (Math.abs(now - account.seenAt) < fresh)
          return exceeded(name, booking.violations, now, headersOf(account, now));
        await look(name, account);
      }
    }
  };

  return {
    async take(submitter, need) {
      const account = accountOf(submitter);
      if (!account) return nothing;
      const taken = takeFromStock(account, need);
      if (taken) return taken;
      const mine = account.turn.then(() => bookAndTake(submitter.name, account, need));
      account.turn = mine.catch(() => undefined);
      return await mine;
    },
    headers(submitter) {
      const account = accountOf(submitter);
      return account ? headersOf(account, time()) : {};
    },
  };
}

/** draft-ietf-httpapi-ratelimit-headers */
function headersOf({ quotas, windows, stocks }: Account, now: number): Record<string, string> {
  const policies = quotas.map(
    ({ name, limit, span, unit }) =>
      `"${name}";q=${limit};w=${Math.ceil(span / 1000)}${unit === 'bytes' ? ';qu="content-bytes"' : ''}`,
  );
  const states = quotas.map((quota) => {
    const { left, seconds } = remaining(quota, windows, stocks, now);
    return `"${quota.name}";r=${left};t=${seconds}`;
  });
  return { 'ratelimit-policy': policies.join(', '), ratelimit: states.join(', ') };
}

const without = (stocks: Stocks, taken: Stocks): Stocks =>
  Object.fromEntries(
    Object.entries(stocks).map(([name, stock]) => [
      name,
      stock.filter((one) => !(taken[name] ?? []).includes(one)),
    ]),
  );

function exceeded(
  name: string,
  violations: readonly Violation[],
  now: number,
  headers: Record<string, string>,
): Result<never> {
  const names = violations.map(({ quota }) => quota.name);
  const never = violations.find(({ at }) => at === undefined);
  const more = { violatedPolicies: names, headers };
  if (never) {
    const { limit, unit } = never.quota;
    const detail = `This request takes more ${unit} at once than the submitter "${name}" has in all: ${limit} (${never.quota.name}). Send less in one request.`;
    return refuse('quota-exceeded', detail, more);
  }
  const latest = Math.max(...violations.map(({ at = now }) => at));
  const retryAfterSeconds = Math.max(1, Math.ceil((latest - now) / 1000));
  const which = violations.map(({ quota }) => `${quota.limit} ${quota.unit} (${quota.name})`).join(', ');
  return refuse(
    'quota-exceeded',
    `The submitter "${name}" has used up its limit: ${which}. Nothing was accepted; repeat the request in ${retryAfterSeconds} seconds.`,
    { retryAfterSeconds, ...more },
  );
}
