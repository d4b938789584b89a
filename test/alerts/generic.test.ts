/**
 * The generic reading on the shapes of senders that it was not written for.
 */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { AlertGroup } from '../../shared/alerts/alert.ts';
import { readGeneric } from '../../shared/alerts/generic.ts';
import { readRequest } from '../../shared/alerts/read-request.ts';
import { habits } from './senders-by-habit.ts';
import { wordHabits } from './senders-by-word.ts';
import { senderSamples, type SenderSample } from './senders.ts';

suite('senders without an adapter', () => {
  for (const sample of [...senderSamples, ...habits, ...wordHabits]) {
    test(sample.name, async () => {
      const [alert] = (await read(sample)).alerts;
      assert.ok(alert);
      for (const part of sample.title)
        assert.ok(alert.title.includes(part), `"${alert.title}" lacks "${part}"`);
      assert.equal(alert.state, sample.state, `state of "${alert.title}"`);
      if (sample.severity) assert.equal(alert.severity, sample.severity, `severity of "${alert.title}"`);
      if (sample.link !== undefined) assert.equal(alert.links[0]?.url, sample.link);
      const text = [
        alert.title,
        alert.summary,
        ...alert.facts.map(({ name, value }) => `${name}: ${value}`),
      ].join('\n');
      for (const part of sample.holds ?? [])
        assert.ok(text.includes(part), `the text lacks "${part}":\n${text}`);
      assert.doesNotMatch(text, /hidden|hush/);
    });
  }
});

async function read(sample: SenderSample): Promise<AlertGroup> {
  const headers = new Map(Object.entries(sample.headers ?? {}));
  headers.set('content-type', sample.contentType ?? 'application/json');
  const body = typeof sample.body === 'string' ? sample.body : JSON.stringify(sample.body);
  return readGeneric(
    await readRequest({
      method: sample.method ?? 'POST',
      header: (name) => headers.get(name),
      query: new URLSearchParams(sample.query ?? ''),
      body: Buffer.from(body ?? ''),
    }),
  );
}
