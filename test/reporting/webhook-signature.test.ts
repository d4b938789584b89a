/**
 * The signature, against the vector that the libraries of https://github.com/standard-webhooks/standard-webhooks test with.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { webhookHeaders } from '../../shared/reporting/webhook-signature.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const signable = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1_614_265_330,
  body: '{"test": 2432232314}',
};
const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

test('the signature is that of the known vector', () => {
  assert.deepEqual(webhookHeaders(signable, [secret]), {
    'webhook-id': signable.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': signature,
  });
});

test('two secrets make two signatures with a space between, the newer first', () => {
  const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const [newer, older, ...more] =
    webhookHeaders(signable, [other, secret])['webhook-signature']?.split(' ') ?? [];
  assert.equal(older, signature);
  assert.match(newer ?? '', /^v1,[A-Za-z0-9+/]{43}=$/);
  assert.notEqual(newer, older);
  assert.deepEqual(more, []);
});

test('whatever is signed changes the signature', () => {
  const changes = [{ id: 'msg_other' }, { timestamp: 1_614_265_331 }, { body: '{"test":2432232314}' }];
  for (const change of changes) {
    const headers = webhookHeaders({ ...signable, ...change }, [secret]);
    assert.notEqual(headers['webhook-signature'], signature, JSON.stringify(change));
  }
});
