/** What is remembered of hooks that are gone. Rows have the time of storage, so that the pass is told a time a day from now. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clearStrays } from '../../shared/sense/strays.ts';
import { openAlertLedger } from '../../shared/sense/ledger.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { alertmanager, onStage, submitter, type Stage } from './stage.ts';

const set = onStage();
const hour = 3_600_000;

const ledgerOf = (stage: Stage) => openAlertLedger(stage.storage.table(storageNames.alerts));
const inADay = () => new Date(Date.now() + 25 * hour);

test('what is remembered of a hook goes a day after the hook, and of no other', async () => {
  const stage = set();
  const bridge = stage.open();
  const [gone, anew, changed, stays] = [
    await stage.register({ name: 'gone', remindEvery: 60, expectEvery: 3600 }),
    await stage.register({ name: 'anew', remindEvery: 60 }),
    await stage.register({ name: 'changed', remindEvery: 60, expectEvery: 3600 }),
    await stage.register({ name: 'stays', remindEvery: 60, expectEvery: 3600 }),
  ];
  for (const hook of [gone, anew, changed, stays]) await stage.call(bridge, hook, alertmanager('Lasting'));
  stage.now += hour / 60;
  await bridge.watchHooks();
  await stage.access.hooks.remove('gone');
  await stage.register({ name: 'anew', submitter: 'other', remindEvery: 60 });
  await stage.register({ name: 'changed' });
  const all = await stage.rows();
  await bridge.keepHouse();
  assert.deepEqual(await stage.rows(), all, 'not yet');
  stage.now = inADay().getTime();
  const reports = await Promise.all([stage.open(), stage.open()].map((one) => one.keepHouse()));
  assert.equal(
    reports.reduce((sum, { hooks }) => sum + hooks, 0),
    5,
  );
  const left = await stage.rows();
  assert.deepEqual(left.filter((row) => !row.includes('stays')).toSorted(), []);
  assert.equal(left.length, all.length - 5);
  await stage.forget();
});

test('a pass removes 500 rows at most, and the next ones the others', async () => {
  const stage = set();
  const ledger = ledgerOf(stage);
  for (const [name, count] of [
    ['a', 300],
    ['b', 340],
  ] as const) {
    for (let i = 0; i < count; i += 20) {
      const rows = Array.from({ length: 20 }, (_, j) => ({ row: `r${i + j}`, state: '{}' }));
      assert.ok(await ledger.together(`open-${name}.${submitter.name}`, rows, []));
    }
  }
  assert.equal(await clearStrays(ledger, [], inADay()), 500);
  assert.equal(await clearStrays(ledger, [], inADay()), 140);
  assert.equal(await clearStrays(ledger, [], inADay()), 0);
  assert.deepEqual(await stage.rows(), []);
});

const photo = (name: string) => {
  const form = new FormData();
  form.append('title', `Movement ${name}`);
  form.append('photo', new Blob([Buffer.alloc(100)], { type: 'image/jpeg' }), `${name}.jpg`);
  return new Response(form);
};

test('of the files that wait, those go that no digest knows of', async () => {
  const stage = set();
  const hook = await stage.register({ name: 'camera', storm: { after: 1, within: 3600 } });
  const bridge = stage.open();
  for (const name of ['first', 'second']) {
    const request = photo(name);
    const type = request.headers.get('content-type') ?? '';
    await stage.call(bridge, hook, new Uint8Array(await request.arrayBuffer()), { 'content-type': type });
  }
  const [known, ...more] = await stage.rows('files-camera');
  assert.ok(known);
  assert.deepEqual(more, []);
  const ledger = ledgerOf(stage);
  await ledger.keepFile('files-camera.app', 'late-0-3', Buffer.from('jpg'));
  await ledger.keepFile('files-gone.app', 'late-0-3', Buffer.from('jpg'));
  assert.equal(await clearStrays(ledger, [hook], inADay()), 2);
  assert.deepEqual(await stage.rows('files-'), [known]);
});
