/** What the tools' adapters make of their senders' bodies, and that no body at all makes them throw. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AlertGroup, HookRequest } from '../../../shared/alerts/alert.ts';
import { tools } from '../../../shared/alerts/adapters/tools.ts';
import { requestOf, type Case } from './cases/case.ts';
import { chats } from './cases/chats.ts';
import { devices } from './cases/devices.ts';
import { forges } from './cases/forges.ts';
import { hosts } from './cases/hosts.ts';
import { uptime } from './cases/uptime.ts';
import { assertLight } from '../../effort.ts';

const cases: readonly Case[] = [...uptime, ...hosts, ...devices, ...chats, ...forges];

/** The first adapter that takes a request, as the list is asked. */
function taken(request: HookRequest): { readonly by: string; readonly group: AlertGroup } | undefined {
  for (const adapter of tools) {
    const reading = adapter.read(request);
    if (reading?.kind === 'alerts') return { by: adapter.name, group: reading };
  }
  return undefined;
}

for (const one of cases) {
  test(`${one.by}: ${one.what}`, () => {
    const reading = taken(requestOf(one));
    assert.ok(reading, 'nobody takes it');
    assert.equal(reading.by, one.by);
    const [alert] = reading.group.alerts;
    assert.ok(alert);
    assert.equal(reading.group.alerts.length, one.alerts ?? 1);
    assert.deepEqual(
      [alert.source, alert.title, alert.state, alert.severity],
      [one.by, one.title, one.state, one.severity],
    );
    if (one.summary !== undefined) assert.equal(alert.summary, one.summary);
    for (const [name, value] of Object.entries(one.facts ?? {})) {
      assert.equal(alert.facts.find((fact) => fact.name === name)?.value, value, name);
    }
    if (one.link !== undefined) assert.equal(alert.links[0]?.url, one.link);
    if (one.startedAt !== undefined) assert.equal(alert.startedAt?.toISOString(), one.startedAt);
    if (one.endedAt !== undefined) assert.equal(alert.endedAt?.toISOString(), one.endedAt);
    if (one.threadKey !== undefined) assert.equal(alert.threadKey, one.threadKey);
    if (one.deliveryKey !== undefined) assert.equal(reading.group.deliveryKey, one.deliveryKey);
  });
}

test('every adapter has a case, and a name of its own', () => {
  const names = tools.map((adapter) => adapter.name);
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(names.toSorted(), [...new Set(cases.map((one) => one.by))].toSorted());
});

test('a secret that GitHub found is in no mail', () => {
  const found = cases.find((one) => one.what.startsWith('a secret'));
  assert.ok(found);
  assert.ok(!JSON.stringify(taken(requestOf(found))).includes('hunter2'));
});

test('attachments of Apprise become files', () => {
  const value = {
    version: '1.0',
    type: 'info',
    title: 'Scan',
    message: 'see there',
    attachments: [
      { filename: 'a.pdf', base64: 'JVBERi0=', mimetype: 'Application/PDF; x=1' },
      { filename: 'b', base64: 'not base64!' },
    ],
  };
  const files = taken(requestOf({ value }))?.group.files;
  assert.deepEqual(files, [
    { filename: 'a.pdf', contentType: 'application/pdf', bytes: new Uint8Array(Buffer.from('%PDF-')) },
  ]);
});

/** Bodies of nobody: the generic reading is theirs. */
const nobodys: readonly unknown[] = [
  {},
  [],
  'text',
  42.5,
  null,
  { message: 'hi' },
  { title: 'a', message: 'b', severity: 'high' },
  { subject: 'a', text: 'b' },
  { host: 'a', state: 'OK' },
  { name: 'x', status: 'down' },
  { type: 'alert', id: 1 },
  { event: 'x', data: {} },
  { text: 'a', temperature: 4 },
  { alerts: [{ status: 'firing', labels: {} }], version: '4', groupKey: 'x' },
  { entity_id: 'x', state: 'on' },
];

test('what has no sender without doubt is nobodyʼs', () => {
  for (const value of nobodys)
    assert.equal(taken(requestOf({ value }))?.by, undefined, JSON.stringify(value));
});

test('no body makes an adapter throw', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...cases), (value, { query, headers }) => {
      const request = requestOf({ value, query: query ?? '', headers: headers ?? {} });
      for (const adapter of tools) adapter.read(request);
    }),
    { numRuns: 500 },
  );
});

/** Values of the wrong kind, one of which is put somewhere into a body. */
const odd: readonly unknown[] = [
  null,
  0,
  -1,
  1e300,
  true,
  '',
  'x',
  'constructor',
  '__proto__',
  'toString',
  '\u0000',
  '9'.repeat(400),
  [],
  [[]],
  {},
  { text: [] },
  [null],
];

function mutated(value: unknown, place: number, replacement: unknown): unknown {
  let left = place;
  const walk = (here: unknown): unknown => {
    if (left-- === 0) return replacement;
    if (Array.isArray(here)) return here.map(walk);
    if (typeof here !== 'object' || here === null) return here;
    return Object.fromEntries(Object.entries(here).map(([key, part]) => [key, walk(part)]));
  };
  return walk(value);
}

test('no change of a known body makes an adapter throw', () => {
  const bodies = cases.filter((one) => one.value !== undefined);
  fc.assert(
    fc.property(
      fc.constantFrom(...bodies),
      fc.nat(80),
      fc.nat(80),
      fc.constantFrom(...odd),
      fc.constantFrom(...odd),
      (of, place, other, first, second) => {
        const value = mutated(mutated(of.value, place, first), other, second);
        const request = requestOf({ ...of, value });
        for (const adapter of tools) {
          const reading = adapter.read(request);
          if (reading?.kind !== 'alerts') continue;
          assert.ok(reading.alerts.length > 0);
          for (const alert of reading.alerts) {
            assert.ok(alert.title !== '' && !/[\r\n]/.test(alert.title), adapter.name);
            assert.doesNotMatch(alert.title, /undefined|\[object|native code/, adapter.name);
            assert.ok(alert.facts.every((fact) => fact.value !== '' && fact.name !== ''));
          }
        }
      },
    ),
    { numRuns: 5000 },
  );
});

/** A run in the middle of a text: at its ends it would be trimmed before anybody looks. */
const long = (unit: string): string => `a${unit.repeat(Math.ceil(50_000 / unit.length))}a`;

test('a large hostile body is read in time', async () => {
  const units = [
    '*',
    '*a ',
    '_',
    '`',
    '<',
    '<a href="',
    '[a](',
    '[',
    '&',
    '&#',
    ':a',
    '(',
    ' ',
    '\n',
    'failed ',
    'no ',
    ',',
    'a,',
    '\\n',
    '> ',
    '](',
    '<a ',
    ': ',
    '~',
    '/',
    '.',
    '0',
  ];
  for (const unit of units) {
    const of = long(unit);
    const bodies: readonly unknown[] = [
      { text: of },
      { content: of },
      { '@type': 'MessageCard', title: of, text: of },
      { chat_id: 1, text: of, parse_mode: 'HTML' },
      {
        title: of.slice(0, 100),
        message: of,
        priority: 5,
        extras: { 'client::display': { contentType: 'text/markdown' } },
      },
      { body: of, type: 'info', format: 'html' },
      { attachments: [{ title: 'Alert', text: of, actions: [{ text: of, url: 'https://a.example' }] }] },
      { embeds: [{ title: of, url: 'https://a.example', description: of }] },
      {
        version: '1.0',
        title: 'a',
        message: 'b',
        type: 'info',
        attachments: [{ filename: of, base64: `${of}!`, mimetype: of }],
      },
      { formID: '1', submissionID: '2', rawRequest: { [`q1_${of}`]: 'b' } },
    ];
    for (const value of bodies) {
      await assertLight(
        250,
        () => {
          for (const adapter of tools) adapter.read(requestOf({ value }));
        },
        `${JSON.stringify(unit)} in all adapters`,
      );
    }
    for (const adapter of tools) adapter.read(requestOf({ text: of }));
  }
});
