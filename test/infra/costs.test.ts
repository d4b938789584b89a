/**
 * What a month costs, as docs/getting-started.md works it out, worked out again: from its own rates, the timers of the functions and the rules of
 * the template. Where a timer is added or a rule, the page is told to follow.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Cron } from 'croner';
import { ofType } from './azure/template.ts';

const root = path.resolve(import.meta.dirname, '../..');
const page = readFileSync(path.join(root, 'docs/getting-started.md'), 'utf8');
const [, chapter = ''] = /## What it costs a month\n([\s\S]*?)\n## /.exec(page) ?? [];

/** The rows of all tables, by what stands in their first cell. */
const rows = new Map(
  chapter
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.replaceAll('*', '').trim()),
    )
    .map(([label = '', ...cells]) => [label, cells]),
);

const numbersOf = (text: string): number[] =>
  Array.from(text.matchAll(/\d[\d,]*(?:\.\d+)?/g), ([number]) => Number(number.replaceAll(',', '')));

/** What the cells of a row come to: the last number of each. */
function row(label: string): number[] {
  const cells = rows.get(label);
  assert.ok(cells, `there is no row "${label}"`);
  return cells.map((cell) => numbersOf(cell).at(-1) ?? Number.NaN);
}

/** A rate, and how much is free. */
function rate(label: string): { readonly price: number; readonly free: number } {
  const [price = '', free = ''] = rows.get(label) ?? [];
  const [dollars] = numbersOf(price);
  assert.ok(dollars !== undefined, label);
  return { price: dollars, free: numbersOf(free)[0] ?? 0 };
}

const days = 30;
const month = days * 86_400;

/** How often each timer fires in thirty days, by name. */
const timers = new Map(
  globSync('functions/*.ts', { cwd: root }).flatMap((file) =>
    Array.from(
      readFileSync(path.join(root, file), 'utf8').matchAll(
        /app\.timer\('([\w-]+)', \{\s*schedule: '([^']+)'/g,
      ),
      ([, name = '', schedule = '']): [string, number] => {
        const begin = new Date('2026-11-01T00:00:00Z');
        const hour = new Cron(schedule, { timezone: 'UTC' }).nextRuns(400, new Date(begin.getTime() - 1));
        return [name, hour.filter((run) => run.getTime() < begin.getTime() + 3_600_000).length * 24 * days];
      },
    ),
  ),
);

test('every timer is counted', () => {
  assert.equal(
    timers.size,
    globSync('functions/*.ts', { cwd: root }).filter((file) =>
      readFileSync(path.join(root, file), 'utf8').includes('app.timer('),
    ).length,
  );
  assert.deepEqual(Object.fromEntries(timers), { sweep: 172_800, 'watch-hooks': 86_400, housekeeping: 720 });
  for (const [name, count] of timers) {
    const [, cell = ''] = rows.get(`\`${name}\``) ?? [];
    assert.equal(numbersOf(cell)[0], count, name);
  }
});

test('every queue is counted', () => {
  const queues = ofType('plain', 'Microsoft.Storage/storageAccounts/queueServices/queues').length;
  const { price } = rate('a million queue operations');
  assert.ok(chapter.includes(`${queues} queues`), `${queues} queues`);
  assert.ok(
    chapter.includes(
      `${queues} × 2,592,000 × ${price.toFixed(2)} a million = ${((queues * month * price) / 1e6).toFixed(2)}`,
    ),
  );
});

const paid = (amount: number, { price, free }: { price: number; free: number }) =>
  Math.max(0, amount - free) * price;

test('the sums are those of the rates', () => {
  const idle = [...timers.values()].reduce((sum, count) => sum + count, 0);
  const mails = [10, 1000, 100_000].map((daily) => daily * days);
  const [compute, executions] = [rate('a GB-second'), rate('a million executions')];
  const [table, queue] = [rate('a million table operations'), rate('a million queue operations')];
  const [log, kept, rule] = [
    rate('a GB of log'),
    rate('a GB kept in tables'),
    rate('an alert rule at `PT15M`'),
  ];
  const rules = ofType('private', 'Microsoft.Insights/scheduledQueryRules').length;
  const seconds = mails.map((count) => idle + Math.min(2 * count, 2 * month));
  const expected: Record<string, number[]> = {
    seconds: seconds,
    'compute at 512 MB': seconds.map((count) => paid(count * 0.5, compute)),
    'compute at 2 GB': seconds.map((count) => paid(count * 2, compute)),
    executions: mails.map((count) =>
      paid(idle + 2 * count, { ...executions, price: executions.price / 1e6 }),
    ),
    'table operations': mails.map((count) => ((16 * 172_800 + 2 * 86_400 + 4 * count) / 1e6) * table.price),
    'queue operations of mails': mails.map((count) => ((3 * count) / 1e6) * queue.price),
    'queue polls': [300 * 600, month, month].map((polls) => (polls / 1e6) * queue.price),
    'records kept': mails.map((count) => ((count * 2) / 1e6) * kept.price),
    log: mails.map((count) => paid((idle * 3 + 43_200 + count * 9) / 1e6, log)),
    'alert rules': mails.map(() => rules * rule.price),
  };
  for (const [label, values] of Object.entries(expected)) {
    const digits = label === 'seconds' ? 0 : 2;
    assert.deepEqual(
      row(label),
      values.map((value) => Number(value.toFixed(digits))),
      label,
    );
  }
  for (const memory of ['512 MB', '2 GB']) {
    const parts = Object.keys(expected).filter(
      (label) => label !== 'seconds' && (!label.startsWith('compute') || label.endsWith(memory)),
    );
    const sums = mails.map((_, i) => parts.reduce((sum, label) => sum + (row(label)[i] ?? 0), 0));
    assert.deepEqual(
      row(`sum at ${memory}`),
      sums.map((sum) => Number(sum.toFixed(2))),
      memory,
    );
  }
});

test('other pages point here and work nothing out', () => {
  for (const file of globSync('docs/*.md', { cwd: root })) {
    if (file.endsWith('getting-started.md')) continue;
    const text = readFileSync(path.join(root, file), 'utf8');
    assert.ok(!/0\.000026/.test(text), file);
  }
  assert.match(
    readFileSync(path.join(root, 'docs/deploy.md'), 'utf8'),
    /getting-started\.md#what-it-costs-a-month/,
  );
});
