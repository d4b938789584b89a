/** Never more in flight than lanes, whoever dies, sleeps or hurries. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pace } from '../../shared/pace/pace.ts';
import { demand, onAzurite, type Stage } from './stage.ts';

const setStage = onAzurite();

interface Load {
  most: number;
  sent: number;
}

/** Eight senders in each instance work a common backlog off; each message takes 150 ms. */
async function send(stage: Stage, paces: readonly Pace[], backlog: number): Promise<Load> {
  const load: Load = { most: 0, sent: 0 };
  let left = backlog;
  let inFlight = 0;
  const sender = async (pace: Pace) => {
    while (left > 0) {
      const admission = await pace.admit(demand(), 10);
      if (!admission.admitted) {
        await stage.time.wait(Math.max(1, admission.until.getTime() - stage.time.clock.now().getTime()));
        continue;
      }
      left--;
      inFlight++;
      load.most = Math.max(load.most, inFlight);
      await stage.time.wait(150);
      inFlight--;
      load.sent++;
      admission.release();
    }
  };
  await stage.time.during(
    Promise.all(paces.flatMap((pace) => Array.from({ length: 8 }, () => sender(pace)))),
  );
  return load;
}

test('six instances have four messages in flight, three instances 24 a second', async () => {
  for (const [instances, rate] of [
    [6, 20],
    [3, 24],
  ] as const) {
    const stage = setStage();
    const paces = Array.from({ length: instances }, () => stage.open({ graphConcurrency: 4 }));
    const load = await send(stage, paces, 800);
    const perSecond = load.sent / (stage.elapsed() / 1000);
    const each = stage.requests() / load.sent;
    assert.equal(load.most, 4);
    assert.ok(perSecond >= rate, `${perSecond} a second with ${instances} instances`);
    assert.ok(each <= 0.05 * instances, `${each} requests a message with ${instances} instances`);
    await stage.time.during(Promise.all(paces.map((pace) => pace.close())));
  }
});

test('the lanes of a process that died are free when their leases are over, not before', async () => {
  const stage = setStage();
  const dead = stage.open({ graphConcurrency: 2 });
  // Frozen as it was: virtual time stands still, so nothing is renewed.
  const held = await Promise.all([1, 2].map(() => dead.admit(demand(), 5)));
  assert.ok(held.every(({ admitted }) => admitted));
  await stage.time.during(dead.close());
  const next = stage.open({ graphConcurrency: 2 });
  const early = await stage.time.during(next.admit(demand(), 5));
  assert.ok(!early.admitted && /in flight/.test(early.reason));
  const late = await stage.time.during(next.admit(demand(), 20));
  assert.ok(late.admitted);
  assert.ok(stage.elapsed() >= 8000 && stage.elapsed() <= 20_000, `${stage.elapsed()} ms`);
});

test('a process that slept through its lease does not use the lane', async () => {
  const stage = setStage();
  const sleeper = setStageAside(stage);
  const first = await sleeper.pace.admit(demand(), 5);
  assert.ok(first.admitted);
  first.release();
  sleeper.sleep();
  await stage.time.during(stage.time.wait(30_000));
  const next = stage.open({ graphConcurrency: 1 });
  const taken = await stage.time.during(next.admit(demand(), 5));
  assert.ok(taken.admitted);
  sleeper.wake();
  const again = await stage.time.during(sleeper.pace.admit(demand(), 3));
  assert.ok(!again.admitted);
  taken.release();
});

/** An instance whose timers can be stopped, as SIGSTOP does. */
function setStageAside(stage: Stage) {
  let gate = Promise.resolve();
  let open: (() => void) | undefined;
  const wait = async (ms: number) => {
    await stage.time.wait(ms);
    await gate;
  };
  return {
    pace: stage.open({ graphConcurrency: 1 }, wait),
    sleep() {
      gate = new Promise((resolve) => {
        open = resolve;
      });
    },
    wake: () => open?.(),
  };
}

test('a process without a lane gets one from a busy process that has them all', async () => {
  const stage = setStage();
  const [busy, late] = [stage.open({ graphConcurrency: 4 }), stage.open({ graphConcurrency: 4 })];
  const load = send(stage, [busy], 800);
  await stage.time.during(stage.time.wait(2000));
  const admission = await stage.time.during(late.admit(demand(), 12));
  assert.ok(admission.admitted);
  admission.release();
  assert.ok((await load).sent >= 800);
  assert.ok(stage.elapsed() > 15_000, 'the busy one was still busy');
});

test('the lanes that a burst needed are free for others soon after it', async () => {
  const stage = setStage();
  const [burst, other] = [stage.open({ graphConcurrency: 4 }), stage.open({ graphConcurrency: 4 })];
  await send(stage, [burst], 40);
  await stage.time.during(stage.time.wait(1000));
  const admissions = await stage.time.during(
    Promise.all(Array.from({ length: 3 }, () => other.admit(demand(), 1))),
  );
  assert.ok(admissions.every(({ admitted }) => admitted));
});

test('a quiet process asks for a lane once in 15 seconds', async () => {
  const stage = setStage();
  const pace = stage.open({ graphConcurrency: 4 });
  const mail = async () => {
    const admission = await pace.admit(demand(), 5);
    assert.ok(admission.admitted);
    admission.release();
  };
  await stage.time.during(mail());
  const before = stage.requests();
  for (let i = 0; i < 12; i++) {
    await stage.time.during(stage.time.wait(4000));
    await stage.time.during(mail());
  }
  assert.ok(stage.requests() - before <= 4, `${stage.requests() - before} requests in 48 s`);
});

test('SMTP has lanes for each mailbox', async () => {
  const stage = setStage();
  const pace = stage.open({ smtpConcurrency: 1 });
  const smtp = (mailbox: string) => pace.admit(demand({ transport: 'smtp', mailbox }), 0.2);
  assert.ok((await stage.time.during(smtp('a@contoso.com'))).admitted);
  assert.ok((await stage.time.during(smtp('b@contoso.com'))).admitted);
  assert.ok(!(await stage.time.during(smtp('a@contoso.com'))).admitted);
});

test('what was closed is free at once', async () => {
  const stage = setStage();
  const [one, other] = [stage.open({ graphConcurrency: 1 }), stage.open({ graphConcurrency: 1 })];
  const admission = await stage.time.during(one.admit(demand(), 1));
  assert.ok(admission.admitted);
  admission.release();
  await stage.time.during(one.close());
  assert.ok((await stage.time.during(other.admit(demand(), 0))).admitted);
});
