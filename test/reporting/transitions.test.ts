/**
 * The state machine: what may follow what, told once as a table and once by random walks through it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  append,
  keptStates,
  stateAfter,
  stateOf,
  terminalStates,
  type MessageEvent,
  type State,
} from '../../shared/reporting/event.ts';
import { follow, transitions, type EventName } from '../../shared/reporting/transitions.ts';

const at = (n: number) => new Date(Date.UTC(2026, 10, 20, 12, 0, n)).toISOString();
const until = at(600);
const trace = {};
const reason = 'why';

/** Every event there is, in every form that leads elsewhere. */
const samples = {
  accepted: [{ event: 'accepted' }],
  rescheduled: [{ event: 'rescheduled', scheduledAt: until }],
  cancelled: [{ event: 'cancelled' }],
  replayed: [{ event: 'replayed' }],
  discarded: [{ event: 'discarded' }],
  'content-purged': [{ event: 'content-purged' }],
  sending: [{ event: 'sending', attempt: 1, transport: 'graph' }],
  'partly-relayed': [{ event: 'partly-relayed', transport: 'smtp', trace, rejected: [], until }],
  relayed: [{ event: 'relayed', transport: 'graph', trace }],
  tested: [{ event: 'tested', transport: 'graph', form: 'sendMail-json', size: 2000 }],
  deferred: [{ event: 'deferred', reason, fault: 'transient', until, trace }],
  failed: [{ event: 'failed', reason, trace }],
  expired: [{ event: 'expired', reason }],
  unknown: [
    { event: 'unknown', reason, trace },
    { event: 'unknown', reason, trace, until },
  ],
  'dead-lettered': [{ event: 'dead-lettered', reason }],
} as const satisfies Record<EventName, readonly object[]>;
const everyEvent = Object.values(samples).flat();
const states = Object.keys(transitions) as State[];
const accepted: readonly MessageEvent[] = [{ at: at(0), event: 'accepted' }];

/** A walk of up to so many steps, each allowed by the table where it is taken. */
function walk(choices: readonly number[]): MessageEvent[] {
  const events = [...accepted];
  let state: State = 'accepted';
  for (const [i, choice] of choices.entries()) {
    const allowed = everyEvent.filter(({ event }) => transitions[state].includes(event));
    // Rarely into a dead end, so that many walks grow longer than a row keeps events.
    const onward = allowed.filter(
      (sample) => transitions[stateAfter(state, { at: '', ...sample })].length > 0,
    );
    const among = choice % 40 === 0 ? allowed : onward;
    const chosen = among[choice % among.length];
    if (!chosen) return events;
    const event = { at: at(i + 1), ...chosen };
    events.push(event);
    state = stateAfter(state, event);
  }
  return events;
}

const walks = fc.array(fc.nat(1000), { maxLength: 120 }).map(walk);

test('whatever walk the table allows, every step is followed and the states agree', () => {
  fc.assert(
    fc.property(walks, fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 120 }), (events, steps) => {
      let kept: readonly MessageEvent[] = accepted;
      let state: State = 'accepted';
      // As rows are written: some events at a time, and of many the middle ones dropped.
      for (let taken = 1, i = 0; taken < events.length; i++) {
        const amount = (steps[i % steps.length] ?? 0) + 1;
        const next: readonly MessageEvent[] = events.slice(taken, taken + amount).reduce(append, kept);
        state = follow(state, kept, next);
        taken += amount;
        kept = next;
        assert.equal(stateOf(kept), state);
      }
      assert.equal(state, stateOf(events));
    }),
  );
});

test('what the table does not allow is refused, in whatever state and after whatever walk', () => {
  fc.assert(
    fc.property(walks, fc.constantFrom(...everyEvent), (events, sample) => {
      const event = { at: at(500), ...sample };
      const state = stateOf(events);
      const step = () => follow(state, events, [...events, event]);
      if (transitions[state].includes(event.event)) assert.equal(step(), stateOf([...events, event]));
      else assert.throws(step, TypeError);
    }),
  );
});

test('an end is an end: only a person leads out of a kept state, and nothing out of the others', () => {
  for (const state of terminalStates) {
    if (keptStates.includes(state)) continue;
    assert.deepEqual(transitions[state], [], state);
  }
  for (const state of states.filter((one) => !terminalStates.includes(one))) {
    assert.ok(transitions[state].length > 0, state);
  }
  // A message is only tried while it waits, and a replay is the only way back to waiting.
  for (const state of keptStates) {
    const onward = everyEvent
      .filter(({ event }) => transitions[state].includes(event))
      .map((sample) => [sample.event, stateAfter(state, { at: at(1), ...sample })] as const)
      .filter(([, next]) => !terminalStates.includes(next));
    assert.deepEqual(onward, [['replayed', 'accepted']], state);
  }
  for (const state of states) assert.ok(!transitions[state].includes('accepted'), `accepted after ${state}`);
  for (const state of states.filter((one) => one !== 'accepted' && one !== 'deferred')) {
    assert.ok(!transitions[state].includes('sending'), `sending after ${state}`);
  }
});

test('every state can be reached, and every event can happen', () => {
  const reached = new Set<State>(['accepted']);
  const happened = new Set<EventName>(['accepted']);
  // A set that grows while it is gone through is gone through to its end.
  for (const state of reached) {
    for (const sample of everyEvent.filter(({ event }) => transitions[state].includes(event))) {
      happened.add(sample.event);
      reached.add(stateAfter(state, { at: at(1), ...sample }));
    }
  }
  assert.deepEqual([...reached].toSorted(), states.toSorted());
  assert.deepEqual([...happened].toSorted(), Object.keys(samples).toSorted());
});
