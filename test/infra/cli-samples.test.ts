/** The samples of `postrider trigger`: each is what its tool would send, and says at once what it is about. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { describeSample, sampleNames, sampleRequest, type SampleState } from '../../infra/cli/sample.ts';
import type { AlertGroup } from '../../shared/alerts/alert.ts';
import { readRequest } from '../../shared/alerts/read-request.ts';
import { readHook } from '../../shared/alerts/registry.ts';

/** Adapters that have another name than the sample; the rest have the same. */
const adapters: Readonly<Record<string, string>> = {
  'event-grid': 'azure-event-grid',
  ttn: 'the-things-network',
  curl: 'generic',
  ntfy: 'generic',
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
    if (!resolvable) return;
    const [over] = (await read(name, 'resolved')).alerts;
    assert.notEqual(over?.severity, 'critical');
    assert.equal(over?.source, alert?.source);
    if (alert?.threadKey !== undefined) assert.equal(over?.threadKey, alert.threadKey);
    if (['slack', 'discord', 'github', 'gitlab', 'azure-devops', 'proxmox'].includes(name)) return;
    assert.deepEqual([alert?.state, over?.state], ['firing', 'resolved']);
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

test('every sample has a page, and every page that names one names one that exists', () => {
  const folder = path.resolve(import.meta.dirname, '../../docs/senders');
  const index = readFileSync(path.join(folder, 'README.md'), 'utf8');
  const named = new Set([...index.matchAll(/`([a-z0-9-]+)`/g)].map(([, name]) => name ?? ''));
  assert.deepEqual(
    sampleNames.filter((name) => !named.has(name)),
    [],
  );
  for (const [, page = ''] of index.matchAll(/\]\(([a-z0-9-]+\.md)\)/g)) {
    const text = readFileSync(path.join(folder, page), 'utf8');
    for (const [, name = ''] of text.matchAll(/postrider trigger ([a-z0-9-]+)/g))
      assert.ok(sampleNames.includes(name), `${page}: ${name}`);
  }
});
