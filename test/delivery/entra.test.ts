import { strict as assert } from 'node:assert';
import { after, afterEach, before, test } from 'node:test';
import type { Microsoft365 } from '../../infra/simulators/microsoft365.ts';
import { createTokenSource } from '../../shared/delivery/entra.ts';
import { replaceToken } from '../../shared/delivery/token-renewal.ts';
import type { TokenResult } from '../../shared/delivery/transport.ts';
import {
  closedPort,
  configFor,
  makeCertificate,
  movableClock,
  startStage,
  type TestCertificate,
} from './stage.ts';
import { Secret } from '../../shared/platform/secret.ts';

const graph = 'https://graph.microsoft.com/.default';
const exchange = 'https://outlook.office365.com/.default';

let m365: Microsoft365;
let certificate: TestCertificate;

before(async () => {
  certificate = await makeCertificate();
  m365 = await startStage({ certificates: [certificate.certificate] });
});
afterEach(() => {
  m365.faults.entra.clear();
  m365.entra.settings.expiresIn = 3599;
  m365.entra.settings.refreshIn = undefined;
});
after(() => m365.stop());

/** A source and how many token requests the simulator has seen since. */
function source(credential?: Parameters<typeof configFor>[1], requestTimeout?: number) {
  const clock = movableClock();
  const earlier = m365.entra.hits('token');
  const config = configFor(m365, credential);
  const tokens = createTokenSource({
    config,
    clock,
    ...(requestTimeout === undefined ? {} : { requestTimeout }),
  });
  return { tokens, clock, asked: () => m365.entra.hits('token') - earlier };
}

function accessToken(result: TokenResult): string {
  assert.ok(result.ok, result.ok ? '' : JSON.stringify(result.outcome));
  return result.accessToken;
}

function refusal(result: TokenResult) {
  assert.ok(!result.ok, 'a token came');
  return result.outcome;
}

/** Renewals in the background are not waited for by anybody else. */
async function settled(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 3000 && !condition(); turn += 1)
    await new Promise((done) => setTimeout(done, 10));
  assert.ok(condition());
}

test('a secret gets a token that the resource takes, and the token is kept', async () => {
  const { tokens, asked } = source();
  const token = accessToken(await tokens.token(graph));
  assert.equal((await m365.entra.verify(token, 'https://graph.microsoft.com')).ok, true);
  assert.equal(accessToken(await tokens.token(graph)), token);
  assert.equal(asked(), 1);
  assert.equal(m365.entra.requests.at(-1)?.kind, 'secret');
});

test('each scope has its own token', async () => {
  const { tokens, asked } = source();
  const [one, other] = await Promise.all([tokens.token(graph), tokens.token(exchange)]);
  assert.notEqual(accessToken(one), accessToken(other));
  assert.equal((await m365.entra.verify(accessToken(other), 'https://outlook.office365.com')).ok, true);
  assert.equal(asked(), 2);
});

test('many messages at once make one request', async () => {
  const { tokens, asked } = source();
  m365.faults.entra.add({ kind: 'slow', ms: 50 });
  const results = await Promise.all(Array.from({ length: 20 }, () => tokens.token(graph)));
  assert.equal(new Set(results.map(accessToken)).size, 1);
  assert.equal(asked(), 1);
});

test('a certificate signs an assertion that Entra ID verifies', async () => {
  const pem = `${certificate.privateKey}\n${certificate.certificate}`;
  const { tokens } = source({ kind: 'certificate', pem: new Secret(pem) });
  accessToken(await tokens.token(graph));
  assert.equal(m365.entra.requests.at(-1)?.kind, 'certificate');
});

test('a managed identity is the federated credential', async () => {
  process.env['IDENTITY_ENDPOINT'] = m365.urls.identityEndpoint;
  process.env['IDENTITY_HEADER'] = m365.identityHeader;
  const { tokens } = source({ kind: 'federated', identityClientId: m365.identity.clientId });
  accessToken(await tokens.token(graph));
  assert.equal(m365.entra.requests.at(-1)?.kind, 'federated');

  const stranger = source({ kind: 'federated', identityClientId: 'c0a80101-0000-4000-8000-00000000dead' });
  const outcome = refusal(await stranger.tokens.token(graph));
  assert.equal(outcome.fault, 'configuration');
  assert.match(outcome.reason, /POSTRIDER_FEDERATED_IDENTITY_CLIENT_ID/);

  m365.faults.entra.add({ kind: 'status', status: 503, at: 'identity' });
  const unwell = source({ kind: 'federated', identityClientId: 'c0a80101-0000-4000-8000-00000000beef' });
  assert.equal(refusal(await unwell.tokens.token(graph)).fault, 'transient');
  delete process.env['IDENTITY_ENDPOINT'];
  delete process.env['IDENTITY_HEADER'];
});

test('a wrong secret is a fault of the set-up that names the setting, and is not shown again at once', async () => {
  const { tokens, clock, asked } = source({ kind: 'secret', secret: new Secret('not-it') });
  const outcome = refusal(await tokens.token(graph));
  assert.equal(outcome.fault, 'configuration');
  assert.match(outcome.reason, /POSTRIDER_CLIENT_SECRET/);
  assert.equal(outcome.trace.code, 'AADSTS7000215');
  assert.equal(outcome.trace.status, 401);
  assert.deepEqual(refusal(await tokens.token(graph)), outcome);
  assert.equal(asked(), 1);
  clock.advance(31);
  refusal(await tokens.token(graph));
  assert.equal(asked(), 2);
});

test('a certificate that Entra ID does not know is named', async () => {
  const other = await makeCertificate(31);
  const { tokens } = source({ kind: 'certificate', pem: new Secret(other.certificate + other.privateKey) });
  const outcome = refusal(await tokens.token(graph));
  assert.equal(outcome.fault, 'configuration');
  assert.match(outcome.reason, /POSTRIDER_CLIENT_CERTIFICATE/);
});

test('a tenant nobody knows is named', async () => {
  const clock = movableClock();
  const config = { ...configFor(m365), tenantId: 'nowhere.example' };
  const outcome = refusal(await createTokenSource({ config, clock }).token(graph));
  assert.equal(outcome.fault, 'configuration');
  assert.match(outcome.reason, /POSTRIDER_TENANT_ID/);
});

test('a server that is no Entra ID is named', async () => {
  const config = configFor(m365);
  const endpoints = { ...config.endpoints, loginUrl: m365.urls.graph };
  const tokens = createTokenSource({ config: { ...config, endpoints }, clock: movableClock() });
  const outcome = refusal(await tokens.token(graph));
  assert.equal(outcome.fault, 'configuration');
  assert.match(outcome.reason, /POSTRIDER_LOGIN_URL/);
});

test('a certificate that expires while we run is named', async () => {
  const { tokens, clock } = source({
    kind: 'certificate',
    pem: new Secret(certificate.privateKey + certificate.certificate),
  });
  clock.advance(40 * 86_400);
  const outcome = refusal(await tokens.token(graph));
  assert.equal(outcome.fault, 'configuration');
  assert.match(outcome.reason, /POSTRIDER_CLIENT_CERTIFICATE .* expired/);
});

test('an outage of discovery is transient', async () => {
  const { tokens } = source();
  m365.faults.entra.add({ kind: 'status', status: 503, at: 'discovery', times: 2 });
  assert.equal(refusal(await tokens.token(graph)).fault, 'transient');
});

test('an outage is transient, and so is the back-off in which MSAL asks nobody', async () => {
  const { tokens, asked } = source();
  m365.faults.entra.add({ kind: 'status', status: 503 });
  const first = refusal(await tokens.token(graph));
  assert.deepEqual(
    [first.fault, first.trace.code, first.retryAfterSeconds],
    ['transient', 'AADSTS90033', 60],
  );
  const second = refusal(await tokens.token(graph));
  assert.deepEqual([second.fault, second.trace.code, second.retryAfterSeconds], ['transient', undefined, 60]);
  assert.equal(asked(), 1);
});

test('throttling names its time', async () => {
  const { tokens } = source();
  m365.faults.entra.add({ kind: 'status', status: 429, retryAfter: '17' });
  const outcome = refusal(await tokens.token(graph));
  assert.deepEqual([outcome.fault, outcome.retryAfterSeconds], ['transient', 17]);
});

test("a gateway's page, a reset and a silence are transient", async () => {
  for (const fault of [
    { kind: 'status', status: 502, html: true },
    { kind: 'reset' },
    { kind: 'hang' },
  ] as const) {
    const { tokens } = source(undefined, 200);
    m365.faults.entra.add(fault);
    const outcome = refusal(await tokens.token(graph));
    assert.equal(outcome.fault, 'transient', fault.kind);
    assert.ok(outcome.reason.endsWith('.'), fault.kind);
  }
});

test('an authority that cannot be reached is transient and named', async () => {
  const clock = movableClock();
  const config = configFor(m365);
  const port = await closedPort();
  const endpoints = { ...config.endpoints, loginUrl: `https://127.0.0.1:${port}` };
  const outcome = refusal(await createTokenSource({ config: { ...config, endpoints }, clock }).token(graph));
  assert.deepEqual(
    [outcome.fault, outcome.reason],
    ['transient', `127.0.0.1:${port} refused the connection.`],
  );
});

test('the last good token serves through an outage until it expires', async () => {
  const { tokens, clock, asked } = source();
  const token = accessToken(await tokens.token(graph));
  m365.faults.entra.add({ kind: 'status', status: 503, times: 100 });
  clock.advance(3400);
  assert.equal(accessToken(await tokens.token(graph)), token);
  await settled(() => asked() === 2);
  assert.equal(accessToken(await tokens.token(graph)), token);
  clock.advance(190);
  assert.equal(accessToken(await tokens.token(graph)), token);
  clock.advance(10);
  assert.equal(refusal(await tokens.token(graph)).fault, 'transient');
});

test('a renewal happens in the background, at the time that Entra ID suggests', async () => {
  m365.entra.settings.refreshIn = 1000;
  const { tokens, clock, asked } = source();
  const token = accessToken(await tokens.token(graph));
  clock.advance(990);
  assert.equal(accessToken(await tokens.token(graph)), token);
  assert.equal(asked(), 1);
  m365.entra.settings.refreshIn = 3000;
  clock.advance(20);
  assert.equal(accessToken(await tokens.token(graph)), token);
  await settled(() => asked() === 2);
  let latest = token;
  for (let turn = 0; turn < 3000 && latest === token; turn += 1) {
    await new Promise((done) => setTimeout(done, 10));
    latest = accessToken(await tokens.token(graph));
  }
  assert.notEqual(latest, token);
  assert.equal(asked(), 2);
});

test('a demanded renewal skips the kept token, but not for every message', async () => {
  const { tokens, clock, asked } = source();
  const token = accessToken(await tokens.token(graph));
  const renewed = accessToken(await tokens.token(graph, true));
  assert.notEqual(renewed, token);
  assert.equal(accessToken(await tokens.token(graph, true)), renewed);
  assert.equal(asked(), 2);
  clock.advance(61);
  assert.notEqual(accessToken(await tokens.token(graph, true)), renewed);
});

test('messages whose token was refused together share one renewal', async () => {
  const { tokens, clock, asked } = source();
  const refused = accessToken(await tokens.token(graph));
  const others = await Promise.all(Array.from({ length: 5 }, () => replaceToken(tokens, graph, refused)));
  const replaced = others.map((other) => (other === 'same' ? other : accessToken(other)));
  assert.equal(new Set(replaced).size, 1);
  assert.notEqual(replaced[0], refused);
  clock.advance(120);
  const late = await replaceToken(tokens, graph, refused);
  assert.equal(late === 'same' ? late : accessToken(late), replaced[0]);
  assert.equal(asked(), 2);
});

test('a resource that refuses every token is told from one that refuses an old one', async () => {
  const { tokens } = source();
  accessToken(await tokens.token(graph));
  const renewed = await replaceToken(tokens, graph, accessToken(await tokens.token(graph)));
  assert.ok(renewed !== 'same');
  assert.equal(await replaceToken(tokens, graph, accessToken(renewed)), 'same');
});
