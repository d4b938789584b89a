/**
 * Circuits on Azurite: several instances on one table, with a clock that the test sets.
 */
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { startAzurite, type Azurite } from '../../infra/local/azurite.ts';
import { openCircuits, type Circuits } from '../../shared/delivery/circuit.ts';
import { findRoute } from '../../shared/delivery/find-route.ts';
import type { Outcome } from '../../shared/delivery/outcome.ts';
import type { Route } from '../../shared/delivery/route.ts';
import { openStorage, storageNames } from '../../shared/platform/storage.ts';
import { exampleMessage } from '../outbox/example.ts';

const start = new Date('2026-11-20T12:00:00Z');
let now = start;
let azurite: Azurite;
const logged: string[] = [];

before(async () => {
  azurite = await startAzurite();
});
after(() => azurite.stop());
beforeEach(() => {
  now = start;
  logged.length = 0;
  azurite.resetTransactions();
});

const later = (seconds: number) => {
  now = new Date(now.getTime() + seconds * 1000);
};
/** One more instance. */
const instance = (connectionString = azurite.connectionString): Circuits =>
  openCircuits({
    table: openStorage({ AzureWebJobsStorage: connectionString }).table(storageNames.pace),
    clock: { now: () => now },
    log: (_level, event, fields) => void logged.push(`${event} ${JSON.stringify(fields)}`),
  });
/** Table requests since the start of the test. */
const requests = () => Object.values(azurite.transactions().table).reduce((sum, count) => sum + count, 0);

let mailboxes = 0;
/** Two routes that no other test uses. The address is one that a row key cannot hold. */
function newRoutes(): readonly [Route, Route] {
  const mailbox = `guest${++mailboxes}_x.org#EXT#/a?@contoso.com`;
  return [
    { transport: 'graph', mailbox },
    { transport: 'smtp', mailbox },
  ];
}

const relayed: Outcome = { kind: 'relayed', trace: { status: 202 } };
const down: Outcome = { kind: 'deferred', fault: 'transient', reason: 'Graph is down.', trace: {} };
const wait = (retryAfterSeconds: number): Outcome => ({ ...down, retryAfterSeconds });

async function fail(circuits: Circuits, route: Route, times = 5): Promise<void> {
  for (let i = 0; i < times; i++) await circuits.report(route, down);
}
const state = async (circuits: Circuits, route: Route) =>
  (await circuits.health([route, { ...route, mailbox: 'other' }]))(route).state;

test('on the plain path a single route costs nothing, and several one look in ten seconds', async () => {
  const [graph, smtp] = newRoutes();
  const one = instance();
  for (let i = 0; i < 20; i++) {
    assert.equal((await one.health([graph]))(graph).state, 'closed');
    await one.report(graph, relayed);
    later(1);
  }
  assert.equal(requests(), 0);
  for (let i = 0; i < 20; i++) {
    await Promise.all([one.health([graph, smtp]), one.health([graph, smtp])]);
    await one.report(graph, relayed);
    later(1);
  }
  assert.equal(requests(), 2);
});

test('what one instance finds out, all know within ten seconds', async () => {
  const [route] = newRoutes();
  const [one, two] = [instance(), instance()];
  assert.equal(await state(two, route), 'closed');
  await fail(one, route, 4);
  assert.equal(await state(one, route), 'closed');
  await fail(one, route, 1);
  assert.equal(await state(one, route), 'open');
  later(10);
  const health = (await two.health([route, { ...route, mailbox: 'other' }]))(route);
  assert.deepEqual(health, {
    state: 'open',
    until: new Date(start.getTime() + 30_000),
    reason: 'Graph is down.',
  });
  assert.match(logged.join('\n'), /delivery.circuit-opened .*"transport":"graph","seconds":30,"count":1/);
  assert.doesNotMatch(logged.join('\n'), /@/);
});

test('an instance whose clock was put back looks again at once', async () => {
  const [route] = newRoutes();
  const [one, two] = [instance(), instance()];
  assert.equal(await state(two, route), 'closed');
  later(-3600);
  await fail(one, route);
  assert.equal(await state(two, route), 'open');
});

test('of six instances one may try, and its success closes the circuit for all', async () => {
  const [route] = newRoutes();
  const instances = Array.from({ length: 6 }, () => instance());
  const [one] = instances;
  assert.ok(one);
  await fail(one, route);
  later(31);
  for (const each of instances) assert.equal(await state(each, route), 'half-open');
  const facts = {
    message: exampleMessage(),
    routes: [route],
    permissions: [],
    now,
  };
  const plans = await Promise.all(
    // Twice each: messages of one process are no better than those of several.
    [...instances, ...instances].map((each) => findRoute(each, facts)),
  );
  assert.equal(plans.filter(({ kind }) => kind === 'send').length, 1);
  for (const plan of plans) {
    if (plan.kind !== 'send')
      assert.equal(plan.kind === 'wait' && plan.until.getTime() - now.getTime(), 10_000);
  }
  const prober = instances[plans.findIndex(({ kind }) => kind === 'send') % 6];
  await prober?.report(route, relayed);
  assert.match(logged.at(-1) ?? '', /delivery.circuit-closed/);
  later(10);
  for (const each of instances) assert.equal(await state(each, route), 'closed');
});

test('a probe that fails opens it for longer; one that never comes back is followed by another', async () => {
  const [route] = newRoutes();
  const [one, two] = [instance(), instance()];
  await fail(one, route);
  later(31);
  assert.equal(await state(two, route), 'half-open');
  assert.equal((await two.probe(route)).state, 'half-open');
  await two.report(route, down);
  assert.equal(await state(two, route), 'open');
  later(59);
  assert.equal(await state(one, route), 'open');
  later(1);
  assert.equal((await one.probe(route)).state, 'half-open');
  assert.equal((await one.probe(route)).state, 'open');
  later(60);
  assert.equal(await state(two, route), 'half-open');
  assert.equal((await two.probe(route)).state, 'half-open');
});

test('while one message tries a route, the others take the next', async () => {
  const [graph, smtp] = newRoutes();
  const [one, two] = [instance(), instance()];
  await one.report(graph, wait(120));
  const facts = { message: exampleMessage(), routes: [graph, smtp], permissions: [], now };
  const meanwhile = await findRoute(one, facts);
  assert.equal(meanwhile.kind === 'send' && meanwhile.route, smtp);
  later(121);
  const first = await findRoute(one, { ...facts, now });
  assert.equal(first.kind === 'send' && first.route, graph);
  const second = await findRoute(two, { ...facts, now });
  assert.equal(second.kind === 'send' && second.route, smtp);
});

test('two that open the same circuit at once agree, and the longer wait holds', async () => {
  const [route] = newRoutes();
  const [one, two] = [instance(), instance()];
  await Promise.all([state(one, route), state(two, route)]);
  await Promise.all([one.report(route, wait(100)), two.report(route, wait(200))]);
  later(101);
  assert.equal(await state(one, route), 'open');
  assert.equal(await state(instance(), route), 'open');
  later(100);
  assert.equal(await state(instance(), route), 'half-open');
});

test('storage that does not answer is no reason to fail', async () => {
  const [route] = newRoutes();
  const connection = azurite.connectionString.replace(
    /TableEndpoint=[^;]+/,
    'TableEndpoint=http://127.0.0.1:9/x',
  );
  const circuits = instance(connection);
  assert.equal(await state(circuits, route), 'closed');
  await fail(circuits, route);
  assert.equal(await state(circuits, route), 'closed');
  assert.match(logged.join('\n'), /circuits-not-read[\s\S]*circuit-not-written/);
});
