/** Several instances keep one pace. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pace } from '../../shared/pace/pace.ts';
import { busiestMinute, demand, onAzurite, type Stage } from './stage.ts';

const setStage = onAzurite();
const minute = 60_000;

/** Works a backlog off as hosts do: messages that wait for their time in a queue, 16 at once in each instance. */
async function workOff(
  { time, elapsed }: Stage,
  paces: readonly Pace[],
  backlog: number[],
  end: number,
): Promise<{ sent: number[]; refused: number }> {
  const sent: number[] = [];
  let refused = 0;
  const host = async (pace: Pace, n: number) => {
    let active = 0;
    const turn = async () => {
      active++;
      const admission = await pace.admit(demand(), 15);
      if (admission.admitted) {
        sent.push(elapsed());
        admission.release();
      } else {
        refused++;
        backlog.unshift(admission.until.getTime());
      }
      active--;
    };
    await time.wait(n * 237);
    while (elapsed() < end) {
      const now = time.clock.now().getTime();
      const due = backlog.flatMap((at, i) => (at <= now ? [i] : []));
      for (const i of due.toReversed().slice(0, 16 - active)) {
        backlog.splice(i, 1);
        void turn();
      }
      await time.wait(active > 0 ? 250 : 1000);
    }
  };
  await time.during(Promise.all(paces.map((pace, n) => host(pace, n))));
  return { sent: sent.filter((at) => at < end), refused };
}

for (const [name, spread] of [
  ['as the line says', true],
  ['all at once', false],
] as const) {
  test(`a busy hour of four instances, messages coming ${name}: the limit, 95 % of it, one request each`, async () => {
    const stage = setStage();
    const paces = Array.from({ length: 4 }, () => stage.open({ messagesPerMinute: 30 }));
    const place = { mailbox: demand().mailbox, submitter: 's', count: 1, priority: 'normal' as const };
    const backlog: number[] = [];
    for (let i = 0; i < 2000; i++) {
      const due = spread ? await paces[i % 4]?.queueUp(place) : undefined;
      backlog.push(due?.getTime() ?? stage.begin);
    }
    const before = stage.requests();
    const { sent, refused } = await workOff(stage, paces, backlog, 60 * minute);
    const most = busiestMinute(sent);
    // Who is refused and comes back costs a read, a put and a delete.
    const comingBack = spread ? 3 * refused : 0;
    const each = (stage.requests() - before + comingBack) / sent.length;
    assert.ok(most <= 31, `${most} in a minute`);
    assert.ok(sent.length >= 0.95 * 30 * 60, `${sent.length} in an hour`);
    assert.ok(each <= 1, `${each} requests a message`);
  });
}

test('after an idle time a burst goes at once; the rest is told when to come back', async () => {
  const stage = setStage();
  const pace = stage.open({ messagesPerMinute: 30 });
  const burst = () =>
    stage.time.during(Promise.all(Array.from({ length: 33 }, () => pace.admit(demand(), 5))));
  for (const start of [0, 10 * minute]) {
    await stage.time.during(stage.time.wait(start - stage.elapsed()));
    const admissions = await burst();
    assert.equal(admissions.filter(({ admitted }) => admitted).length, 30);
    assert.ok(stage.elapsed() - start < 100);
    for (const admission of admissions.slice(30)) {
      assert.ok(!admission.admitted);
      assert.ok(admission.until.getTime() >= stage.begin + start + minute);
      assert.match(admission.reason, /30 messages a minute/);
    }
  }
});

test('high overtakes the backlog of other instances', async () => {
  const stage = setStage();
  const paces = Array.from({ length: 4 }, () => stage.open({ messagesPerMinute: 30 }));
  const backlog = Array.from({ length: 300 }, () => stage.begin);
  const waits: number[] = [];
  const alarms = async () => {
    for (let i = 0; i < 20; i++) {
      await stage.time.wait(13_000);
      const asked = stage.elapsed();
      const admission = await paces[i % 4]?.admit(demand({ priority: 'high' }), 12);
      if (admission?.admitted) waits.push(stage.elapsed() - asked);
    }
  };
  const [, { sent }] = await Promise.all([alarms(), workOff(stage, paces, backlog, 6 * minute)]);
  // Right after the burst there is nothing to overtake: the window is full for a minute.
  assert.ok(waits.length >= 15, `${waits.length} of 20 alarms`);
  assert.ok(sent.length > 100);
});

test('who sends a mail now and then books a few at once', async () => {
  const stage = setStage();
  const pace = stage.open({ messagesPerMinute: 30, recipientsPerDay: 10_000 });
  const mails = 60;
  await stage.time.during(
    (async () => {
      for (let i = 0; i < mails; i++) {
        assert.ok((await pace.admit(demand(), 5)).admitted);
        await stage.time.wait(7000);
      }
    })(),
  );
  assert.ok(stage.requests() <= mails / 3 + 5, `${stage.requests()} requests`);
});

test('a large limit costs next to nothing, no limit nothing', async () => {
  const stage = setStage();
  const large = stage.open({ messagesPerMinute: 100_000 });
  for (let i = 0; i < 500; i++) assert.ok((await large.admit(demand(), 5)).admitted);
  assert.ok(stage.requests() <= 8, `${stage.requests()} requests`);
  const before = stage.requests();
  const unlimited = stage.open({});
  assert.ok((await unlimited.admit(demand(), 0)).admitted);
  await unlimited.queueUp({ mailbox: 'a@contoso.com', submitter: 's', count: 5, priority: 'low' });
  assert.equal(stage.requests(), before);
});

test('recipients, bytes and the tenant have limits of their own', async () => {
  const stage = setStage();
  const limits = { recipientsPerDay: 100, uploadBytesPer5Minutes: 10_000, externalRecipientsPerDay: 50 };
  const [one, other] = [stage.open(limits), stage.open(limits)];
  const ask = (pace: Pace, more: Parameters<typeof demand>[0]) =>
    stage.time.during(pace.admit(demand({ bytes: 1, ...more }), 5));

  assert.ok((await ask(one, { recipients: 60 })).admitted);
  assert.ok((await ask(other, { recipients: 40 })).admitted);
  const third = await ask(other, { recipients: 20 });
  assert.ok(!third.admitted && /100 recipients/.test(third.reason));
  assert.ok(third.until.getTime() > stage.begin + 24 * 3_600_000);

  assert.ok((await ask(one, { mailbox: 'b@contoso.com', bytes: 9000 })).admitted);
  const large = await ask(other, { mailbox: 'b@contoso.com', bytes: 9000 });
  assert.ok(!large.admitted && /10000 bytes/.test(large.reason));
  assert.ok((await ask(other, { mailbox: 'b@contoso.com', bytes: 9000, transport: 'smtp' })).admitted);

  assert.ok((await ask(one, { mailbox: 'c@contoso.com', external: 50, recipients: 50 })).admitted);
  const abroad = await ask(other, { mailbox: 'd@contoso.com', external: 1 });
  assert.ok(!abroad.admitted && /50 external/.test(abroad.reason));
  assert.ok((await ask(other, { mailbox: 'd@contoso.com' })).admitted, 'internal mail goes on');
});

test('slowing down is seen by instances that come later, and by their own transport only', async () => {
  const stage = setStage();
  const [one, other] = [stage.open({ messagesPerMinute: 30 }), stage.open({ messagesPerMinute: 30 })];
  assert.ok((await one.admit(demand(), 0)).admitted);
  const until = new Date(stage.begin + 20_000);
  await one.slowDown(demand().mailbox, 'graph', until);
  for (const pace of [one, other]) {
    const refused = await stage.time.during(pace.admit(demand(), 5));
    assert.ok(!refused.admitted && refused.until.getTime() === until.getTime());
    assert.match(refused.reason, /slowly/);
    assert.ok((await stage.time.during(pace.admit(demand({ transport: 'smtp' }), 5))).admitted);
  }
  assert.ok((await stage.time.during(other.admit(demand(), 30))).admitted);
  assert.ok(stage.elapsed() >= 20_000);
});

test('what an instance booked and did not use does not hold the others up for longer than the window', async () => {
  const stage = setStage();
  const lost = stage.open({ messagesPerMinute: 30 });
  assert.ok((await lost.admit(demand(), 0)).admitted);
  const next = stage.open({ messagesPerMinute: 30 });
  await stage.time.during(stage.time.wait(2 * minute));
  const burst = await stage.time.during(
    Promise.all(Array.from({ length: 30 }, () => next.admit(demand(), 0))),
  );
  assert.ok(burst.every(({ admitted }) => admitted));
});

test('what a process booked and did not use is given back with its next write', async () => {
  const stage = setStage();
  const pace = stage.open({ messagesPerMinute: 30 });
  assert.ok((await pace.admit(demand(), 0)).admitted);
  await stage.time.during(stage.time.wait(26_000));
  const burst = await stage.time.during(
    Promise.all(Array.from({ length: 30 }, () => pace.admit(demand(), 0))),
  );
  assert.equal(burst.filter(({ admitted }) => admitted).length, 29);
});

test('of those who wait in one process, high goes first', async () => {
  const stage = setStage();
  const pace = stage.open({ messagesPerMinute: 30 });
  await stage.time.during(Promise.all(Array.from({ length: 30 }, () => pace.admit(demand(), 0))));
  await stage.time.during(stage.time.wait(55_000));
  const order: string[] = [];
  const ask = async (priority: 'high' | 'normal') => {
    if ((await pace.admit(demand({ priority }), 12)).admitted) order.push(priority);
  };
  await stage.time.during(Promise.all([ask('normal'), ask('normal'), ask('high')]));
  assert.deepEqual(order, ['high', 'normal', 'normal']);
});
