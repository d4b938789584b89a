/**
 * Sending later, and taking back what has not been sent.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startWorld, type World } from './world.ts';

let world: World;
before(async () => {
  world = await startWorld({
    POSTRIDER_RETRY_SCHEDULE: '1h',
    POSTRIDER_MAILBOX_MESSAGES_PER_MINUTE: '0',
  });
});
after(() => world.stop());

/** Waits until doorbells that ring in so many seconds have rung, and have been answered. */
const untilRung = (seconds: number) => sleep(seconds * 1000 + 1500);
const cancel = (id: string) => world.request('POST', `/emails/${id}/cancel`);
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

test('a scheduled message waits for its time and is sent then', async () => {
  const due = inSeconds(5);
  const { json, status } = await world.submit({ subject: 'Later', scheduled_at: due });
  assert.equal(status, 202);
  const waiting = (await world.request('GET', `/emails/${json.id}`)).json;
  assert.equal(waiting.status, 'accepted');
  assert.equal(waiting.scheduled_at, due);
  assert.equal((await world.mails('Later')).length, 0);
  const sent = await world.settled(json.id);
  assert.equal(sent.status, 'relayed');
  const sending = sent.events.find(({ event }) => event === 'sending');
  // The queue may ring up to two seconds early, to allow for clocks that differ.
  assert.ok(new Date(sending?.at ?? 0).getTime() >= new Date(due).getTime() - 2000);
  assert.equal((await world.mails('Later')).length, 1);
});

test('a time that has passed means at once', async () => {
  const { json } = await world.submit({ subject: 'Past', scheduledAt: '2020-01-01T00:00+01:00' });
  const sent = await world.settled(json.id);
  assert.equal(sent.status, 'relayed');
  assert.equal(sent.scheduled_at, undefined);
});

test('a time that is none, or too far ahead, is refused', async () => {
  for (const wrong of [
    'soon',
    'yesterday',
    'tomorrow at 25:00',
    '2026-11-21',
    '2026-11-21T08:00:00',
    '2026-13-01T00:00:00Z',
    5,
    inSeconds(31 * 86_400),
  ]) {
    const answer = await world.submit({ scheduled_at: wrong });
    assert.equal(answer.status, 422, String(wrong));
    assert.equal(answer.json.errors[0].pointer, '#/scheduled_at');
  }
  assert.equal((await world.submit({ scheduled_at: inSeconds(29 * 86_400) })).status, 202);
});

test('a message that waits can be cancelled, and is not sent', async () => {
  const attachments = [{ filename: 'a.bin', content: Buffer.alloc(900_000).toString('base64') }];
  const { json } = await world.submit({ subject: 'Taken back', scheduled_at: inSeconds(5), attachments });
  const { blobs } = await world.stored();
  const answer = await cancel(json.id);
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.json, { object: 'email', id: json.id });
  assert.equal((await cancel(json.id)).status, 200, 'asking again is no fault');
  assert.equal((await world.stored()).blobs, blobs - 1);
  await untilRung(5);
  const status = (await world.request('GET', `/emails/${json.id}`)).json;
  assert.equal(status.status, 'cancelled');
  assert.equal((await world.mails('Taken back')).length, 0);
});

test("what was sent, is somebody else's or never was, cannot", async () => {
  const { json } = await world.submit({ subject: 'Gone' });
  await world.settled(json.id);
  const late = await cancel(json.id);
  assert.equal(late.status, 409);
  assert.equal(late.json.code, 'not-cancellable');
  assert.match(late.json.detail, /is relayed/);
  assert.equal((await cancel('01kah000000000000000000000')).status, 404);
  assert.equal((await world.request('GET', `/emails/${json.id}/cancel`)).status, 405);
  assert.equal(
    (await world.request('POST', `/emails/${json.id}/cancel`, undefined, { authorization: undefined }))
      .status,
    401,
  );
});

test('of a cancel and a send at the same time one wins', async () => {
  for (let round = 0; round < 12; round++) {
    const subject = `Race ${round}`;
    const { json } = await world.submit({ subject });
    await sleep(round * 15);
    const answer = await cancel(json.id);
    const { status } = await world.settled(json.id);
    assert.equal(status, answer.status === 200 ? 'cancelled' : 'relayed');
    assert.equal((await world.mails(subject)).length, answer.status === 200 ? 0 : 1);
  }
});

const reschedule = (id: string, body: unknown) => world.request('PATCH', `/emails/${id}`, body);

test('a message that waits can be sent sooner, or later', async () => {
  const later = await world.submit({ subject: 'Put off', scheduled_at: inSeconds(4) });
  const sooner = await world.submit({ subject: 'Brought forward', scheduled_at: inSeconds(86_400) });
  const at = inSeconds(3600);
  const answer = await reschedule(later.json.id, { scheduled_at: at });
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.json, { object: 'email', id: later.json.id });
  const soon = inSeconds(2);
  assert.equal((await reschedule(sooner.json.id, { scheduledAt: soon })).status, 200);
  const sent = await world.settled(sooner.json.id);
  assert.equal(sent.status, 'relayed');
  assert.equal(sent.scheduled_at, soon);
  assert.deepEqual(
    sent.events.map(({ event }) => event),
    ['accepted', 'rescheduled', 'sending', 'relayed'],
  );
  await untilRung(4);
  const waiting = (await world.request('GET', `/emails/${later.json.id}`)).json;
  assert.equal(waiting.status, 'accepted');
  assert.equal(waiting.scheduled_at, at);
  assert.equal(Date.parse(waiting.expires_at) - Date.parse(at), 86_400_000, 'its lifetime moved along');
  assert.equal((await world.mails('Put off')).length, 0);
  assert.equal((await reschedule(later.json.id, { scheduled_at: '2020-01-01T00:00:00Z' })).status, 200);
  assert.equal(
    (await world.settled(later.json.id)).status,
    'relayed',
    'a time that has passed means at once',
  );
  for (const subject of ['Put off', 'Brought forward']) {
    assert.equal((await world.mails(subject)).length, 1, subject);
  }
});

test('what is wrong with a new time is said', async () => {
  const { json } = await world.submit({ scheduled_at: inSeconds(3600) });
  const cases: readonly (readonly [unknown, string])[] = [
    [{}, '#/scheduled_at'],
    [{ scheduled_at: 'soon' }, '#/scheduled_at'],
    [{ scheduled_at: 5 }, '#/scheduled_at'],
    [{ scheduled_at: inSeconds(31 * 86_400) }, '#/scheduled_at'],
    [{ scheduled_at: inSeconds(60), subject: 'Another' }, '#'],
    [[], '#'],
    ['"text"', '#'],
  ];
  for (const [body, pointer] of cases) {
    const answer = await reschedule(json.id, body);
    assert.equal(answer.status, 422, JSON.stringify(body));
    assert.equal(answer.json.errors[0].pointer, pointer, JSON.stringify(body));
    assert.doesNotMatch(answer.text, /Invalid input|Unrecognized/);
  }
  assert.equal((await reschedule(json.id, '{')).status, 400);
  assert.equal((await reschedule(json.id, { scheduled_at: inSeconds(29 * 86_400) })).status, 200);
});

test("what was sent, cancelled, somebody else's or never was, cannot be rescheduled", async () => {
  const body = { scheduled_at: inSeconds(60) };
  const { json } = await world.submit({ subject: 'Sent already' });
  await world.settled(json.id);
  const late = await reschedule(json.id, body);
  assert.equal(late.status, 409);
  assert.equal(late.json.code, 'not-reschedulable');
  const cancelled = (await world.submit({ scheduled_at: inSeconds(60) })).json.id as string;
  await cancel(cancelled);
  assert.equal((await reschedule(cancelled, body)).status, 409);
  assert.equal((await reschedule('01kah000000000000000000000', body)).status, 404);
  const stranger = await world.request('PATCH', `/emails/${json.id}`, body, { authorization: undefined });
  assert.equal(stranger.status, 401);
  const put = await world.request('PUT', `/emails/${json.id}`, body);
  assert.equal(put.status, 405);
  assert.equal(put.headers.get('allow'), 'GET, PATCH');
});

test('of a reschedule and a send at the same time one wins', async () => {
  const won: string[] = [];
  for (let round = 0; round < 12; round++) {
    const subject = `Other race ${round}`;
    const { json } = await world.submit({ subject });
    await sleep(round * 15);
    const answer = await reschedule(json.id, { scheduled_at: inSeconds(3600) });
    if (answer.status === 200) {
      won.push(subject);
      assert.equal((await world.request('GET', `/emails/${json.id}`)).json.status, 'accepted');
    } else {
      assert.equal(answer.json.code, 'not-reschedulable');
      assert.equal((await world.settled(json.id)).status, 'relayed');
      assert.equal((await world.mails(subject)).length, 1);
    }
  }
  await untilRung(0);
  for (const subject of won) assert.equal((await world.mails(subject)).length, 0, subject);
});

// The last test, because Graph's wish to be left alone is heeded for all messages.
test('a deferred message can be rescheduled, and cancelled', async () => {
  world.microsoft365.faults.graph.add({ kind: 'status', status: 503, retryAfter: '600' });
  const { json } = await world.submit({ subject: 'Deferred' });
  assert.equal((await world.settled(json.id)).status, 'deferred');
  const at = inSeconds(3600);
  assert.equal((await reschedule(json.id, { scheduled_at: at })).status, 200);
  const waiting = (await world.request('GET', `/emails/${json.id}`)).json;
  assert.equal(waiting.status, 'accepted');
  assert.equal(waiting.scheduled_at, at);
  assert.equal((await cancel(json.id)).status, 200);
});
