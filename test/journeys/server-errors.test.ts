/**
 * What the alert rule `server-errors` counts: answers of 5xx that are failures, each once, and none of those that are meant.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { openAccessStore } from '../../shared/access/store.ts';
import { acsRefusal } from '../../shared/dialects/acs.ts';
import { graphRefusal } from '../../shared/dialects/graph.ts';
import { mailgunRefusal } from '../../shared/dialects/mailgun.ts';
import { postmarkRefusal } from '../../shared/dialects/postmark.ts';
import { sendGridRefusal } from '../../shared/dialects/sendgrid.ts';
import { sesRefusal } from '../../shared/dialects/ses-refusal.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import type { Problem, ProblemCode } from '../../shared/platform/problem.ts';
import { refusals, type Refusal } from '../../shared/platform/refusals.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { sender, startWorld, type Answer, type World } from './world.ts';

const query = readFileSync(new URL('../../infra/azure/queries/server-errors.kql', import.meta.url), 'utf8');
const events = new Set(
  Array.from((/Event in \(([^)]*)\)/.exec(query)?.[1] ?? '').matchAll(/'([^']+)'/g), ([, name]) => name),
);

let world: World;
before(async () => {
  world = await startWorld(
    // Nobody is there: the keys of Entra ID cannot be had.
    { POSTRIDER_ENTRA_AUDIENCE: 'api://postrider', POSTRIDER_LOGIN_URL: 'https://localhost:9' },
    {
      async before(storage) {
        const register = openAccessStore(storage.table(storageNames.access), systemClock);
        const submitter = { senders: [sender], networks: [], disabled: false };
        await register.submitters.put({
          ...submitter,
          name: 'busy',
          networks: ['127.0.0.0/8', '::1'],
          limits: { messagesPerMinute: 1 },
        });
        await register.submitters.put({
          ...submitter,
          name: 'app',
          senders: [sender, 'stopped@contoso.com'],
        });
        await register.hooks.put({ name: 'busy', submitter: 'busy', from: sender, to: ['ops@example.com'] });
        await register.switches.put({
          scope: 'stopped@contoso.com',
          reason: 'a leaked key',
          thrownAt: new Date(),
          by: 'desk',
        });
      },
    },
  );
});
after(() => world.stop());

const hook = () =>
  world.request('POST', '/hooks/busy', '{"title":"Disk full"}', { authorization: undefined });

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The rule, for answers and the lines that were logged meanwhile. */
async function counted(
  ask: () => Promise<readonly Answer[]>,
): Promise<{ value: number; statuses: number[] }> {
  assert.match(
    query,
    /toint\(ResultCode\) >= 500 and toint\(ResultCode\) < 600 and toint\(ResultCode\) != 503/,
  );
  const from = world.logged.length;
  const statuses = (await ask()).map(({ status }) => status);
  const lines = world.logged.slice(from).filter((line) => {
    const event = /\{"event":"([^"]+)"/.exec(line.replaceAll('\\"', '"'))?.[1];
    return event !== undefined && events.has(event);
  });
  const errors = statuses.filter((status) => status >= 500 && status !== 503);
  return { value: lines.length + errors.length, statuses };
}

test('a thrown switch and a limit that is used up are refusals: in the audit trail, and no alarm', async () => {
  assert.equal((await hook()).status, 200);
  const meant = await counted(async () => [
    await world.submit({ from: 'stopped@contoso.com' }),
    await hook(),
  ]);
  assert.deepEqual(meant, { value: 0, statuses: [503, 503] });
  for (const code of ['sending-suspended', 'quota-exceeded']) {
    const line = world.logged.find((one) => one.includes('request.refused') && one.includes(code));
    assert.ok(line, code);
  }
});

test('what Postrider stands on fails: a line for each answer', async () => {
  const claims = { aud: 'api://postrider', tid: 'c0a80101-7e57-4000-8000-000000000001', azp: 'x' };
  const token = `${part({ alg: 'RS256', typ: 'JWT', kid: 'k' })}.${part(claims)}.${part({})}`;
  const authorization = `Bearer ${token}`;
  const untold = await counted(async () => [
    await world.submit({}, { authorization }),
    await world.submit({}, { authorization }),
  ]);
  assert.deepEqual(untold, { value: 2, statuses: [503, 503] });
  // test/journeys/storage-down.test.ts has the lines of a storage that is away.
  for (const event of ['storage.unavailable', 'health.not-ready']) assert.ok(events.has(event), event);
});

const problemOf = (code: string): Problem => ({ code: code as ProblemCode, detail: 'No.' });

test('in every dialect, 5xx is for failures, and 503 for what is meant to be repeated later', () => {
  const table: [string, Refusal][] = Object.entries(refusals);
  const later = table.filter(([, { status, failure }]) => status >= 500 && !failure);
  assert.deepEqual(
    later.map(([code, { status }]) => [code, status]),
    [['sending-suspended', 503]],
  );
  const words: Record<string, (problem: Problem) => { readonly status: number }> = {
    acs: acsRefusal,
    graph: (problem) => graphRefusal(problem, 'id', new Date()),
    mailgun: mailgunRefusal,
    postmark: postmarkRefusal,
    sendgrid: sendGridRefusal,
    ses: (problem) => sesRefusal(problem, 'id'),
  };
  for (const [dialect, say] of Object.entries(words)) {
    for (const [code, { status }] of table) {
      const said = say(problemOf(code)).status;
      if (status >= 500) assert.equal(said, status, `${dialect}: ${code}`);
      else assert.ok(said < 500, `${dialect}: ${code}`);
    }
  }
});
