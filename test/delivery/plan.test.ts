import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { judgeFit } from '../../shared/delivery/fit.ts';
import type { Outcome } from '../../shared/delivery/outcome.ts';
import { mayFailOver, planRoute, type Health, type PlanFacts } from '../../shared/delivery/plan.ts';
import { routeName, type Route } from '../../shared/delivery/route.ts';
import type { Message } from '../../shared/message/message.ts';
import { exampleMessage } from '../outbox/example.ts';

const mailbox = 'alerts@contoso.com';
const graph: Route = { transport: 'graph', mailbox };
const smtp: Route = { transport: 'smtp', mailbox };
const backup: Route = { transport: 'graph', mailbox: 'backup@contoso.com' };
const now = new Date('2026-11-20T12:00:00Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);

const open = (seconds: number): Health => ({ state: 'open', until: later(seconds), reason: 'It is down.' });
/** Health by route name; closed where nothing is said. */
const healthBy =
  (states: Readonly<Record<string, Health>>): PlanFacts['health'] =>
  (route) =>
    states[routeName(route)] ?? { state: 'closed' };

const plan = (message: Partial<Message> = {}, more: Partial<PlanFacts> = {}) =>
  planRoute({
    message: exampleMessage({ from: { address: mailbox }, ...message }),
    routes: [graph, smtp],
    permissions: [],
    health: healthBy({}),
    now,
    ...more,
  });
/** The name of the chosen route; fails when nothing is sent. */
function chosen(...facts: Parameters<typeof plan>): string {
  const made = plan(...facts);
  assert.equal(made.kind, 'send', JSON.stringify(made));
  return made.kind === 'send' ? routeName(made.route) : '';
}

const file = (size: number) => ({ filename: 'a.bin', contentType: 'application/octet-stream', size });
const large = { attachments: [file(5_000_000)] };

describe('the choice', () => {
  test('the first route that carries the message takes it, and says so', () => {
    const made = plan();
    assert.deepEqual(made, {
      kind: 'send',
      route: graph,
      form: 'sendMail-json',
      reason: 'The first route, graph, carries the message.',
      notCarried: [],
      permissions: ['Mail.Send'],
      considered: [
        { route: graph, why: 'Chosen.' },
        { route: smtp, why: 'It could carry the message, and an earlier route does.' },
      ],
    });
    assert.equal(chosen({}, { routes: [smtp, graph] }), routeName(smtp));
  });

  test('what is too large for sendMail goes by SMTP, or as a draft where that is permitted', () => {
    const made = plan(large);
    assert.equal(made.kind === 'send' && made.form, 'smtp');
    assert.match(made.considered[0]?.why ?? '', /Mail\.ReadWrite/);
    const draft = plan(large, { permissions: ['Mail.ReadWrite'] });
    assert.equal(draft.kind === 'send' && draft.form, 'draft');
    assert.deepEqual(draft.kind === 'send' && draft.permissions, ['Mail.Send', 'Mail.ReadWrite']);
  });

  test('a later route that carries everything wins over one that drops headers or the text part', () => {
    const notFromMailbox = { from: { address: 'help@contoso.com' } };
    const twoBodies = { ...notFromMailbox, text: 'a', html: '<p>b' };
    for (const message of [
      { ...notFromMailbox, headers: [{ name: 'In-Reply-To', value: '<a@b>' }] },
      { headers: [{ name: 'Auto-Submitted', value: 'auto-generated' }] },
      { text: 'a', html: '<p>b', headers: [{ name: 'X-Ticket', value: '1' }] },
      twoBodies,
    ]) {
      assert.equal(chosen(message), routeName(smtp), JSON.stringify(message));
    }
    const made = plan(twoBodies);
    assert.match(
      made.kind === 'send' ? made.reason : '',
      /Route 2, smtp, carries what an earlier one would lose/,
    );
    assert.match(made.considered[0]?.why ?? '', /would lose something: The text part/);
    // MIME carries both bodies.
    assert.equal(chosen({ text: 'a', html: '<p>b' }), routeName(graph));
  });

  test('the wish for no copy in Sent Items counts as much, so that none wins by dropping it', () => {
    const quiet = { saveToSentItems: false };
    assert.equal(chosen(quiet, { routes: [smtp, graph] }), routeName(graph));
    const torn = { ...quiet, headers: [{ name: 'In-Reply-To', value: '<a@b>' }] };
    assert.equal(chosen(torn), routeName(graph));
    assert.equal(chosen(torn, { routes: [smtp, graph] }), routeName(smtp));
  });

  test('the display name that MIME may lose is told, and is no reason for a detour', () => {
    const made = plan({ text: 'a', html: '<p>b', from: { address: mailbox, name: 'Alerts' } });
    assert.equal(made.kind === 'send' && routeName(made.route), routeName(graph));
    assert.match(made.kind === 'send' ? made.notCarried.join() : '', /display name/);
  });

  test('a loss now is better than waiting for a circuit', () => {
    const message = { headers: [{ name: 'Auto-Submitted', value: 'auto-generated' }] };
    const health = healthBy({ [routeName(smtp)]: open(20) });
    const made = plan(message, { health });
    assert.equal(made.kind === 'send' && routeName(made.route), routeName(graph));
    assert.match(made.kind === 'send' ? made.notCarried.join() : '', /Auto-Submitted/);
  });

  test('a half-open route is tried', () => {
    const health = healthBy({ [routeName(graph)]: { state: 'half-open' } });
    assert.equal(chosen({}, { health }), routeName(graph));
  });

  test('recipients that are left over go by SMTP', () => {
    assert.equal(chosen({}, { pending: ['ops@example.com'] }), routeName(smtp));
    const none = plan({}, { pending: ['ops@example.com'], routes: [graph, backup] });
    assert.equal(none.kind, 'impossible');
    assert.match(none.kind === 'impossible' ? none.reason : '', /only an smtp route .*POSTRIDER_TRANSPORTS/);
  });
});

describe('no route', () => {
  test('when circuits are open it waits for the first of them', () => {
    const health = healthBy({ [routeName(graph)]: open(200), [routeName(smtp)]: open(20) });
    const made = plan({}, { health });
    assert.equal(made.kind, 'wait');
    assert.deepEqual(made.kind === 'wait' && made.until, later(20));
    assert.match(made.kind === 'wait' ? made.reason : '', /circuit is open until .*It is down/);
    // A route that could not carry the message is not waited for.
    const big = plan(large, { health });
    assert.deepEqual(big.kind === 'wait' && big.until, later(20));
    const only = plan(large, {
      health: healthBy({ [routeName(graph)]: open(5), [routeName(smtp)]: open(20) }),
    });
    assert.deepEqual(only.kind === 'wait' && only.until, later(20));
  });

  test('what has been tried in this round is left out, until nothing is left', () => {
    assert.equal(chosen({}, { without: [routeName(graph)] }), routeName(smtp));
    const made = plan({}, { without: [routeName(graph), routeName(smtp)] });
    assert.equal(made.kind, 'wait');
    assert.deepEqual(made.kind === 'wait' && made.until, now);
  });

  test('a message too large for all names what would help, and no address', () => {
    const made = plan(large, { routes: [graph, backup] });
    assert.equal(made.kind, 'impossible');
    const reason = made.kind === 'impossible' ? made.reason : '';
    for (const word of ['4194304', 'Mail.ReadWrite', 'POSTRIDER_GRAPH_PERMISSIONS', 'POSTRIDER_TRANSPORTS']) {
      assert.ok(reason.includes(word), reason);
    }
    assert.doesNotMatch(reason, /@/);
    const wordy = plan({ text: 'x'.repeat(5_000_000) }, { routes: [graph], permissions: ['Mail.ReadWrite'] });
    assert.match(wordy.kind === 'impossible' ? wordy.reason : '', /smtp route would .*POSTRIDER_TRANSPORTS/);
    const huge = plan({ attachments: [file(160_000_000)] }, { permissions: ['Mail.ReadWrite'] });
    assert.match(huge.kind === 'impossible' ? huge.reason : '', /157286400/);
  });
});

test('failover: only what was certainly not sent, and may fare better elsewhere', () => {
  const [trace, reason] = [{}, ''];
  const outcomes: readonly (readonly [boolean, Outcome])[] = [
    [true, { kind: 'deferred', fault: 'transient', reason, trace }],
    [true, { kind: 'deferred', fault: 'configuration', reason, trace }],
    [false, { kind: 'deferred', fault: 'throttled', reason, trace }],
    [
      false,
      { kind: 'deferred', fault: 'transient', reason, trace, rejected: [{ address: 'a@b.c', reply: '450' }] },
    ],
    [true, { kind: 'failed', fault: 'configuration', reason, trace }],
    [false, { kind: 'failed', fault: 'message', reason, trace }],
    [false, { kind: 'unknown', reason, trace }],
    [false, { kind: 'relayed', trace }],
  ];
  for (const [may, outcome] of outcomes) assert.equal(mayFailOver(outcome), may, JSON.stringify(outcome));
});

describe('whatever the facts', () => {
  const anyRoute = fc.record(
    {
      transport: fc.constantFrom('graph' as const, 'smtp' as const),
      mailbox: fc.constantFrom(mailbox, 'backup@contoso.com', 'third@contoso.com'),
    },
    { noNullPrototype: true },
  );
  const anyHealth: fc.Arbitrary<Health> = fc.oneof(
    fc.constant({ state: 'closed' } as const),
    fc.constant({ state: 'half-open' } as const),
    fc.integer({ min: 1, max: 3600 }).map(open),
  );
  const anyMessage = fc
    .record({
      html: fc.option(fc.constant('<p>b'), { nil: undefined }),
      headers: fc.subarray(
        ['X-1', 'X-2', 'X-3', 'X-4', 'X-5', 'In-Reply-To', 'Auto-Submitted'].map((name) => ({
          name,
          value: 'v',
        })),
      ),
      size: fc.constantFrom(0, 1000, 3_000_000, 5_000_000, 40_000_000, 160_000_000),
      saveToSentItems: fc.boolean(),
    })
    .map(({ html, headers, size, saveToSentItems }) =>
      exampleMessage({
        headers,
        saveToSentItems,
        attachments: size > 0 ? [file(size)] : [],
        ...(html === undefined ? {} : { html }),
      }),
    );
  const anyFacts: fc.Arbitrary<PlanFacts> = fc
    .record({
      message: anyMessage,
      routes: fc.uniqueArray(anyRoute, { selector: routeName, maxLength: 6 }),
      permissions: fc.subarray(['Mail.Read', 'Mail.ReadWrite'] as const),
      states: fc.array(anyHealth, { minLength: 6, maxLength: 6 }),
      pending: fc.constantFrom({}, { pending: ['ops@example.com'] }),
      tried: fc.array(fc.nat(5), { maxLength: 3 }),
    })
    .map(({ message, routes, permissions, states, pending, tried }) => {
      const facts = {
        message,
        routes,
        permissions,
        now,
        health: (route: Route) =>
          states[(route.transport === 'smtp' ? 3 : 0) + ['a', 'b', 't'].indexOf(route.mailbox.charAt(0))] ?? {
            state: 'closed',
          },
        without: tried.flatMap((index) => (routes[index] ? [routeName(routes[index])] : [])),
      };
      return Object.assign(facts, pending);
    });

  test('the chosen route is in the list, healthy, not excluded, and fits', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const made = planRoute(facts);
        assert.deepEqual(
          made.considered.map(({ route }) => route),
          facts.routes,
        );
        for (const { why } of made.considered) assert.match(why, /\.$/);
        const possible = facts.routes.filter(
          (route) =>
            judgeFit(facts.message, route, facts.permissions, facts.pending).fits &&
            facts.health(route).state !== 'open' &&
            !facts.without?.includes(routeName(route)),
        );
        assert.equal(made.kind === 'send', possible.length > 0);
        if (made.kind !== 'send') return;
        assert.ok(possible.includes(made.route));
        const fit = judgeFit(facts.message, made.route, facts.permissions, facts.pending);
        assert.ok(fit.fits);
        assert.deepEqual(
          [made.form, made.notCarried, made.permissions],
          [fit.form, fit.notCarried, fit.permissions],
        );
        if (fit.loses) assert.equal(made.route, possible[0]);
      }),
    );
  });

  test('adding a route never makes a sendable message unsendable', () => {
    fc.assert(
      fc.property(anyFacts, anyRoute, fc.nat(6), (facts, more, at) => {
        if (planRoute(facts).kind !== 'send') return;
        const routes = facts.routes.toSpliced(at, 0, more);
        assert.equal(planRoute({ ...facts, routes }).kind, 'send');
      }),
    );
  });

  test('same facts, same plan', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        assert.deepEqual(planRoute(facts), planRoute(copyOf(facts)));
      }),
    );
  });
});

/** Another object with the same facts in it. */
const copyOf = ({ health, ...rest }: PlanFacts): PlanFacts => ({
  ...structuredClone(rest),
  health,
});
