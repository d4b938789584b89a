/**
 * What a person wrote into the body of a known sender is in the mail, although the adapter does not know the field.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readRequest } from '../../shared/alerts/read-request.ts';
import { readHook } from '../../shared/alerts/registry.ts';

async function factsOf(body: object): Promise<Readonly<Record<string, string>>> {
  const reading = readHook(
    await readRequest({
      method: 'POST',
      header: (name) => (name === 'content-type' ? 'application/json' : undefined),
      query: new URLSearchParams(),
      body: Buffer.from(JSON.stringify(body)),
    }),
  );
  assert.equal(reading.kind, 'alerts');
  const [alert, ...others] = reading.kind === 'alerts' ? reading.alerts : [];
  assert.ok(alert && others.length === 0);
  assert.equal(alert.source, 'hyperping');
  return Object.fromEntries(alert.facts.map(({ name, value }) => [name, value]));
}

const check = { url: 'https://shop.example', monitorUuid: 'm1' };

test('a sentence in a field that the adapter does not know is told', async () => {
  const facts = await factsOf({ event: 'ssl.expiring', text: 'The certificate ends in 7 days', check });
  assert.equal(facts['text'], 'The certificate ends in 7 days');
});

test('what is told already, what is secret, and what is no sentence is not', async () => {
  const facts = await factsOf({
    event: 'check.down',
    check,
    note: 'https://shop.example is down',
    api_token: 'a b c d e f',
    mode: 'fast',
    previous_text: 'It was well before this',
  });
  assert.deepEqual(
    Object.keys(facts).filter((name) => /note|token|mode|previous/.test(name)),
    [],
  );
});

test('a long body is its adapter’s own matter', async () => {
  const facts = await factsOf({ event: 'check.down', check, text: `Ask for Ada first. ${'x'.repeat(6000)}` });
  assert.equal(facts['text'], undefined);
});
