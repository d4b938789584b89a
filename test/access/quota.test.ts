/**
 * Limits of submitters: exact over any span and any number of instances, and cheap.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { startAzurite, type Azurite } from '../../infra/local/azurite.ts';
import { submitterSchema } from '../../shared/access/entry-schema.ts';
import { openQuotaGate, type QuotaGate } from '../../shared/access/quota-gate.ts';
import {
  bookFor,
  formatWindows,
  parseWindows,
  putBack,
  quotasOf,
  remaining,
  spend,
  type Stocks,
  type Windows,
} from '../../shared/access/quota.ts';
import type { Limits } from '../../shared/access/submitter.ts';
import { openStorage } from '../../shared/platform/storage.ts';
import { parseList } from './structured-field.ts';

let azurite: Azurite;
before(async () => {
  azurite = await startAzurite();
});
after(() => azurite.stop());

let now = Date.UTC(2026, 10, 28, 12);
const clock = { now: () => new Date(now) };

let tables = 0;
/** So many instances that share a table of their own. */
function instances(count: number): readonly QuotaGate[] {
  const name = `Quota${tables++}`;
  const { connectionString: AzureWebJobsStorage } = azurite;
  return Array.from({ length: count }, () =>
    openQuotaGate(openStorage({ AzureWebJobsStorage }).table(name), clock),
  );
}

const tableRequests = () => Object.values(azurite.transactions().table).reduce((sum, n) => sum + n, 0);

const none = { stocks: {}, spent: {} };

const submitter = (limits: Limits) => ({ name: 'app', limits });

test('limits become quotas: a rate is a burst in the time that the rate needs for it', () => {
  assert.deepEqual(quotasOf({}), []);
  assert.deepEqual(quotasOf({ requestsPerSecond: 5 }), [
    { name: 'requests', unit: 'requests', limit: 50, span: 10_000 },
  ]);
  assert.deepEqual(quotasOf({ requestsPerSecond: 0.5, burst: 2 }), [
    { name: 'requests', unit: 'requests', limit: 2, span: 4000 },
  ]);
  const names = quotasOf({
    messagesPerMinute: 1,
    messagesPerHour: 1,
    messagesPerDay: 1,
    recipientsPerDay: 1,
    bytesPerDay: 1,
  }).map(({ name }) => name);
  assert.deepEqual(names, [
    'messages-per-minute',
    'messages-per-hour',
    'messages-per-day',
    'recipients-per-day',
    'bytes-per-day',
  ]);
});

test('whatever instances book, spend and let lapse, no span holds more than the limit', () => {
  const step = fc.record({
    instance: fc.nat(3),
    weight: fc.integer({ min: 1, max: 12 }),
    pause: fc.oneof(fc.nat(500), fc.nat(20_000)),
    // An instance that is killed forgets what it holds.
    killed: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), fc.integer({ min: 1, max: 40 }), (steps, limit) => {
      const quotas = quotasOf({ messagesPerMinute: limit });
      let windows: Windows = {};
      const stocks: Stocks[] = [{}, {}, {}, {}];
      const spent: Stocks[] = [{}, {}, {}, {}];
      const uses: { at: number; weight: number }[] = [];
      let time = 1_000_000;
      for (const { instance, weight, pause, killed } of steps) {
        time += pause;
        if (killed) stocks[instance] = spent[instance] = {};
        const need = { messages: weight };
        let held = stocks[instance] ?? {};
        if (!spend(quotas, held, need, time)) {
          const booking = bookFor(
            quotas,
            windows,
            { stocks: held, spent: spent[instance] ?? {} },
            need,
            time,
          );
          if (booking.kind === 'exceeded') continue;
          windows = parseWindows(formatWindows(booking.windows));
          held = booking.stocks;
          spent[instance] = {};
        }
        const taken = spend(quotas, held, need, time);
        assert.ok(taken, 'what was booked can be spent');
        stocks[instance] = taken.rest;
        spent[instance] = putBack(spent[instance] ?? {}, taken.spent);
        uses.push({ at: time, weight });
      }
      for (const { at } of uses) {
        const inSpan = uses.filter((use) => use.at >= at && use.at < at + 60_000);
        assert.ok(inSpan.reduce((sum, use) => sum + use.weight, 0) <= limit);
      }
    }),
    { numRuns: 300 },
  );
});

test('four instances together give exactly as much as the limit, and more when its time is over', async () => {
  const gates = instances(4);
  const limited = submitter({ messagesPerMinute: 30 });
  const flood = async () => {
    const results = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => await gates[i % 4]?.take(limited, { messages: 1 })),
    );
    return results.filter((result) => result?.ok).length;
  };
  assert.equal(await flood(), 30);
  assert.equal(await flood(), 0);
  const refused = await gates[0]?.take(limited, { messages: 1 });
  assert.ok(refused && !refused.ok);
  assert.equal(refused.problem.code, 'quota-exceeded');
  assert.deepEqual(refused.problem.violatedPolicies, ['messages-per-minute']);
  const { retryAfterSeconds = 0 } = refused.problem;
  assert.ok(retryAfterSeconds >= 58 && retryAfterSeconds <= 62, String(retryAfterSeconds));
  now += retryAfterSeconds * 1000;
  assert.equal((await gates[1]?.take(limited, { messages: 1 }))?.ok, true);
});

test('most requests cost no storage request, a flood of refused ones hardly any', async () => {
  const [gate] = instances(1);
  const limited = submitter({ messagesPerDay: 1000, requestsPerSecond: 100 });
  const earlier = tableRequests();
  for (let i = 0; i < 500; i++) {
    assert.equal((await gate?.take(limited, { requests: 1 }))?.ok, true);
    assert.equal((await gate?.take(limited, { messages: 1 }))?.ok, true);
    now += 20;
  }
  const used = tableRequests() - earlier;
  assert.ok(used <= 40, `${used} storage requests for 1000 takes`);

  const tight = { name: 'tight', limits: { messagesPerDay: 1 } };
  await gate?.take(tight, { messages: 1 });
  const sofar = tableRequests();
  for (let i = 0; i < 200; i++) await gate?.take(tight, { messages: 1 });
  assert.ok(tableRequests() - sofar <= 2);
});

test('a submitter without limits costs nothing and has no headers', async () => {
  const [gate] = instances(1);
  const earlier = tableRequests();
  assert.equal((await gate?.take({ name: 'free' }, { requests: 1, messages: 100 }))?.ok, true);
  assert.equal(tableRequests(), earlier);
  assert.deepEqual(gate?.headers({ name: 'free' }), {});
});

test('what is given back can be taken again, and more than all there is never fits', async () => {
  const [gate] = instances(1);
  const limited = submitter({ recipientsPerDay: 10 });
  const all = await gate?.take(limited, { recipients: 10 });
  assert.ok(all?.ok);
  assert.equal((await gate?.take(limited, { recipients: 1 }))?.ok, false);
  all.value.giveBack();
  assert.equal((await gate?.take(limited, { recipients: 10 }))?.ok, true);
  const tooMuch = await gate?.take(limited, { recipients: 11 });
  assert.ok(tooMuch && !tooMuch.ok);
  assert.equal(tooMuch.problem.retryAfterSeconds, undefined);
  assert.match(tooMuch.problem.detail, /Send less in one request/);
});

test('a limit that an administrator changes counts at once, with what was used before', async () => {
  const [gate] = instances(1);
  for (let i = 0; i < 5; i++) await gate?.take(submitter({ messagesPerDay: 5 }), { messages: 1 });
  assert.equal((await gate?.take(submitter({ messagesPerDay: 5 }), { messages: 1 }))?.ok, false);
  assert.equal((await gate?.take(submitter({ messagesPerDay: 6 }), { messages: 1 }))?.ok, true);
  assert.equal((await gate?.take(submitter({ messagesPerDay: 6 }), { messages: 1 }))?.ok, false);
});

test('the headers tell policies and what is left', async () => {
  const [gate] = instances(1);
  const limited = submitter({ messagesPerMinute: 10, bytesPerDay: 1000 });
  await gate?.take(limited, { messages: 3, bytes: 100 });
  const headers = gate?.headers(limited) ?? {};
  assert.equal(
    headers['ratelimit-policy'],
    '"messages-per-minute";q=10;w=60, "bytes-per-day";q=1000;w=86400;qu="content-bytes"',
  );
  assert.match(headers['ratelimit'] ?? '', /^"messages-per-minute";r=7;t=\d+, "bytes-per-day";r=900;t=\d+$/);
});

test('the headers are lists of Structured Fields, whatever the limits and whatever is used', async () => {
  const [gate] = instances(1);
  assert.ok(gate);
  // The widest limits that the register takes, and others.
  const widest = submitterSchema.safeParse({
    name: 'app',
    senders: [],
    limits: {
      requests_per_second: 100_000,
      burst: 1_000_000,
      messages_per_minute: 1_000_000,
      messages_per_hour: 10_000_000,
      messages_per_day: 100_000_000,
      recipients_per_day: 1_000_000_000,
      bytes_per_day: 999_999_999_999_999,
    },
  });
  assert.ok(widest.success);
  const all: readonly (Limits | undefined)[] = [
    widest.data.limits,
    { requestsPerSecond: 3, burst: 10 },
    { requestsPerSecond: 7, burst: 1, bytesPerDay: 1 },
    { messagesPerMinute: 1, messagesPerHour: 7, recipientsPerDay: 13 },
  ];
  for (const [i, limits] of all.entries()) {
    assert.ok(limits);
    const limited = { name: `fields-${i}`, limits };
    for (let used = 0; used < 40; used++) {
      await gate.take(limited, { requests: 1, messages: used % 3, recipients: used, bytes: used * 777 });
      now += 333;
      const { 'ratelimit-policy': policy = '', ratelimit = '' } = gate.headers(limited);
      const policies = parseList(policy);
      const states = parseList(ratelimit);
      assert.deepEqual(
        states.map(({ value }) => value),
        policies.map(({ value }) => value),
      );
      for (const [at, { value, parameters }] of states.entries()) {
        const { parameters: about } = policies[at] ?? assert.fail();
        const [left, seconds, quota, span] = [
          parameters.get('r'),
          parameters.get('t'),
          about.get('q'),
          about.get('w'),
        ].map(Number);
        assert.equal(typeof value, 'string');
        for (const number of [left, seconds, quota, span]) assert.ok(Number.isSafeInteger(number), ratelimit);
        assert.ok(left !== undefined && quota !== undefined && left >= 0 && left <= quota, ratelimit);
        assert.ok(Number(seconds) <= Number(span), `${ratelimit} ${policy}`);
      }
    }
  }
  const more = { name: 'app', senders: [], limits: { bytes_per_day: 1_000_000_000_000_000 } };
  assert.equal(submitterSchema.safeParse(more).success, false, 'more than an integer of RFC 9651 holds');
});

test('bookings of a clock that is hours ahead do not shut others out', () => {
  const quotas = quotasOf({ messagesPerMinute: 10 });
  const [quota] = quotas;
  assert.ok(quota);
  const ahead = bookFor(quotas, {}, none, { messages: 10 }, now + 5 * 3_600_000);
  assert.ok(ahead.kind === 'booked');
  const booking = bookFor(quotas, ahead.windows, none, { messages: 1 }, now);
  assert.equal(booking.kind, 'booked');
  assert.equal(remaining(quota, {}, {}, now).left, 10);
});
