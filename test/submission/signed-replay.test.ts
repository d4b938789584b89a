/**
 * Signed requests to hooks that somebody caught and sends again: whatever is changed beside the signature, they make no second mail
 * while they are remembered. The clock is ours, since windows are hours.
 */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import type { Hook } from '../../shared/access/hook.ts';
import { checkSignature } from '../../shared/access/signature/verify.ts';
import { Secret } from '../../shared/platform/secret.ts';
import { submitter, onStage } from '../sense/stage.ts';

const stage = onStage();
const secret = 'shared with the forge';
const hour = 3_600_000;

type Signature = NonNullable<Hook['signature']>;

/** A hook that must be signed, and a way to call it: what it answers is the id of the mail. */
async function open(name: string, scheme: Signature['scheme'], window?: number) {
  const here = stage();
  const more = window === undefined ? {} : { replayWindow: window };
  await here.access.submitters.put(submitter);
  const hook = await here.register({ name, signature: { scheme, secret: 'CI', ...more } });
  const bridge = here.open();
  return async (text: string, extra: Record<string, string> = {}) => {
    const body = Buffer.from(text);
    const mac = createHmac('sha256', secret).update(body).digest('hex');
    const sent: Record<string, string | undefined> = {
      'content-type': 'application/json',
      'x-hub-signature-256': `sha256=${mac}`,
      'x-pagerduty-signature': `v1=${mac}`,
      'x-grafana-alerting-signature': mac,
      ...extra,
    };
    const header = (field: string) => sent[field];
    const request = { header, body };
    const signed = checkSignature(
      hook,
      new Map([['CI', new Secret(secret)]]),
      request,
      new Date(stage().now),
    );
    assert.ok(signed.ok);
    const visit = { hook, caller: { submitter }, mustSign: true };
    const facts = { method: 'POST', query: new URLSearchParams(), header };
    const outcome = await bridge.submitHook(visit, facts, body, signed.value);
    assert.ok(outcome.ok && outcome.value.kind === 'accepted', JSON.stringify(outcome));
    return outcome.value.accepted.id;
  };
}
const pass = (milliseconds: number) => {
  stage().now += milliseconds;
};

test('what is not signed makes no other request of it', async () => {
  const call = await open('keys', 'github');
  const first = await call('{"title":"Pushed"}');
  assert.equal(await call('{"title":"Pushed"}', { 'x-github-delivery': 'another' }), first);
  assert.equal(await call('{"title":"Pushed"}', { 'idempotency-key': 'another' }), first);
  assert.equal(await call('{"title":"Pushed"}', { 'webhook-id': 'another' }), first);
  assert.notEqual(await call('{"title":"Pushed again"}', { 'idempotency-key': 'another' }), first);
});

for (const scheme of ['github', 'grafana'] as const) {
  test(`${scheme}: an hour, whenever it begins`, async () => {
    const call = await open(`hour-${scheme}`, scheme);
    // Shortly before the clock strikes.
    pass(hour - (stage().now % hour) - 60_000);
    const first = await call('{"title":"Backup failed"}');
    pass(120_000);
    assert.equal(await call('{"title":"Backup failed"}'), first);
    pass(hour - 121_000);
    assert.equal(await call('{"title":"Backup failed"}'), first);
    // The same words of a script that runs every hour are another alert.
    pass(2000);
    const second = await call('{"title":"Backup failed"}');
    assert.notEqual(second, first);
    pass(hour - 1000);
    assert.equal(await call('{"title":"Backup failed"}'), second);
  });
}

test('as long as the hook says, and a day for PagerDuty, whose events have ids', async () => {
  for (const [name, scheme, window] of [
    ['long', 'github', 43_200],
    ['pages', 'pagerduty', undefined],
  ] as const) {
    const call = await open(name, scheme, window);
    const first = await call('{"title":"Down"}');
    pass((window ?? 86_400) * 1000 - 1000);
    assert.equal(await call('{"title":"Down"}'), first, name);
    pass(2000);
    assert.notEqual(await call('{"title":"Down"}'), first, name);
  }
});
