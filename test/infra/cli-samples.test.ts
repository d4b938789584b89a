/** The samples of `postrider trigger`: each is what its tool would send, and says at once what it is about. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { describeSample, sampleNames, sampleRequest, type SampleState } from '../../infra/cli/sample.ts';
import type { AlertGroup, AlertState } from '../../shared/alerts/alert.ts';
import { readRequest } from '../../shared/alerts/read-request.ts';
import { adapters as registry, readHook } from '../../shared/alerts/registry.ts';

/** Adapters that have another name than the sample; the rest have the same. */
const adapters: Readonly<Record<string, string>> = {
  'event-grid': 'azure-event-grid',
  ttn: 'the-things-network',
  curl: 'generic',
  ntfy: 'generic',
};

/** Adapters without a sample of their own, each for a reason. */
const unsampled: Readonly<Record<string, string>> = {
  'azure-monitor-legacy':
    'what Azure Monitor sends where the common schema is off; the page says to switch it on',
  'grafana-legacy': 'Grafana before version 9, which is no longer maintained; set up like the newer one',
  ntfy: 'a publication in JSON; the sample is one in plain text, as most are',
};

/** What samples say that do not begin an alert and end it again: news, and builds whose success is no end of anything. */
const states: Readonly<Record<string, readonly [AlertState, AlertState?]>> = {
  'azure-devops': ['firing', 'info'],
  bitbucket: ['firing', 'info'],
  chirpstack: ['info'],
  curl: ['info'],
  'docker-hub': ['info'],
  'event-grid': ['info'],
  gitea: ['info'],
  github: ['firing', 'info'],
  gitlab: ['firing', 'info'],
  jenkins: ['firing', 'info'],
  jira: ['info'],
  jotform: ['info'],
  particle: ['info'],
  proxmox: ['firing', 'info'],
  // Riemann streams an event of every host all the time: one that is well is no news, and ends nothing.
  riemann: ['firing', 'info'],
  shoutrrr: ['info'],
  slack: ['firing', 'info'],
  sonarqube: ['firing', 'info'],
  tasmota: ['info'],
  teamcity: ['firing', 'info'],
  ttn: ['info'],
  typeform: ['info'],
};

let count = 0;
async function read(name: string, state: SampleState): Promise<AlertGroup> {
  const uuid = `00000000-0000-4000-8000-${String(count++).padStart(12, '0')}`;
  const sample = sampleRequest(name, state, { now: new Date('2026-11-28T12:00:00Z'), uuid });
  assert.ok(sample, name);
  const { method, headers, query, body } = sample;
  assert.doesNotMatch(`${JSON.stringify(headers)}${query}${body}`, /\{\{/, 'a placeholder is left');
  const request = await readRequest({
    method,
    header: (field) => headers[field],
    query: new URLSearchParams(query),
    body: Buffer.from(body),
  });
  const reading = readHook(request);
  assert.equal(reading.kind, 'alerts', name);
  return reading;
}

for (const name of sampleNames) {
  test(`${name} is taken for what it is`, async () => {
    const { resolvable, label } = describeSample(name);
    assert.notEqual(label, '');
    const firing = await read(name, 'firing');
    const [alert] = firing.alerts;
    assert.equal(alert?.source, adapters[name] ?? name);
    assert.notEqual(alert?.title, '');
    const [begins, ends = 'resolved'] = states[name] ?? ['firing'];
    assert.equal(alert?.state, begins);
    if (!resolvable) return;
    const [over] = (await read(name, 'resolved')).alerts;
    assert.notEqual(over?.severity, 'critical');
    assert.equal(over?.source, alert?.source);
    if (alert?.threadKey !== undefined) assert.equal(over?.threadKey, alert.threadKey);
    assert.equal(over?.state, ends);
  });
}

test('a sample that is sent twice is two deliveries', async () => {
  for (const name of sampleNames) {
    const first = sampleRequest(name, 'firing', { now: new Date('2026-11-28T12:00:00Z'), uuid: 'a-1' });
    const second = sampleRequest(name, 'firing', { now: new Date('2026-11-28T12:00:05Z'), uuid: 'b-2' });
    const differs = JSON.stringify(first) !== JSON.stringify(second);
    // These say nothing that changes, and give their deliveries no id either.
    const constant = (await read(name, 'firing')).deliveryKey === undefined;
    assert.ok(differs || constant, name);
  }
});

test('every adapter has a sample, or a reason for having none', () => {
  const sampled = new Set(sampleNames.map((name) => adapters[name] ?? name));
  const missing = registry.map(({ name }) => name).filter((name) => !sampled.has(name));
  assert.deepEqual(missing.toSorted(), Object.keys(unsampled).toSorted());
});

test('every sample has a page with a picture of its mail, and every page that names one names one that exists', () => {
  const docs = path.resolve(import.meta.dirname, '../../docs');
  const pages = readdirSync(path.join(docs, 'senders')).filter((name) => name !== 'README.md');
  const index = readFileSync(path.join(docs, 'senders/README.md'), 'utf8');
  const indexed = new Set([...index.matchAll(/\]\(([a-z0-9-]+\.md)/g)].map(([, page]) => page));
  const shown = new Map<string, string>();
  for (const page of pages) {
    assert.ok(indexed.has(page), `${page} is not in the index`);
    const text = readFileSync(path.join(docs, 'senders', page), 'utf8');
    for (const [, name = ''] of text.matchAll(/postrider trigger ([a-z0-9-]+)/g))
      assert.ok(sampleNames.includes(name), `${page}: ${name}`);
    const pictures = [...text.matchAll(/!\[([^\]]*)\]\(\.\.\/pictures\/senders\/([a-z0-9-]+)\.png\)/g)];
    for (const [, seen = '', name = ''] of pictures) {
      assert.ok(seen.length > 30, `${page}: say what the picture of ${name} shows`);
      assert.ok(text.includes(`trigger ${name}`), `${page} does not say how to try ${name}`);
      assert.ok(!shown.has(name), `${name} stands on ${shown.get(name)} and on ${page}`);
      shown.set(name, page);
    }
  }
  const pictured = readdirSync(path.join(docs, 'pictures/senders')).map((name) =>
    path.basename(name, '.png'),
  );
  assert.deepEqual([...shown.keys()].toSorted(), sampleNames);
  assert.deepEqual(pictured.toSorted(), sampleNames);
  const listed = new Set([...index.matchAll(/`([a-z0-9-]+)`/g)].map(([, name]) => name));
  assert.deepEqual(
    sampleNames.filter((name) => !listed.has(name)),
    [],
  );
});
