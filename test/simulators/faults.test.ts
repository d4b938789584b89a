import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultScript, UnknownFaultError, type Fault } from '../../infra/simulators/faults.ts';

interface Late extends Fault {
  readonly kind: 'late';
  readonly ms: number;
  readonly note?: string;
}
interface Gone extends Fault {
  readonly kind: 'gone';
  readonly at?: 'start' | 'end';
}

const newScript = (): FaultScript<Late | Gone> =>
  new FaultScript<Late | Gone>({
    late: { ms: 'number', note: 'string?' },
    gone: { at: ['start', 'end', undefined] },
  });

test('faults are used in order, each as often as it says, and then no more', () => {
  const script = newScript();
  script.add({ kind: 'late', ms: 1, times: 2 }, { kind: 'gone' });
  assert.deepEqual(script.list(), [
    { fault: { kind: 'late', ms: 1, times: 2 }, left: 2 },
    { fault: { kind: 'gone' }, left: 1 },
  ]);
  const used = [script.next(), script.next(), script.next(), script.next()].map((fault) => fault?.kind);
  assert.deepEqual(used, ['late', 'late', 'gone', undefined]);
  assert.deepEqual(script.list(), []);
});

test('a matching fault may overtake one that does not match; clear forgets all', () => {
  const script = newScript();
  script.add({ kind: 'late', ms: 1 }, { kind: 'gone', at: 'end' }, { kind: 'gone' });
  const gone = script.next((fault): fault is Gone => fault.kind === 'gone');
  assert.equal(gone?.at, 'end');
  assert.equal(script.list().length, 2);
  script.clear();
  assert.equal(script.next(), undefined);
});

test('faults that come as JSON are held to the vocabulary', () => {
  const script = newScript();
  script.program({ kind: 'late', ms: 5, note: 'n', times: 3 });
  script.program([{ kind: 'gone' }, { kind: 'gone', at: 'start' }]);
  assert.equal(script.list().length, 3);

  const refused: [unknown, RegExp][] = [
    [null, /JSON object/],
    ['gone', /JSON object/],
    [{}, /one of: late, gone/],
    [{ kind: 'toString' }, /one of: late, gone/],
    [{ kind: 'late' }, /"ms" of the fault "late" must be a number/],
    [{ kind: 'late', ms: '5' }, /"ms" of the fault "late" must be a number/],
    [{ kind: 'late', ms: 5, note: 6 }, /"note" of the fault "late" must be a string/],
    [{ kind: 'gone', at: 'middle' }, /"at" of the fault "gone" must be one of: start, end/],
    [{ kind: 'gone', ms: 5 }, /no parameter "ms"/],
    [{ kind: 'gone', times: 0 }, /"times" must be a whole number from 1/],
    [{ kind: 'gone', times: 1.5 }, /"times"/],
  ];
  for (const [input, sentence] of refused) {
    assert.throws(
      () => script.program(input),
      (error) => error instanceof UnknownFaultError && sentence.test(error.message),
      JSON.stringify(input),
    );
  }
  assert.throws(() => script.program([{ kind: 'gone' }, { kind: 'late' }]), UnknownFaultError);
  assert.equal(script.list().length, 3, 'of a list with a mistake nothing is taken');
});
