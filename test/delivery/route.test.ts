import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import fc from 'fast-check';
import { routeName, routesOf } from '../../shared/delivery/route.ts';
import { newMessageId } from '../../shared/platform/id.ts';
import { readConfig } from '../../shared/platform/config.ts';

const sender = 'alerts@contoso.com';
const id = '01kagc8n5eq0z3v7r9m2x4t6wy';

const configWith = (routes: object, transports = 'graph') =>
  readConfig({
    POSTRIDER_TENANT_ID: 't',
    POSTRIDER_CLIENT_ID: 'c',
    POSTRIDER_CLIENT_SECRET: 's',
    POSTRIDER_TRANSPORTS: transports,
    POSTRIDER_ROUTES: JSON.stringify(routes),
  });
const names = (routes: object, from = sender, message = id) =>
  routesOf(configWith(routes, 'graph,smtp'), from, message).map(routeName);

test('a sender that no setting names uses the transports, through its own mailbox', () => {
  assert.deepEqual(names({}), [`graph:${sender}`, `smtp:${sender}`]);
  assert.deepEqual(names({ 'other@contoso.com': ['smtp'] }), [`graph:${sender}`, `smtp:${sender}`]);
  for (const odd of ['__proto__', 'constructor', 'toString']) {
    assert.deepEqual(names({}, odd), [`graph:${odd}`.toLowerCase(), `smtp:${odd}`.toLowerCase()]);
  }
});

test('a sender that is named uses its own routes, in order, whatever the case', () => {
  const routes = { 'Alerts@Contoso.com': ['smtp', 'graph:backup@contoso.com'] };
  assert.deepEqual(names(routes, 'ALERTS@contoso.com'), [`smtp:${sender}`, 'graph:backup@contoso.com']);
  assert.equal(routesOf(configWith(routes), 'Alerts@contoso.com', id)[0]?.mailbox, 'Alerts@contoso.com');
});

test('a route stands in the list once, in its first place', () => {
  const routes = { [sender]: ['graph', ['smtp', 'graph'], `graph:${sender.toUpperCase()}`, 'smtp'] };
  assert.deepEqual(names(routes), [`graph:${sender}`, `smtp:${sender}`]);
});

test('a pool is rotated by the id: the same for the same message, evenly over many', () => {
  const pool = ['graph:a@contoso.com', 'graph:b@contoso.com', 'graph:c@contoso.com'];
  const routes = { [sender]: [pool, 'smtp'] };
  const config = configWith(routes);
  const counts = new Map<string, number>();
  const at = new Date('2026-11-20T12:00:00Z');
  for (let i = 0; i < 3000; i++) {
    const message = newMessageId(at);
    const order = routesOf(config, sender, message).map(routeName);
    assert.deepEqual(routesOf(config, sender, message).map(routeName), order);
    assert.equal(order.at(-1), `smtp:${sender}`);
    const first = order[0] ?? '';
    assert.deepEqual(
      order.slice(0, 3),
      [...pool, ...pool].slice(pool.indexOf(first), pool.indexOf(first) + 3),
    );
    counts.set(first, (counts.get(first) ?? 0) + 1);
  }
  assert.equal(counts.size, 3);
  for (const count of counts.values()) assert.ok(count > 850 && count < 1150, String(count));
});

test('every route of the setting is in the list exactly once, whatever the id', () => {
  const way = fc.constantFrom(
    'graph',
    'smtp',
    'graph:a@x.com',
    'smtp:a@x.com',
    'graph:B@x.com',
    'graph:b@x.com',
  );
  const list = fc.array(fc.oneof(way, fc.array(way, { minLength: 1, maxLength: 4 })), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(list, fc.string(), (given, message) => {
      const found = routesOf({ routes: { [sender]: given }, transports: ['graph'] }, sender, message).map(
        routeName,
      );
      const expected = new Set(
        given.flat().map((text) => (text.includes(':') ? text.toLowerCase() : `${text}:${sender}`)),
      );
      assert.deepEqual(new Set(found), expected);
      assert.equal(found.length, expected.size);
    }),
  );
});
