/**
 * Who was refused what, and who changed what: over HTTP, with the real functions.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import { keyEntropyBytes, makeApiKey } from '../../shared/access/api-key.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { registerOperator } from './tenant.ts';
import { sender, startWorld, type World } from './world.ts';

let world: World;
let viewer: string;

before(async () => {
  world = await startWorld(
    {},
    {
      before: async (_, account) => {
        viewer = await registerOperator(account, { name: 'auditor', role: 'viewer' });
      },
    },
  );
});
after(() => world.stop());

const audit = (query = '') =>
  world.request('GET', `/operator/audit${query}`, undefined, { authorization: `Bearer ${viewer}` });

interface Event {
  readonly rule: string;
  readonly count: number;
  readonly actor: { readonly kind: string; readonly name?: string; readonly key_id?: string };
  readonly [field: string]: unknown;
}

async function events(query: string, until: (all: Event[]) => boolean): Promise<Event[]> {
  for (let tries = 0; ; tries++) {
    const { json, text } = await audit(query);
    assert.ok(json.data, text);
    if (until(json.data as Event[])) return json.data as Event[];
    if (tries > 300) assert.fail(text);
    await sleep(100);
  }
}

const idOf = (key: string) => key.split('_')[1];

test('what a submitter is refused is there at once, with rule and place, without content', async () => {
  const mail = { from: 'ceo@contoso.com', to: 'ops@example.com', subject: 'Secret subject', text: 't' };
  assert.equal((await world.request('POST', '/emails', mail)).status, 403);
  const faulty = {
    from: sender,
    to: ['ops@example.com', 'x'],
    'ann@example.com': 1,
    subject: 'Secret subject',
  };
  assert.equal((await world.request('POST', '/emails', faulty)).status, 422);
  const { json, text } = await audit('?who=app');
  const [second, first] = json.data as Event[];
  assert.deepEqual([first?.rule, second?.rule], ['sender-not-allowed', 'invalid-submission']);
  assert.deepEqual(first?.actor, { kind: 'submitter', name: 'app', key_id: idOf(world.key) });
  assert.deepEqual([first?.['method'], first?.['path'], first?.['source']], ['POST', '/emails', '127.0.0.1']);
  const pointers = second?.['pointers'] as string[];
  assert.ok(pointers.includes('#/to/1'), pointers.join(' '));
  assert.ok(pointers.includes('#/*'), pointers.join(' '));
  assert.doesNotMatch(text, /@|Secret subject/);
});

test('paths are templates: what stands in them is not kept', async () => {
  const planted = 'pr_planted_in_a_path';
  assert.equal((await world.request('GET', `/emails/${planted}`)).status, 404);
  assert.equal((await world.request('GET', `/nothing/${planted}?key=${planted}`)).status, 404);
  await world.request('GET', `/emails/${planted}`, undefined, { authorization: `Bearer ${planted}` });
  const found = await events('?rule=message-not-found', (all) => all.length > 0);
  assert.equal(found[0]?.['path'], '/emails/{id}');
  await events('?rule=not-found', (all) => all.length > 0);
  assert.ok(!(await audit()).text.includes(planted));
});

test('a right key in the wrong place is known by its name', async () => {
  const answer = await world.request('GET', '/operator/audit');
  assert.equal(answer.json.code, 'operator-only');
  const [event] = (await audit('?rule=operator-only')).json.data as Event[];
  assert.deepEqual(event?.actor, { kind: 'submitter', name: 'app', key_id: idOf(world.key) });
});

test('hundreds of wrong keys cost a handful of writes, and are counted', async () => {
  const body = { from: sender, to: 'ops@example.com', subject: 's', text: 't' };
  const table = world.storage.table(storageNames.audit);
  const attack = async () => {
    for (let i = 0; i < 15; i++) {
      const authorization = `Bearer ${makeApiKey(randomBytes(keyEntropyBytes)).text}`;
      const { status } = await world.request('POST', '/emails', body, { authorization });
      assert.ok(status === 401 || status === 429, String(status));
    }
  };
  await Promise.all(Array.from({ length: 20 }, attack));
  const counted = await events(
    '?kind=refusal&source=127.0.0.1',
    (all) =>
      all.filter(({ actor }) => actor.kind === 'stranger').reduce((sum, one) => sum + one.count, 0) >= 300,
  );
  const strangers = counted.filter(({ rule }) => rule === 'invalid-api-key');
  // Each hour has a count of its own, and this may be the end of one.
  assert.equal(strangers.length, new Set(strangers.map(({ at: time }) => String(time).slice(0, 13))).size);
  assert.equal(strangers[0]?.actor.key_id, undefined);
  let rows = 0;
  for await (const _ of table.listEntities()) rows++;
  assert.ok(rows < 20, `${rows} rows`);
});

const at = (ms: number) => new Date(ms).toISOString();

test('page after page, newest first, filtered; faults of the query are said', async () => {
  for (let i = 0; i < 5; i++) await world.request('GET', `/emails/none${i}`);
  const seen: string[] = [];
  let path: string | undefined = '?limit=2&rule=message-not-found';
  while (path !== undefined) {
    const page = await audit(path);
    seen.push(...page.json.data.map(({ id }: { id: string }) => id));
    path = /^<\/operator\/audit([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
    assert.equal(page.json.has_more, path !== undefined);
  }
  assert.ok(seen.length >= 6);
  assert.deepEqual(seen, seen.toSorted());
  const now = Date.now();
  assert.equal((await audit(`?until=${at(now - 3_600_000)}`)).json.data.length, 0);
  assert.equal((await audit(`?since=${at(now + 3_600_000)}`)).json.data.length, 0);
  const span = `?since=${at(now - 3_600_000)}&until=${at(now + 3_600_000)}&kind=refusal&who=app`;
  assert.ok((await audit(span)).json.data.length > 0);
  for (const query of ['limit=0', 'kind=x', 'colour=red', 'cursor=x', 'since=now']) {
    const { status, json } = await audit(`?${query}`);
    assert.deepEqual([status, json.code], [422, 'invalid-filter'], query);
  }
});
