import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { conclude, type ConclusionFacts } from '../../shared/delivery/conclusion.ts';
import type { Outcome } from '../../shared/delivery/outcome.ts';
import type { Progress } from '../../shared/outbox/record.ts';
import { append, stateOf, type MessageEvent, type RejectedRecipient } from '../../shared/reporting/event.ts';
import { recipientViews } from '../../shared/reporting/recipients.ts';

const at = '2026-11-20T12:00:00.000Z';
const accepted: MessageEvent = { at, event: 'accepted' };
const full = { address: 'a@example.com', code: '4.2.2', reply: '452 4.2.2 full', temporary: true };
const gone = { address: 'b@example.com', code: '5.1.1', reply: '550 5.1.1 no such user' };
const everybody = ['a@example.com', 'b@example.com', 'c@example.com'];

const view = (events: readonly MessageEvent[], addresses: readonly string[] = everybody) =>
  recipientViews(addresses, stateOf(events), events);
const statuses = (events: readonly MessageEvent[]) => view(events).map(({ status }) => status);

const partly: MessageEvent = {
  at,
  event: 'partly-relayed',
  transport: 'smtp',
  trace: {},
  rejected: [full, gone],
  until: at,
};

test('before anything is known of one, all stand where the message stands', () => {
  assert.deepEqual(statuses([accepted]), ['accepted', 'accepted', 'accepted']);
  assert.deepEqual(statuses([accepted, { at, event: 'cancelled' }]), ['cancelled', 'cancelled', 'cancelled']);
  const relayed: MessageEvent = { at, event: 'relayed', transport: 'graph', trace: {} };
  assert.deepEqual(statuses([accepted, relayed]), ['relayed', 'relayed', 'relayed']);
});

test('who was refused says so, with code and reply; who has it stays relayed', () => {
  assert.deepEqual(view([accepted, partly]), [
    { address: 'a@example.com', status: 'deferred', code: '4.2.2', reply: '452 4.2.2 full' },
    { address: 'b@example.com', status: 'failed', code: '5.1.1', reply: '550 5.1.1 no such user' },
    { address: 'c@example.com', status: 'relayed' },
  ]);
  const expired: MessageEvent = { at, event: 'expired', reason: 'Too late.' };
  assert.deepEqual(statuses([accepted, partly, expired]), ['expired', 'failed', 'relayed']);
  const rest: MessageEvent = { at, event: 'relayed', transport: 'smtp', trace: {} };
  assert.deepEqual(statuses([accepted, partly, rest]), ['relayed', 'failed', 'relayed']);
});

test('a replay tries again whom the failure left without the message, and nobody else', () => {
  const deferred: MessageEvent = {
    at,
    event: 'deferred',
    reason: 'All were refused.',
    fault: 'transient',
    until: at,
    trace: {},
    rejected: [full, gone],
  };
  const failed: MessageEvent = {
    at,
    event: 'failed',
    reason: 'No.',
    trace: {},
    rejected: [{ address: 'a@example.com', reply: '550 no' }],
  };
  const replayed: MessageEvent = { at, event: 'replayed' };
  const two = ['a@example.com', 'b@example.com'];
  assert.deepEqual(view([accepted, deferred, failed], two), [
    { address: 'a@example.com', status: 'failed', reply: '550 no' },
    { address: 'b@example.com', status: 'failed', code: '5.1.1', reply: '550 5.1.1 no such user' },
  ]);
  assert.deepEqual(view([accepted, deferred, failed, replayed], two), [
    { address: 'a@example.com', status: 'accepted' },
    { address: 'b@example.com', status: 'failed', code: '5.1.1', reply: '550 5.1.1 no such user' },
  ]);
});

test('it is still told who has the message when events in the middle are dropped', () => {
  const deferred: MessageEvent = {
    at,
    event: 'deferred',
    reason: '',
    fault: 'transient',
    until: at,
    trace: {},
  };
  const wait = Array.from({ length: 20 }, () => deferred);
  const long = [...wait, partly, ...wait, ...wait, ...wait].reduce(append, [accepted]);
  assert.equal(long.length, 60);
  assert.deepEqual(statuses(long), ['deferred', 'failed', 'relayed']);
});

test('who was left out of an attempt is told why, until an attempt leaves them in', () => {
  const sending = (leftOut?: readonly RejectedRecipient[]): MessageEvent => ({
    at,
    event: 'sending',
    attempt: 1,
    transport: 'graph',
    ...(leftOut ? { leftOut } : {}),
  });
  const later: MessageEvent = { at, event: 'deferred', reason: '', fault: 'transient', until: at, trace: {} };
  const suppressed = { address: 'A@example.com', code: '5.7.1', reply: 'It must not be written to.' };
  const [a, b] = ['a@example.com', 'b@example.com'];
  const { code, reply } = suppressed;
  assert.deepEqual(view([accepted, sending([suppressed]), later], [a, b]), [
    { address: a, status: 'deferred', code, reply },
    { address: b, status: 'deferred' },
  ]);
  assert.deepEqual(view([accepted, sending([suppressed]), later, sending()], [a, b]), [
    { address: a, status: 'sending' },
    { address: b, status: 'sending' },
  ]);
});

test('an address that is there twice, or refused in other letters, is one recipient', () => {
  const refused = { ...gone, address: 'B@Example.com' };
  const event: MessageEvent = { at, event: 'relayed', transport: 'smtp', trace: {}, rejected: [refused] };
  assert.deepEqual(
    view([event], ['b@example.com', 'c@example.com', 'b@example.com']).map(({ address, status }) => [
      address,
      status,
    ]),
    [
      ['b@example.com', 'failed'],
      ['c@example.com', 'relayed'],
    ],
  );
});

/** What the server says to a recipient at RCPT. */
type Word = 'yes' | 'later' | 'no';
/** A turn: one word for each recipient, or what befalls the whole message. */
type Turn = { readonly words: readonly Word[] } | { readonly whole: 'deferred' | 'unknown' | 'failed' };

const turn: fc.Arbitrary<Turn> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({
      words: fc.array(fc.constantFrom<Word>('later', 'later', 'later', 'yes', 'no'), {
        minLength: 4,
        maxLength: 4,
      }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      whole: fc.constantFrom<'deferred' | 'unknown' | 'failed'>('deferred', 'deferred', 'unknown', 'failed'),
    }),
  },
);

/** What SMTP returns when these words are said to those on the envelope. */
function outcomeOf(said: ReadonlyMap<string, Word>): Outcome {
  const rejected = [...said].flatMap(([address, word]): RejectedRecipient[] =>
    word === 'yes' ? [] : [{ address, reply: word, ...(word === 'later' ? { temporary: true } : {}) }],
  );
  if (rejected.length < said.size) return { kind: 'relayed', trace: {}, rejected };
  const reason = 'All were refused.';
  return rejected.some(({ temporary }) => temporary)
    ? { kind: 'deferred', fault: 'transient', reason, trace: {}, rejected }
    : { kind: 'failed', fault: 'message', reason, trace: {}, rejected };
}

const whole = { reason: 'Something.', trace: {} } as const;
const wholes: Readonly<Record<'deferred' | 'unknown' | 'failed', Outcome>> = {
  deferred: { kind: 'deferred', fault: 'transient', ...whole },
  unknown: { kind: 'unknown', ...whole },
  failed: { kind: 'failed', fault: 'message', ...whole },
};

test('over any attempts: the envelope and the view agree, and who has it or was refused for good stays so', () => {
  const all = ['a@example.com', 'b@example.com', 'c@example.com', 'd@example.com'];
  const now = new Date(at);
  const facts: Omit<ConclusionFacts, 'record' | 'outcome'> = {
    route: { transport: 'smtp', mailbox: 'alerts@contoso.com' },
    now,
    schedule: [60],
    random: 0,
    canLook: false,
  };
  fc.assert(
    fc.property(fc.array(turn, { minLength: 1, maxLength: 120, size: 'max' }), (turns) => {
      let events: readonly MessageEvent[] = [accepted];
      let progress: Progress = {};
      const has = new Set<string>();
      for (const one of turns) {
        const pending = progress.pending ?? all;
        const said = new Map(
          'words' in one ? pending.map((address, i) => [address, one.words[i] ?? 'yes'] as const) : [],
        );
        const outcome = 'words' in one ? outcomeOf(said) : wholes[one.whole];
        for (const [address, word] of said) if (word === 'yes') has.add(address);
        const record = { attempt: 1, expiresAt: new Date(now.getTime() + 86_400_000), onUnknown: 'retry' };
        const conclusion = conclude({
          ...facts,
          outcome,
          record: { ...record, progress } as const,
        } as ConclusionFacts);
        events = conclusion.events.reduce(
          append,
          append(events, { at, event: 'sending', attempt: 1, transport: 'smtp' }),
        );
        ({ progress } = conclusion);
        const state = stateOf(events);
        const views = recipientViews(all, state, events);
        const still = progress.pending ?? all;
        for (const { address, status } of views) {
          if (has.has(address)) assert.equal(status, 'relayed');
          else if (state === 'deferred')
            assert.equal(status, still.includes(address) ? 'deferred' : 'failed');
          else assert.equal(status, 'failed');
        }
        if (state !== 'deferred') {
          if (state === 'relayed') return;
          events = append(events, { at, event: 'replayed' });
        }
      }
    }),
  );
});
