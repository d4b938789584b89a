import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import type { Hook, SignatureScheme } from '../../../shared/access/hook.ts';
import { checkSignature } from '../../../shared/access/signature/verify.ts';
import { Secret } from '../../../shared/platform/secret.ts';

const now = new Date('2026-11-20T12:00:00Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const seconds = (at: Date) => String(Math.floor(at.getTime() / 1000));
const body = '{"title":"Disk läuft voll","state":"alerting"}';
const secret = 'It is a secret to everybody';
const hmac = (text: string, key = secret) => createHmac('sha256', key).update(text).digest('hex');

const hookOf = (scheme: SignatureScheme, name = 'ci'): Hook => ({
  name,
  submitter: 'app',
  from: 'alerts@contoso.com',
  to: ['ops@contoso.com'],
  signature: { scheme, secret: 'CI' },
});

interface Sent {
  readonly headers: Record<string, string>;
  readonly text?: string;
  readonly at?: Date;
  readonly secrets?: Record<string, string>;
  readonly hook?: string;
}

/** The delivery key, or what the refusal says. */
function check(
  scheme: SignatureScheme,
  { headers, text = body, at = now, secrets = { CI: secret }, hook }: Sent,
) {
  const kept = new Map(Object.entries(secrets).map(([name, value]) => [name, new Secret(value)]));
  const request = { header: (name: string) => headers[name], body: Buffer.from(text) };
  const found = checkSignature(hookOf(scheme, hook), kept, request, at);
  if (found.ok) return found.value.deliveryKey;
  assert.equal(found.problem.code, 'invalid-signature');
  return found.problem.detail;
}
const isRight = (answer: string) => answer.startsWith('signed-');

const whsec = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const webhook = new Webhook(whsec);
const standard = (id: string, at: Date, text = body, from = webhook) => ({
  'webhook-id': id,
  'webhook-timestamp': seconds(at),
  'webhook-signature': from.sign(id, at, text),
});
const signedStandard = (headers: Record<string, string>, more: Partial<Sent> = {}) =>
  check('standard-webhooks', { headers, secrets: { CI: whsec }, ...more });

test('Standard Webhooks: what their own library signs is right, for five minutes', () => {
  assert.ok(isRight(signedStandard(standard('msg_1', now))));
  assert.ok(isRight(signedStandard(standard('msg_1', now), { at: later(300) })));
  assert.match(signedStandard(standard('msg_1', now), { at: later(301) }), /five minutes old/);
  assert.match(signedStandard(standard('msg_1', later(301))), /five minutes old/);
  const svix = Object.entries(standard('msg_1', now)).map(([name, value]) => [
    name.replace('webhook-', 'svix-'),
    value,
  ]);
  assert.ok(isRight(signedStandard(Object.fromEntries(svix) as Record<string, string>)));
});

test('Standard Webhooks: the example of the specification’s library', () => {
  const headers = {
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  };
  assert.ok(
    isRight(signedStandard(headers, { text: '{"test": 2432232314}', at: new Date(1_614_265_330_000) })),
  );
});

test('Standard Webhooks: a changed body, id or time, another secret or version is wrong', () => {
  const headers = standard('msg_1', now);
  const wrong = [
    signedStandard(headers, { text: `${body} ` }),
    signedStandard({ ...headers, 'webhook-id': 'msg_2' }),
    signedStandard({ ...headers, 'webhook-timestamp': seconds(later(1)) }),
    signedStandard({ ...headers, 'webhook-timestamp': `${seconds(now)}.0` }),
    signedStandard({ ...headers, 'webhook-signature': headers['webhook-signature'].replace('v1,', 'v1a,') }),
    signedStandard({ ...headers, 'webhook-signature': headers['webhook-signature'].slice(3) }),
    signedStandard({ ...headers, 'webhook-signature': 'v1,' }),
    signedStandard(headers, { secrets: { CI: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' } }),
    signedStandard(headers, { secrets: { CI: 'whsec_' } }),
  ];
  for (const answer of wrong) assert.match(answer, /does not fit/);
  for (const name of Object.keys(headers))
    assert.match(signedStandard({ ...headers, [name]: '' }), /carries no signature/);
});

test('Standard Webhooks: one of several signatures is enough', () => {
  const headers = standard('msg_1', now);
  const foreign = new Webhook('whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA').sign('msg_1', now, body);
  const both = `v1a,bm9uZQ== ${foreign} ${headers['webhook-signature']}`;
  assert.ok(isRight(signedStandard({ ...headers, 'webhook-signature': both })));
  const flood = `${`${foreign} `.repeat(2000)}${headers['webhook-signature']}`;
  assert.match(signedStandard({ ...headers, 'webhook-signature': flood }), /does not fit/);
});

test('a repetition has the same key, another message or hook another', () => {
  const first = signedStandard(standard('msg_1', now));
  assert.equal(signedStandard(standard('msg_1', later(60)), { at: later(60) }), first);
  assert.notEqual(signedStandard(standard('msg_2', now)), first);
  assert.notEqual(signedStandard(standard('msg_1', now), { hook: 'other' }), first);
  assert.match(signedStandard(standard('ä\u0000'.repeat(99), now)), /^signed-[\da-f]{64}$/);

  const headers = { 'x-hub-signature-256': `sha256=${hmac(body)}` };
  const push = check('github', { headers });
  assert.equal(check('github', { headers: { ...headers, 'x-github-delivery': 'new' }, at: later(60) }), push);
  assert.equal(check('github', { headers, at: later(86_400) }), push);
});

test('GitHub, Bitbucket and Gitea', () => {
  // The example in GitHub's documentation.
  const example = {
    headers: {
      'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    },
    text: 'Hello, World!',
    secrets: { CI: "It's a Secret to Everybody" },
  };
  assert.ok(isRight(check('github', example)));
  const right: readonly Record<string, string>[] = [
    { 'x-hub-signature-256': `sha256=${hmac(body)}` },
    { 'x-hub-signature-256': `sha256=${hmac(body).toUpperCase()}` },
    { 'x-hub-signature-256': `sha256=${hmac(body)}`, 'x-hub-signature': 'sha1=0000' },
    { 'x-hub-signature': `sha256=${hmac(body)}` },
    { 'x-gitea-signature': hmac(body) },
  ];
  for (const headers of right) assert.ok(isRight(check('github', { headers })), JSON.stringify(headers));
  const wrong: readonly Record<string, string>[] = [
    { 'x-hub-signature-256': hmac(body) },
    { 'x-hub-signature-256': `sha256=${hmac(`${body} `)}` },
    { 'x-hub-signature-256': `sha256=${hmac(body, 'guess')}` },
    { 'x-hub-signature-256': `sha256=${hmac(body).slice(1)}` },
    { 'x-hub-signature-256': `sha256=${hmac(body)}00` },
    { 'x-hub-signature-256': 'sha256=0', 'x-gitea-signature': hmac(body) },
    { 'x-hub-signature-256': `sha256=${hmac(body, 'guess')}`, 'x-gitea-signature': hmac(body) },
    { 'x-gitea-signature': `sha256=${hmac(body)}` },
  ];
  for (const headers of wrong)
    assert.match(check('github', { headers }), /does not fit/, JSON.stringify(headers));
  const sha1 = createHmac('sha1', secret).update(body).digest('hex');
  assert.match(check('github', { headers: { 'x-hub-signature': `sha1=${sha1}` } }), /carries no signature/);
});

test('Grafana, with and without a time', () => {
  const timed = (at: Date) => ({
    'x-grafana-alerting-timestamp': seconds(at),
    'x-grafana-alerting-signature': hmac(`${seconds(at)}:${body}`),
  });
  assert.ok(isRight(check('grafana', { headers: { 'x-grafana-alerting-signature': hmac(body) } })));
  assert.ok(isRight(check('grafana', { headers: { 'x-grafana-alert-signature': hmac(body) } })));
  assert.ok(isRight(check('grafana', { headers: timed(now), at: later(299) })));
  assert.match(check('grafana', { headers: timed(now), at: later(301) }), /five minutes old/);
  const { 'x-grafana-alerting-signature': signature } = timed(now);
  const moved = {
    'x-grafana-alerting-timestamp': seconds(later(600)),
    'x-grafana-alerting-signature': signature,
  };
  assert.match(check('grafana', { headers: moved, at: later(600) }), /does not fit/);
  const stripped = { headers: { 'x-grafana-alerting-signature': signature }, at: later(9000) };
  assert.match(check('grafana', stripped), /does not fit/);
  assert.match(check('grafana', { ...stripped, text: `${seconds(now)}:${body}` }), /does not fit/);
});

const pagerduty = (value: string) => check('pagerduty', { headers: { 'x-pagerduty-signature': value } });

test('PagerDuty, one of several', () => {
  assert.ok(isRight(pagerduty(`v1=${hmac(body)}`)));
  assert.ok(isRight(pagerduty(`v1=${hmac(body, 'old')},v1=${hmac(body)}`)));
  assert.match(pagerduty(`v1=${hmac(body, 'old')}`), /does not fit/);
  assert.match(pagerduty(`v2=${hmac(body)}`), /does not fit/);
  assert.match(pagerduty(''), /carries no signature/);
});

test('a secret is changed without a gap', () => {
  const headers = { 'x-hub-signature-256': `sha256=${hmac(body, 'new')}` };
  assert.match(check('github', { headers, secrets: { CI: 'old' } }), /does not fit/);
  assert.ok(isRight(check('github', { headers, secrets: { CI: 'old', CI_NEXT: 'new' } })));
  assert.match(check('github', { headers, secrets: {} }), /not set up/);
});

test('no header makes it throw or is right by chance', () => {
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature', 'x-hub-signature-256'];
  names.push('x-gitea-signature', 'x-grafana-alerting-signature', 'x-grafana-alerting-timestamp');
  names.push('x-pagerduty-signature', 'x-hub-signature');
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('v1,', 'v1=', 'sha256=', seconds(now), `v1=${'0'.repeat(64)}`, `v1,${'A'.repeat(43)}=`),
  );
  const schemes = ['standard-webhooks', 'github', 'grafana', 'pagerduty'] as const;
  fc.assert(
    fc.property(
      fc.array(text, { minLength: names.length }),
      fc.constantFrom(...schemes),
      (values, scheme) => {
        const headers = Object.fromEntries(names.map((name, i) => [name, values[i] ?? '']));
        assert.ok(!isRight(check(scheme, { headers })));
      },
    ),
  );
});
