/** Files of alerts that are held in a storm. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hook } from '../../shared/access/hook.ts';
import { alertmanager, dying, onStage, submitter, type Stage } from './stage.ts';

const set = onStage();
const minute = 60_000;
const storm = { after: 0, within: 300 };

/** Bytes that nobody takes for text. */
const photo = (kib: number, seed = 0) => {
  const bytes = Buffer.alloc(kib * 1024, seed);
  bytes.set([0xff, 0xd8, 0xff, 0xe0, seed]);
  return bytes;
};

const post = (stage: Stage, hook: Hook, name: string, kib: number, storage = stage.storage) =>
  stage.call(stage.open(storage), hook, photo(kib), {
    'content-type': 'image/jpeg',
    filename: name,
    title: 'Somebody is at the door',
    'webhook-id': name,
  });

/** A hook in a storm that holds everything. */
async function stormy(stage: Stage, name: string): Promise<Hook> {
  const hook = await stage.register({ name, storm });
  await stage.call(stage.open(), hook, alertmanager(name, { severity: 'critical' }));
  return hook;
}

async function digestOf(stage: Stage, hook: Hook) {
  stage.now += 6 * minute;
  await stage.open().watchHooks();
  return (await stage.mails(hook))[1] ?? assert.fail('no digest');
}

test('files of held alerts come with the digest, and nothing of them is left then', async () => {
  const stage = set();
  const hook = await stormy(stage, 'photos');
  assert.equal((await post(stage, hook, 'one.jpg', 100)).kind, 'held');
  assert.equal((await post(stage, hook, 'two.jpg', 650)).kind, 'held');
  const { files, text } = await digestOf(stage, hook);
  assert.deepEqual(files, ['one.jpg 102400', 'two.jpg 665600']);
  assert.doesNotMatch(text, /not attached/);
  assert.deepEqual(await stage.rows('files-'), []);
});

test('what is too large, or too much, is left out by name', async () => {
  const stage = set();
  const hook = await stormy(stage, 'large');
  await post(stage, hook, 'huge.jpg', 701);
  for (let i = 0; i < 4; i++) await post(stage, hook, `big-${i}.jpg`, 600);
  for (let i = 0; i < 12; i++) await post(stage, hook, `small-${i}.jpg`, 1);
  const { files, text } = await digestOf(stage, hook);
  assert.equal(files.length, 10);
  assert.ok(files.includes('big-2.jpg 614400') && !files.some((file) => file.startsWith('big-3')));
  const flat = text.replaceAll(/\s+/g, ' ');
  assert.match(
    flat,
    /7 files that came with these alerts are not attached: .*huge\.jpg \(701 KiB\).*Of alerts that are held, 10 files are kept, of 700 KiB each and 2 MiB together\./,
  );
  assert.match(flat, /big-3\.jpg \(no room\)/);
});

test('a digest whose files may not be sent is sent without them, and says why', async () => {
  const stage = set();
  await stage.access.submitters.put({ ...submitter, name: 'strict', policy: { attachments: { max: 0 } } });
  const hook = await stage.register({ name: 'strict', storm, submitter: 'strict' });
  await stage.call(stage.open(), hook, { title: 'First', severity: 'critical' });
  await post(stage, hook, 'one.jpg', 10);
  stage.now += 6 * minute;
  await stage.open().watchHooks();
  const digest = (await stage.mails(hook)).find(({ subject }) => subject.includes('1 alert'));
  assert.deepEqual(digest?.files, []);
  assert.match(
    digest.text.replaceAll(/\s+/g, ' '),
    /1 file that came with these alerts is not attached\. .*none are allowed/,
  );
  assert.deepEqual(await stage.rows('files-'), []);
});

test('wherever an instance dies in a call with a file, its repetition keeps the file once', async () => {
  const stage = set();
  let points = 0;
  for (const phase of ['before', 'after'] as const) {
    for (let requests = 0; ; requests++) {
      assert.ok(requests < 20, 'a call takes few requests');
      await stage.forget();
      const hook = await stormy(stage, `dies-${phase}-${requests}`);
      const storage = dying(stage.storage, requests, phase);
      await post(stage, hook, 'one.jpg', 100, storage).catch(() => undefined);
      await post(stage, hook, 'one.jpg', 100);
      const { files, subject } = await digestOf(stage, hook);
      const point = `died ${phase} request ${requests}`;
      assert.match(subject, /1 alert in/, point);
      assert.deepEqual(files, ['one.jpg 102400'], point);
      assert.deepEqual(await stage.rows('files-'), [], point);
      if (!storage.died()) break;
      points++;
    }
  }
  assert.ok(points >= 8, `${points} points`);
});
