import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { startHost } from '../../../../infra/local/host/host.ts';
import { NEVER, resume, type TimerStatus } from '../../../../infra/local/host/timer/monitor.ts';
import { parseSchedule } from '../../../../infra/local/host/timer/schedule.ts';
import { overlap, runs } from '../fixtures/timer/seen.ts';
import { until } from '../until.ts';

test('timers run: each second, at start, past due, without overlap, and remember it in a file', async (t) => {
  const timersDirectory = await mkdtemp(path.join(tmpdir(), 'timers-'));
  t.after(() => rm(timersDirectory, { recursive: true }));
  const missed: TimerStatus = {
    Last: '2024-01-01T00:00:00.000Z',
    Next: '2025-01-01T00:00:00.000Z',
    LastUpdated: '2024-01-01T00:00:00.000Z',
  };
  await writeFile(path.join(timersDirectory, 'yearly.json'), JSON.stringify(missed));
  const host = await startHost({
    appDirectory: path.join(import.meta.dirname, '../fixtures/timer'),
    port: 0,
    timersDirectory,
    log: () => {},
    settings: { TICK: '* * * * * *' },
  });
  t.after(() => host.stop());
  await until(() => runs.tick.length >= 2 && runs.slow.length >= 3, 'the quick timers have run');

  assert.equal(runs.tick[0]?.isPastDue, false);
  assert.equal(runs.tick[0]?.scheduleStatus, null, 'a timer quicker than a minute is not monitored');
  assert.equal(overlap.most, 1);

  assert.equal(runs.atStart.length, 1);
  assert.equal(runs.atStart[0]?.isPastDue, false);
  assert.deepEqual(runs.atStart[0]?.schedule, { adjustForDST: true });

  assert.equal(runs.yearly.length, 1);
  assert.equal(runs.yearly[0]?.isPastDue, true);
  assert.equal(runs.yearly[0]?.scheduleStatus?.next, missed.Next);

  assert.equal((await fetch(`${host.url}/admin/functions/yearly`, { method: 'POST' })).status, 202);
  await until(() => runs.yearly.length === 2, 'the yearly timer has run by hand');
  assert.equal(runs.yearly[1]?.isPastDue, false);
  assert.equal((await fetch(`${host.url}/admin/functions/nothing`, { method: 'POST' })).status, 404);

  await host.stop();
  const kept: TimerStatus = JSON.parse(await readFile(path.join(timersDirectory, 'yearly.json'), 'utf8'));
  assert.ok(new Date(kept.Next) > new Date());
  assert.match(kept.Next, /-01-01T00:00:00\.000Z$/);
  const { length } = runs.slow;
  await new Promise((resolve) => {
    setTimeout(resolve, 150);
  });
  assert.equal(runs.slow.length, length, 'a stopped host runs no timer');
});

test('schedules: six fields, five fields, both days must match, zones, spans', () => {
  assert.equal(nextRun('30 */5 * * * *', '2026-11-20T10:00:00Z'), '2026-11-20T10:00:30.000Z');
  assert.equal(nextRun('*/15 * * * *', '2026-11-20T10:01:00Z'), '2026-11-20T10:15:00.000Z');
  // Friday the 13th, not every Friday and every 13th.
  assert.equal(nextRun('0 0 0 13 * 5', '2026-01-01T00:00:00Z'), '2026-02-13T00:00:00.000Z');
  assert.equal(nextRun('0 0 9 * * *', '2026-07-01T00:00:00Z', 'Europe/Berlin'), '2026-07-01T07:00:00.000Z');
  assert.equal(nextRun('1.00:00:05', '2026-01-01T00:00:00Z'), '2026-01-02T00:00:05.000Z');
  assert.throws(() => parseSchedule('every day', 'UTC'), /'every day' was not recognized/);
});

test('a schedule quicker than a minute is known as such', () => {
  assert.equal(parseSchedule('*/30 * * * * *', 'UTC').subMinute, true);
  assert.equal(parseSchedule('0 * * * * *', 'UTC').subMinute, false);
  assert.equal(parseSchedule('00:00:59', 'UTC').subMinute, true);
});

test('a status is resumed when the schedule is the same, and begun afresh when it changed', () => {
  const hourly = parseSchedule('0 0 * * * *', 'UTC');
  const now = new Date('2026-11-20T10:30:00Z');
  const kept = { Last: '2026-11-20T09:00:00.000Z', Next: '2026-11-20T10:00:00.000Z', LastUpdated: '' };
  assert.deepEqual(resume(kept, hourly, now), { status: kept, pastDue: true });
  assert.equal(resume(kept, hourly, new Date('2026-11-20T09:30:00Z')).pastDue, false);
  const fresh = resume(kept, parseSchedule('0 30 * * * *', 'UTC'), now);
  assert.deepEqual(fresh, {
    status: { Last: NEVER, Next: '2026-11-20T11:30:00.000Z', LastUpdated: now.toISOString() },
    pastDue: false,
  });
  const never = { Last: NEVER, Next: '2026-11-20T10:00:00.000Z', LastUpdated: '2026-11-20T09:10:00.000Z' };
  assert.equal(resume(never, hourly, now).pastDue, true);
});

function nextRun(schedule: string, after: string, zone = 'UTC'): string {
  return parseSchedule(schedule, zone).next(new Date(after)).toISOString();
}
