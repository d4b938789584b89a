/** Clocks that are set while messages wait: nobody waits until a clock has caught up, and a wrong one holds no other instance up. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pace, PaceLimits } from '../../shared/pace/pace.ts';
import { demand, onAzurite, type Stage } from './stage.ts';

const setStage = onAzurite();
const hour = 3_600_000;
const limits = { messagesPerMinute: 30 };

/** An instance whose clock is off by so much, and a hand to set it. */
function openWrong(
  stage: Stage,
  of: Partial<PaceLimits>,
  offset: number,
): { pace: Pace; set: (to: number) => void } {
  let off = offset;
  const clock = { now: () => new Date(stage.time.clock.now().getTime() + off) };
  return {
    pace: stage.open(of, stage.time.wait, clock),
    set: (to) => {
      off = to;
    },
  };
}

/** Lets several through. @returns how many went. */
async function burst({ time }: Stage, pace: Pace, count: number, patience: number): Promise<number> {
  const all = Array.from({ length: count }, () => pace.admit(demand(), patience));
  const admissions = await time.during(Promise.all(all));
  return admissions.filter(({ admitted }) => admitted).length;
}

test('who waits for room or a lane when the clock is put back by an hour is answered as soon, and the next goes', async () => {
  for (const kind of [limits, { graphConcurrency: 30 }]) {
    const stage = setStage();
    const { pace, set } = openWrong(stage, kind, hour);
    const first = await stage.time.during(
      Promise.all(Array.from({ length: 30 }, () => pace.admit(demand(), 0))),
    );
    await stage.time.during(stage.time.wait(53_000));
    const start = stage.elapsed();
    const waiting = Promise.all(Array.from({ length: 3 }, () => pace.admit(demand(), 10)));
    await stage.time.during(stage.time.wait(2000));
    set(0);
    for (const { admitted } of await stage.time.during(waiting)) assert.equal(admitted, false);
    for (const admission of first) {
      assert.ok(admission.admitted);
      admission.release();
    }
    assert.equal(await burst(stage, pace, 1, 10), 1);
    assert.ok(stage.elapsed() - start <= 25_000, `${stage.elapsed() - start} ms`);
  }
});

test('who comes after the clock was put back goes at once', async () => {
  const stage = setStage();
  const { pace, set } = openWrong(stage, { ...limits, graphConcurrency: 4 }, hour);
  assert.equal(await burst(stage, pace, 1, 0), 1);
  set(0);
  assert.equal(await burst(stage, pace, 1, 0), 1);
});

test('what an instance booked by a clock an hour ahead does not hold up the others', async () => {
  const stage = setStage();
  const wrong = openWrong(stage, { ...limits, graphConcurrency: 4 }, hour);
  assert.equal(await burst(stage, wrong.pace, 30, 0), 4);
  const right = stage.open({ ...limits, graphConcurrency: 4 });
  assert.equal(await burst(stage, right, 1, 10), 1);
  assert.ok(stage.elapsed() < 10_000);
});

test('nor does it lengthen the line', async () => {
  const stage = setStage();
  const place = { mailbox: 'a@contoso.com', submitter: 's', count: 90, priority: 'normal' as const };
  const wrong = openWrong(stage, limits, hour);
  await wrong.pace.queueUp(place);
  const told = await stage.open(limits).queueUp(place);
  assert.ok(told.getTime() < stage.begin + 240_000, told.toISOString());
  wrong.set(0);
  const then = await wrong.pace.queueUp({ ...place, count: 1 });
  assert.ok(then.getTime() < stage.begin + 400_000, then.toISOString());
});
