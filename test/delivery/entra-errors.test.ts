import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { classifyEntraError, entraErrors } from '../../shared/delivery/entra-errors.ts';

test('every row names its source and says what to do', () => {
  const seen = new Set<number>();
  for (const row of entraErrors) {
    assert.ok(row.source.length > 10, row.hint);
    assert.match(row.hint, /^[A-Z].*\.$/);
    for (const code of row.codes) {
      assert.ok(!seen.has(code), `${code} stands in two rows`);
      seen.add(code);
    }
  }
});

test('every listed number comes to its row, whatever the error says', () => {
  for (const row of entraErrors) {
    for (const number of row.codes) {
      assert.deepEqual(classifyEntraError({ number, error: 'invalid_client', status: 401 }), {
        verdict: row.verdict,
        reason: row.hint,
      });
    }
  }
});

/** The hints people need most, by the setting that they must name. */
const settings: readonly (readonly [number, RegExp])[] = [
  [7000215, /POSTRIDER_CLIENT_SECRET .* not its ID/],
  [7000222, /expired.*POSTRIDER_CLIENT_SECRET/],
  [700016, /POSTRIDER_CLIENT_ID.*POSTRIDER_TENANT_ID/],
  [90002, /POSTRIDER_TENANT_ID/],
  [90038, /POSTRIDER_CLOUD/],
  [500011, /POSTRIDER_GRAPH_RESOURCE/],
  [700027, /POSTRIDER_CLIENT_CERTIFICATE/],
  [700024, /clock/],
  [700213, /POSTRIDER_FEDERATED_IDENTITY_CLIENT_ID/],
  [65001, /Mail\.Send.*SMTP\.SendAsApp/],
];

test('hints name the setting to change', () => {
  for (const [number, hint] of settings) assert.match(classifyEntraError({ number }).reason, hint);
});

test('a number nobody listed is judged by its error', () => {
  const refused = classifyEntraError({ number: 7_999_999, error: 'invalid_client', status: 401 });
  assert.equal(refused.verdict, 'configuration');
  assert.equal(classifyEntraError({ error: 'unauthorized_client', status: 400 }).verdict, 'configuration');
});

test('what nobody listed at all, and every failure of the service itself, is transient', () => {
  assert.equal(classifyEntraError({}).verdict, 'transient');
  assert.equal(classifyEntraError({ error: 'constructor' }).verdict, 'transient');
  assert.equal(classifyEntraError({ error: 'server_error', status: 500 }).verdict, 'transient');
  assert.equal(classifyEntraError({ error: 'invalid_client', status: 503 }).verdict, 'transient');
  assert.equal(
    classifyEntraError({ number: 90033, error: 'temporarily_unavailable', status: 503 }).verdict,
    'transient',
  );
});
