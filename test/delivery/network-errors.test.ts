import { strict as assert } from 'node:assert';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import { explainNetworkError, networkErrors } from '../../shared/delivery/network-errors.ts';

const withCode = (code: string, more: object = {}): Error => Object.assign(new Error('x'), { code }, more);

test('every row names what happened, and its source', () => {
  for (const [code, row] of Object.entries(networkErrors)) {
    assert.ok(row.source.length > 5, code);
    const found = explainNetworkError(withCode(code), 'mail.example');
    assert.equal(found.code, code);
    assert.equal(found.reason, `mail.example ${row.reason}.`);
    assert.equal(found.beforeRequest, row.beforeRequest);
  }
});

test('only failures to look up, connect or agree on TLS are before the request', () => {
  const before = new Set(Object.keys(networkErrors).filter((code) => networkErrors[code]?.beforeRequest));
  for (const code of [
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'ESOCKET',
    'ECONNECTION',
    'UND_ERR_SOCKET',
    'AbortError',
  ]) {
    assert.ok(!before.has(code), code);
  }
});

test('the innermost code that is known explains best', () => {
  const wrapped = new TypeError('fetch failed', { cause: withCode('ENOTFOUND') });
  assert.equal(explainNetworkError(wrapped, 'h').code, 'ENOTFOUND');
  const several = new AggregateError([withCode('ECONNREFUSED'), withCode('ENETUNREACH')]);
  assert.equal(
    explainNetworkError(new TypeError('fetch failed', { cause: several }), 'h').code,
    'ECONNREFUSED',
  );
  assert.equal(
    explainNetworkError(withCode('ESOCKET', { originalCode: 'CERT_HAS_EXPIRED' }), 'h').code,
    'CERT_HAS_EXPIRED',
  );
  assert.equal(explainNetworkError(withCode('ESOCKET', { originalCode: 'EWEIRD' }), 'h').code, 'ESOCKET');
});

test('an error nobody knows is doubtful and still has a sentence', () => {
  assert.deepEqual(explainNetworkError(withCode('EWEIRD'), 'h'), {
    code: 'EWEIRD',
    reason: 'h could not be talked to.',
    beforeRequest: false,
  });
  assert.deepEqual(explainNetworkError('odd', 'h'), {
    reason: 'h could not be talked to.',
    beforeRequest: false,
  });
  assert.equal(explainNetworkError(withCode('constructor'), 'h').beforeRequest, false);
});

test("fetch's own failures and time limits are recognised", async () => {
  const server = createServer((socket) => socket.on('error', () => undefined).resume()).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const url = `http://127.0.0.1:${port}/`;
  const late: unknown = await fetch(url, { signal: AbortSignal.timeout(20) }).catch(
    (error: unknown) => error,
  );
  assert.equal(explainNetworkError(late, 'h').code, 'TimeoutError');
  await new Promise((resolve) => server.close(resolve));
  const refused: unknown = await fetch(url).catch((error: unknown) => error);
  assert.equal(explainNetworkError(refused, 'h').code, 'ECONNREFUSED');
});
