/**
 * What is told about the health of the bridge: little to strangers, to operators when the credential ends, and never a failure for a
 * day that has not come.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { keyEntropyBytes, makeApiKey } from '../../shared/access/api-key.ts';
import { startAzurite } from '../../infra/local/azurite.ts';
import { registerOperator } from './tenant.ts';
import { startWorld, type Answer, type World } from './world.ts';

const day = 86_400_000;
const end = new Date(Math.ceil(Date.now() / day) * day + 19 * day);

let world: World;
let viewer: string;

before(async () => {
  const account = await startAzurite();
  viewer = await registerOperator(account, { name: 'watch', role: 'viewer' });
  world = await startWorld({ POSTRIDER_CLIENT_SECRET_EXPIRES: end.toISOString().slice(0, 10) }, { account });
});
after(() => world.stop());

const ready = (authorization?: string, method = 'GET'): Promise<Answer> =>
  world.request(method, '/health/ready', undefined, { authorization });

test('a stranger is told whether a submission would be accepted, and nothing else', async () => {
  for (const authorization of [undefined, `Bearer ${world.key}`, 'Bearer nonsense', 'Basic !!']) {
    const answer = await ready(authorization);
    assert.deepEqual([answer.status, answer.json], [200, { status: 'pass' }], authorization);
  }
  assert.equal((await ready(undefined, 'HEAD')).status, 200);
});

test('an operator is told which credential ends when, and the bridge is ready all the same', async () => {
  const { status, json, headers } = await ready(`Bearer ${viewer}`);
  assert.equal(status, 200);
  assert.equal(headers.get('cache-control'), 'no-store');
  const { reason, days_left: left, ...credential } = json.checks.credential;
  assert.deepEqual(
    { ...json, checks: { ...json.checks, credential } },
    {
      status: 'warn',
      checks: {
        storage: { status: 'pass' },
        credential: {
          status: 'warn',
          name: 'POSTRIDER_CLIENT_SECRET',
          kind: 'secret',
          expires_at: end.toISOString(),
        },
      },
    },
  );
  assert.ok(left === 19 || left === 18, String(left));
  assert.match(reason, new RegExp(`expires on ${end.toISOString().slice(0, 10)}: make a new one`));
  assert.equal((await ready(`Bearer ${viewer}`, 'HEAD')).status, 200);
});

test('whoever tries keys here stands in the audit trail, and a submitter does not', async () => {
  const { text } = makeApiKey(randomBytes(keyEntropyBytes));
  assert.deepEqual((await ready(`Bearer ${text}`)).json, { status: 'pass' });
  await ready(`Bearer ${world.key}`);
  const lines = world.logged.filter(
    (line) => line.includes('"request.refused"') && line.includes('/health/'),
  );
  assert.ok(lines.some((line) => line.includes('"invalid-api-key"')));
  assert.ok(!lines.some((line) => line.includes('"operator-only"')));
  assert.ok(!world.logged.some((line) => line.includes(text)));
});
