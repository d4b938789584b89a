/**
 * The certificate in the vault, from the managed identity to the token: pretend Key Vault, pretend identity endpoint, pretend Entra
 * ID, each on its own wire.
 */
import { strict as assert } from 'node:assert';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { createAuthority } from '../../infra/simulators/authority.ts';
import { FaultScript } from '../../infra/simulators/faults.ts';
import { startKeyVault, type KeyVaultSimulator } from '../../infra/simulators/key-vault.ts';
import { KEY_VAULT_FAULTS, type KeyVaultFault } from '../../infra/simulators/key-vault/faults.ts';
import type { Microsoft365 } from '../../infra/simulators/microsoft365.ts';
import { createCredentialReport } from '../../shared/delivery/credential-report.ts';
import { createCredentialWatch } from '../../shared/delivery/credential-watch.ts';
import { createTokenSource } from '../../shared/delivery/entra.ts';
import { openCertificates } from '../../shared/delivery/open-certificates.ts';
import type { TokenResult } from '../../shared/delivery/transport.ts';
import { readConfig, type Config } from '../../shared/platform/config.ts';
import type { Level, LogFields } from '../../shared/platform/log.ts';
import { makeCertificate, movableClock, startStage, type TestCertificate } from './stage.ts';

const graph = 'https://graph.microsoft.com/.default';
const exchange = 'https://outlook.office365.com/.default';
const audience = 'https://vault.azure.net';
const pfx = 'application/x-pkcs12';

let m365: Microsoft365;
let vault: KeyVaultSimulator;
let one: TestCertificate;
let two: TestCertificate;
const faults = new FaultScript<KeyVaultFault>(KEY_VAULT_FAULTS);
const pemOf = ({ certificate, privateKey }: TestCertificate): string => certificate + privateKey;

before(async () => {
  [one, two] = await Promise.all([makeCertificate(20), makeCertificate(300)]);
  m365 = await startStage({ certificates: [one.certificate] });
  process.env['IDENTITY_ENDPOINT'] = m365.urls.identityEndpoint;
  process.env['IDENTITY_HEADER'] = m365.identityHeader;
});
beforeEach(async () => {
  const authority = await createAuthority();
  setDefaultCACertificates([...getCACertificates('default'), authority.caPem]);
  const readers = [m365.identity.principalId];
  const verifyToken = (token: string) => m365.entra.verify(token, audience);
  vault = await startKeyVault({ authority, faults, verifyToken, readers });
  register(one);
});
afterEach(async () => {
  faults.clear();
  m365.faults.entra.clear();
  await vault.stop();
});
after(async () => {
  delete process.env['IDENTITY_ENDPOINT'];
  delete process.env['IDENTITY_HEADER'];
  await m365.stop();
});

/** What the administrator has added to the app registration. */
function register(...certificates: readonly TestCertificate[]): void {
  const { tenantId, clientId } = m365;
  m365.entra.register({
    tenantId,
    clientId,
    certificates: certificates.map(({ certificate }) => certificate),
    roles: ['Mail.Send', 'SMTP.SendAsApp'],
  });
}

function configFor(more: Record<string, string> = {}): Config {
  return readConfig({
    POSTRIDER_TENANT_ID: m365.tenantId,
    POSTRIDER_CLIENT_ID: m365.clientId,
    POSTRIDER_LOGIN_URL: m365.urls.login,
    POSTRIDER_KEY_VAULT_CERTIFICATE: `${vault.url}/certificates/postrider`,
    POSTRIDER_KEY_VAULT_RESOURCE: audience,
    POSTRIDER_KEY_VAULT_IDENTITY_CLIENT_ID: m365.identity.clientId,
    ...more,
  });
}

/** A process: what it holds is gone with it. */
function start(more: Record<string, string> = {}) {
  const clock = movableClock();
  const lines: { level: Level; event: string; fields: LogFields }[] = [];
  const log = (level: Level, event: string, fields: LogFields = {}) => lines.push({ level, event, fields });
  const tokens = createTokenSource({ config: configFor(more), clock, log, requestTimeout: 2000 });
  const logged = (event: string) => lines.filter((line) => line.event === event);
  return { tokens, clock, log, logged };
}

function accessToken(result: TokenResult): string {
  assert.ok(result.ok, result.ok ? '' : JSON.stringify(result.outcome));
  return result.accessToken;
}

function refusal(result: TokenResult) {
  assert.ok(!result.ok, 'a token came');
  return result.outcome;
}

/** Status of the last token requests at Entra ID. */
const shown = (count: number): readonly number[] =>
  m365.entra.requests.slice(-count).map(({ status }) => status);

test('the identity reads the certificate, and Entra ID takes it; scopes share one reading', async () => {
  vault.put('postrider', pemOf(one));
  const { tokens } = start();
  await Promise.all([tokens.token(graph), tokens.token(exchange)]).then((all) => all.forEach(accessToken));
  assert.equal(m365.entra.requests.at(-1)?.kind, 'certificate');
  assert.deepEqual(vault.asked, ['']);
});

test('a system-assigned identity needs no name', async () => {
  vault.put('postrider', pemOf(one));
  accessToken(await start({ POSTRIDER_KEY_VAULT_IDENTITY_CLIENT_ID: '' }).tokens.token(graph));
});

test('PFX is asked for as PEM; a vault that does not convert says what to do', async () => {
  vault.put('postrider', pemOf(one), pfx);
  accessToken(await start().tokens.token(graph));
  assert.deepEqual(vault.asked, ['', '+application/x-pem-file']);
  vault.settings.converts = false;
  const outcome = refusal(await start().tokens.token(graph));
  assert.deepEqual([outcome.fault, outcome.trace.status], ['configuration', 400]);
  assert.match(outcome.reason, /content type of its policy to PEM/);
});

test('a new version is taken up with the next token, without a restart', async () => {
  vault.put('postrider', pemOf(one));
  const { tokens, clock, logged } = start();
  accessToken(await tokens.token(graph));
  const version = vault.put('postrider', pemOf(two));
  register(two);
  clock.advance(3700);
  accessToken(await tokens.token(graph));
  assert.deepEqual(shown(1), [200]);
  assert.equal(logged('credential.new-version')[0]?.fields.code, version);
});

test('the vault is left alone for a quarter of an hour', async () => {
  vault.put('postrider', pemOf(one));
  const { tokens, clock } = start();
  accessToken(await tokens.token(graph));
  clock.advance(880);
  accessToken(await tokens.token(graph, true));
  assert.equal(vault.asked.length, 1);
  clock.advance(30);
  accessToken(await tokens.token(exchange));
  assert.equal(vault.asked.length, 2);
});

test('a version that Entra ID has since forgotten is replaced at once', async () => {
  vault.put('postrider', pemOf(one));
  const { tokens, clock } = start();
  accessToken(await tokens.token(graph));
  vault.put('postrider', pemOf(two));
  register(two);
  clock.advance(61);
  accessToken(await tokens.token(graph, true));
  assert.deepEqual(shown(2), [401, 200]);
});

test('until Entra ID knows the new version, the former one is shown', async () => {
  vault.put('postrider', pemOf(one));
  const { tokens, clock, logged } = start();
  accessToken(await tokens.token(graph));
  vault.put('postrider', pemOf(two));
  clock.advance(3700);
  accessToken(await tokens.token(graph));
  assert.deepEqual(shown(2), [401, 200]);
  // The one that worked is still at hand: nobody need ask for it.
  assert.ok(!vault.asked.includes('versions'));
  const [line] = logged('credential.version-refused');
  assert.match(line?.fields.reason ?? '', /add its public part to the app registration/);
  register(one, two);
  clock.advance(3700);
  accessToken(await tokens.token(graph));
  register(two);
  clock.advance(3700);
  accessToken(await tokens.token(graph));
  assert.deepEqual(shown(2), [200, 200]);
});

test('an instance that starts in between asks for the former version', async () => {
  const former = vault.put('postrider', pemOf(one));
  const disabled = vault.put('postrider', pemOf(one));
  vault.disable(disabled);
  vault.put('postrider', pemOf(two));
  const { tokens } = start();
  accessToken(await tokens.token(graph));
  assert.deepEqual(vault.asked, ['', '', 'versions', former]);
});

test('the former version is found among many, on whatever page', async () => {
  const over = await makeCertificate(-1);
  for (let version = 0; version < 60; version++) vault.put('postrider', pemOf(over));
  const former = vault.put('postrider', pemOf(one));
  vault.put('postrider', pemOf(two));
  accessToken(await start().tokens.token(graph));
  assert.deepEqual(vault.asked.slice(-4), ['versions', 'versions', 'versions', former]);
});

test('where no version is known to Entra ID, that is what is said', async () => {
  register(await makeCertificate(31));
  vault.put('postrider', pemOf(one));
  vault.put('postrider', pemOf(two));
  const outcome = refusal(await start().tokens.token(graph));
  assert.deepEqual([outcome.fault, outcome.trace.code], ['configuration', 'AADSTS700027']);
  assert.match(outcome.reason, /POSTRIDER_KEY_VAULT_CERTIFICATE/);
});

test('an answer that is not about the certificate ends the search', async () => {
  vault.put('postrider', pemOf(one));
  m365.faults.entra.add({ kind: 'status', status: 503 });
  assert.equal(refusal(await start().tokens.token(graph)).fault, 'transient');
  assert.deepEqual(vault.asked, ['']);
});

test('a missing role is named, and so are the other ways in which a vault refuses', async () => {
  vault.put('postrider', pemOf(one));
  vault.readers.clear();
  const outcome = refusal(await start().tokens.token(graph));
  assert.deepEqual(
    [outcome.fault, outcome.trace.status, outcome.trace.code],
    ['configuration', 403, 'ForbiddenByRbac'],
  );
  assert.match(outcome.reason, /role "Key Vault Secrets User"/);

  vault.readers.add(m365.identity.principalId);
  const cases = [
    [{ kind: 'status', status: 403, code: 'ForbiddenByFirewall' }, 'configuration', /firewall/],
    [{ kind: 'status', status: 403, code: 'SecretDisabled' }, 'configuration', /disabled/],
    [{ kind: 'status', status: 401 }, 'configuration', /tenant of the identity/],
    [{ kind: 'status', status: 404 }, 'configuration', /no certificate of the name/],
    [{ kind: 'status', status: 429, retryAfter: '17' }, 'transient', /too often/],
    [{ kind: 'status', status: 503, html: true }, 'transient', /answered 503/],
    [{ kind: 'reset' }, 'transient', /localhost/],
    [{ kind: 'hang' }, 'transient', /localhost/],
  ] as const;
  for (const [fault, kind, reason] of cases) {
    faults.add(fault);
    const found = refusal(await start().tokens.token(graph));
    assert.equal(found.fault, kind, JSON.stringify(fault));
    assert.match(found.reason, reason);
    assert.ok(found.unasked);
    if (fault.kind === 'status' && fault.status === 429) assert.equal(found.retryAfterSeconds, 17);
  }
});

test('an identity that this machine has not got is named', async () => {
  vault.put('postrider', pemOf(one));
  const stranger = { POSTRIDER_KEY_VAULT_IDENTITY_CLIENT_ID: 'c0a80101-0000-4000-8000-00000000dead' };
  const outcome = refusal(await start(stranger).tokens.token(graph));
  assert.equal(outcome.fault, 'configuration');
  assert.match(outcome.reason, /POSTRIDER_KEY_VAULT_IDENTITY_CLIENT_ID/);
});

test('what is at hand serves while the vault is down', async () => {
  vault.put('postrider', pemOf(one));
  const { tokens, clock, logged } = start();
  accessToken(await tokens.token(graph));
  faults.add({ kind: 'status', status: 403, times: 100 });
  clock.advance(3700);
  accessToken(await tokens.token(graph));
  assert.equal(logged('credential.vault-unread')[0]?.level, 'warn');
});

test('a version that is over or not PEM is said to be so, and never quoted', async () => {
  const over = await makeCertificate(-1);
  vault.put('postrider', pemOf(over));
  assert.match(
    refusal(await start().tokens.token(graph)).reason,
    /^POSTRIDER_KEY_VAULT_CERTIFICATE holds a certificate that expired/,
  );
  vault.put('postrider', 'hunter2');
  const { reason } = refusal(await start().tokens.token(graph));
  assert.match(reason, /^POSTRIDER_KEY_VAULT_CERTIFICATE is not PEM/);
  assert.ok(!reason.includes('hunter2'));
});

test('the end of the newest version is said once a day, and the next hour asks again a vault that was silent', async () => {
  vault.put('postrider', pemOf(one));
  const { clock, log, logged } = start();
  const config = configFor();
  const { credential } = config;
  assert.ok(credential.kind === 'key-vault');
  const certificates = openCertificates({ credential, config, clock, log });
  const watch = createCredentialWatch({
    credential,
    certificates: () => Promise.resolve(certificates),
    clock,
    log,
  });
  faults.add({ kind: 'status', status: 503 });
  await watch();
  assert.equal(logged('credential.expires').length, 0);
  await watch();
  await watch();
  const [line, second] = logged('credential.expires');
  assert.equal(second, undefined);
  assert.deepEqual([line?.level, line?.fields.days], ['warn', 19]);
  assert.match(line?.fields.reason ?? '', /POSTRIDER_KEY_VAULT_CERTIFICATE expires on \d{4}-\d\d-\d\d/);
  clock.advance(15 * 86_400);
  await watch();
  assert.deepEqual(logged('credential.expires')[1]?.level, 'error');
});

test('an operator who asks is told the end at once, also by a vault that hangs, and the vault is not asked each time', async () => {
  vault.put('postrider', pemOf(one));
  const { clock, log } = start();
  const config = configFor();
  const { credential } = config;
  assert.ok(credential.kind === 'key-vault');
  const waits: number[] = [];
  const reporting = (
    patience: (milliseconds: number) => Promise<void> = () => new Promise(() => undefined),
  ) => {
    const certificates = openCertificates({ credential, config, clock, log, timeout: 10_000 });
    return createCredentialReport({
      credential,
      certificates: () => Promise.resolve(certificates),
      clock,
      wait: patience,
    });
  };
  const report = reporting();
  const first = await report();
  await report();
  assert.deepEqual(
    [first.status, first.name, first.daysLeft],
    ['warn', 'POSTRIDER_KEY_VAULT_CERTIFICATE', 19],
  );
  assert.equal(vault.asked.length, 1);

  faults.add({ kind: 'status', status: 403 });
  const refused = await reporting()();
  assert.deepEqual([refused.status, refused.expiresAt], ['warn', undefined]);
  assert.match(
    refused.reason ?? '',
    /^The vault does not tell when the certificate ends\. .*Key Vault Secrets User/,
  );

  faults.add({ kind: 'hang' });
  const silent = await reporting(async (milliseconds) => void waits.push(milliseconds))();
  assert.match(silent.reason ?? '', /ask again/);
  assert.deepEqual(waits, [2000]);
});
