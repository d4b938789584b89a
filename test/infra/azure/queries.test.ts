/**
 * Alert rules and workbook ask for things that the code says, by the names under which it says them.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { refusals } from '../../../shared/platform/refusals.ts';
import { folder, ofType, only, source } from './template.ts';

const root = path.resolve(folder, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const queries = globSync('queries/*.kql', { cwd: folder }).map((file) => file.replaceAll('\\', '/'));

/** Names of log lines: literal, and those made of a message's event. */
const code = globSync(['shared/**/*.ts', 'functions/**/*.ts'], { cwd: root }).map(read).join('\n');
const literal = [...code.matchAll(/'([a-z]+\.[a-z]+(?:-[a-z]+)*)'/g)].map(([, name]) => name ?? '');
const events = [...read('shared/reporting/event.ts').matchAll(/event: '([a-z-]+)'/g)].map(
  ([, name]) => `delivery.${name}`,
);
const said = new Set([...literal, ...events, 'delivery.deferred']);

test('every log line that a query asks for is written somewhere', () => {
  assert.match(
    code,
    /`delivery\.\$\{dueAt \? 'deferred' : last\.event\}`/,
    'how the names of events are made',
  );
  for (const file of queries) {
    const asked = [...source(file).matchAll(/'([a-z]+\.[a-z-]+)'/g)].map(([, name]) => name ?? '');
    assert.deepEqual(
      asked.filter((name) => !said.has(name)),
      [],
      `${file} asks for what nobody says`,
    );
  }
});

test('every code of a refusal that a query asks for is in the table', () => {
  const codes = queries.flatMap((file) =>
    Array.from((/Code in \(([^)]*)\)/.exec(source(file))?.[1] ?? '').matchAll(/'([^']+)'/g)),
  );
  assert.ok(codes.length > 5);
  for (const [, name = ''] of codes) assert.ok(name in refusals, name);
});

test('every field that the log is read for is one of a line', () => {
  const fields = [...source('queries/log.kql').matchAll(/Line\.(\w+)/g)].map(([, name]) => name ?? '');
  const known = new Set([
    'event',
    ...[...read('shared/platform/log.ts').matchAll(/readonly (\w+)\?:/g)].map(([, name]) => name),
  ]);
  assert.deepEqual(
    fields.filter((name) => !known.has(name)),
    [],
  );
});

test('what an alert counts is not sampled away', () => {
  const { logging } = JSON.parse(read('host.json')) as {
    logging: { applicationInsights: { samplingSettings: { excludedTypes: string } } };
  };
  const excluded = logging.applicationInsights.samplingSettings.excludedTypes.split(';');
  for (const type of ['Request', 'Trace', 'Exception']) assert.ok(excluded.includes(type), type);
});

test('somebody is told of dead letters, age, 5xx, refused keys, the credential, silence, and a log that is full', () => {
  const rules = ofType('private', 'Microsoft.Insights/scheduledQueryRules');
  const names = rules.map(({ properties }) => String(properties.displayName).replace('Postrider: ', ''));
  assert.deepEqual(names.toSorted(), [
    'audit-lost',
    'credential-expiry',
    'credential-refused',
    'dead-letters',
    'heartbeat',
    'log-capped',
    'oldest-message',
    'refused-keys',
    'server-errors',
  ]);
  for (const { properties } of rules) {
    const [criterion] = properties.criteria.allOf;
    assert.match(criterion.query, /\bValue\b/);
    assert.equal(criterion.metricMeasureColumn, 'Value');
    assert.equal(properties.actions.actionGroups.length, 1);
    assert.ok(!/PostriderLog/.test(criterion.query) || criterion.query.includes('let PostriderLog ='));
  }
  const { emailReceivers } = only('private', 'Microsoft.Insights/actionGroups').properties;
  assert.deepEqual(
    emailReceivers.map(({ emailAddress }: { emailAddress: string }) => emailAddress),
    ['ops@contoso.com', 'desk@contoso.com'],
  );
  assert.equal(ofType('plain', 'Microsoft.Insights/scheduledQueryRules').length, 0);
});

test('the workbook is one that the portal reads, with every query whole', () => {
  const { serializedData } = only('plain', 'Microsoft.Insights/workbooks').properties;
  const book = JSON.parse(serializedData) as {
    version: string;
    items: { type: number; content: { query?: string } }[];
  };
  assert.equal(book.version, 'Notebook/1.0');
  const asked = book.items.flatMap(({ content }) => content.query ?? []);
  assert.equal(asked.length, 6);
  for (const query of asked) assert.ok(!/PostriderLog/.test(query) || query.includes('let PostriderLog ='));
});
