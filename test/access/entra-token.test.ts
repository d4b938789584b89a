import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT, type JWK, type JWTHeaderParameters } from 'jose';
import { openEntraKeys } from '../../shared/access/entra-keys.ts';
import { byIdentity } from '../../shared/access/entra-identity.ts';
import { createTokenJudge } from '../../shared/access/entra-token.ts';
import { buildRegister } from '../../shared/access/register.ts';
import type { Submitter } from '../../shared/access/submitter.ts';
import { Secret } from '../../shared/platform/secret.ts';
import { clouds } from '../../shared/platform/clouds.ts';

const tenant = 'c0a80101-7e57-4000-8000-000000000001';
const partner = 'c0a80101-7e57-4000-8000-00000000000a';
const app = 'c0a80101-7e57-4000-8000-0000000000aa';
const audience = 'api://postrider';
const start = new Date('2026-11-20T12:00:00Z');

/** A key pair of the authority, under an id. */
async function makePair(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid, use: 'sig' };
  return { kid, privateKey, publicKey, jwk };
}
type Pair = Awaited<ReturnType<typeof makePair>>;

let [first, second, foreign]: Pair[] = [];
let server: Server;
let authority: { keys: unknown; status: number; asked: string[]; hang: boolean };

before(async () => {
  [first, second, foreign] = await Promise.all(['first', 'second', 'first'].map((kid) => makePair(kid)));
  server = createServer((request, response) => {
    authority.asked.push(request.url ?? '');
    if (authority.hang) return;
    response.writeHead(authority.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(authority.keys));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const submitter = (name: string, entra: Submitter['entra'] = []): Submitter => ({
  name,
  senders: ['alerts@contoso.com'],
  networks: [],
  disabled: false,
  entra,
});
const register = buildRegister({
  submitters: [
    submitter('app', [{ appId: app.toUpperCase() }]),
    submitter('guest', [{ appId: app, tenantId: partner }]),
    submitter('roled', [{ appId: app.replace('aa', 'bb'), role: 'Mail.Submit' }]),
  ],
});

/** A bridge's judge, with a clock and an authority of its own. */
function court() {
  authority = { keys: { keys: [first?.jwk, { kty: 'EC', kid: 'ec' }] }, status: 200, asked: [], hang: false };
  let now = start;
  const clock = { now: () => now };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = { tenantId: tenant, entraAudience: [audience, app], endpoints: clouds.global };
  const judge = createTokenJudge(
    settings,
    openEntraKeys(url, clock, () => undefined),
    clock,
  );
  return {
    pass: (step: number) => {
      now = new Date(now.getTime() + step * 1000);
    },
    /** The submitter that a token speaks for, or why it speaks for none. */
    judge: async (token: string) => {
      const identity = await judge(new Secret(token), register);
      const found = identity.ok ? byIdentity(register, identity.value) : identity;
      if (found.ok) return found.value.submitter.name;
      return `${found.problem.code}: ${found.problem.detail}`;
    },
  };
}

const seconds = Math.floor(start.getTime() / 1000);
const claims = (more: Record<string, unknown> = {}) => ({
  aud: audience,
  iss: `https://login.microsoftonline.com/${tenant}/v2.0`,
  iat: seconds - 300,
  nbf: seconds - 300,
  exp: seconds + 3600,
  azp: app,
  azpacr: '2',
  idtyp: 'app',
  oid: 'service-principal',
  sub: 'service-principal',
  tid: tenant,
  ver: '2.0',
  ...more,
});
const without = (...names: string[]) => Object.fromEntries(names.map((name) => [name, undefined]));
const sign = (more: Record<string, unknown> = {}, pair = first, header: Partial<JWTHeaderParameters> = {}) =>
  new SignJWT(JSON.parse(JSON.stringify(claims(more))) as Record<string, unknown>)
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: pair?.kid ?? '', ...header })
    .sign(pair?.privateKey as Pair['privateKey']);

test('a token of an application speaks for its submitter, in version 2.0 and 1.0', async () => {
  const { judge } = court();
  assert.equal(await judge(await sign()), 'app');
  const v1 = {
    ...without('azp', 'azpacr'),
    iss: `https://sts.windows.net/${tenant}/`,
    appid: app.toUpperCase(),
    ver: '1.0',
  };
  assert.equal(await judge(await sign(v1)), 'app');
  assert.equal(await judge(await sign({ aud: app })), 'app', 'the client ID is the audience of version 2.0');
  assert.equal(await judge(await sign(without('idtyp'))), 'app', 'told by itself being the subject');
  assert.deepEqual(authority.asked, [`/${tenant}/discovery/v2.0/keys`], 'keys are kept');
});

test('audience, issuer, tenant and times must be right', async () => {
  const { judge } = court();
  const cases: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ aud: 'https://graph.microsoft.com' }, /for another API/],
    [{ aud: ['https://graph.microsoft.com'] }, /for another API/],
    [without('aud'), /for another API/],
    [{ iss: `https://login.microsoftonline.com/${partner}/v2.0` }, /another authority/],
    [{ iss: `https://evil.example/${tenant}/v2.0` }, /another authority/],
    [{ iss: `https://login.microsoftonline.us/${tenant}/v2.0` }, /another authority/],
    [{ tid: 'c0a80101-7e57-4000-8000-0000000000ff' }, /does not know/],
    [{ tid: '../../evil' }, /not an access token/],
    [without('tid'), /not an access token/],
    [{ exp: seconds - 61 }, /has expired/],
    [{ nbf: seconds + 61 }, /not valid yet/],
    [without('exp'), /signature/],
  ];
  for (const [more, expected] of cases) {
    const answer = await judge(await sign(more));
    assert.match(answer, /^invalid-token: /);
    assert.match(answer, expected, JSON.stringify(more));
  }
  assert.equal(await judge(await sign({ exp: seconds - 59 })), 'app', 'a minute is forgiven');
  assert.equal(await judge(await sign({ nbf: seconds + 59 })), 'app');
});

test('users are no applications', async () => {
  const { judge } = court();
  for (const more of [
    { idtyp: 'user', scp: 'Mail.Submit' },
    { ...without('idtyp'), scp: 'Mail.Submit' },
    { ...without('idtyp'), sub: 'pairwise' },
    { ...without('idtyp', 'oid', 'sub') },
    { scp: '' },
  ])
    assert.match(await judge(await sign(more)), /speaks for a user/, JSON.stringify(more));
  assert.match(await judge(await sign(without('azp'))), /names no application/);
  assert.match(await judge(await sign({ appid: partner })), /names no application/);
});

test('applications that nobody registered, of another tenant, or without their role', async () => {
  const { judge } = court();
  assert.match(await judge(await sign({ azp: partner })), /^application-not-registered/);
  const guest = { tid: partner, iss: `https://login.microsoftonline.com/${partner}/v2.0` };
  assert.equal(await judge(await sign(guest)), 'guest', 'the same ID in another tenant is another submitter');
  const roled = { azp: app.replace('aa', 'bb') };
  assert.match(await judge(await sign(roled)), /needs the app role "Mail.Submit"/);
  assert.match(await judge(await sign({ ...roled, roles: 'Mail.Submit' })), /needs the app role/);
  assert.equal(await judge(await sign({ ...roled, roles: ['Other', 'Mail.Submit'] })), 'roled');
  assert.match(
    await judge(await sign({ ...roled, ...guest, roles: ['Mail.Submit'] })),
    /^application-not-registered/,
  );
});

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

test('no other algorithm is taken for a key: none, HMAC with the public key, PS256, a key in the header', async () => {
  const { judge } = court();
  const unsigned = (alg: string) => `${encode({ alg, typ: 'JWT', kid: 'first' })}.${encode(claims())}.`;
  for (const alg of ['none', 'None', 'NONE', 'RS256'])
    assert.match(await judge(unsigned(alg)), /^invalid-token/, alg);
  const publicKey = Buffer.from(JSON.stringify(first?.jwk));
  const confused = await new SignJWT(claims())
    .setProtectedHeader({ alg: 'HS256', kid: 'first' })
    .sign(publicKey);
  assert.match(await judge(confused), /^invalid-token/);
  // The same bytes under another name of the algorithm.
  const [, payload = '', signature = ''] = (await sign()).split('.');
  for (const alg of ['HS256', 'PS256', 'RS512', 'ES256'])
    assert.match(
      await judge(`${encode({ alg, kid: 'first' })}.${payload}.${signature}`),
      /^invalid-token/,
      alg,
    );
  const own = await sign({}, foreign, { jwk: foreign?.jwk ?? {}, jku: 'https://evil.example/keys' });
  assert.match(await judge(own), /signature/);
});

test('what is no token never throws', async () => {
  const { judge } = court();
  const good = await sign();
  const [header = '', payload = '', signature = ''] = good.split('.');
  const broken = [
    '..',
    'a.b.c',
    `${header}.${payload}.`,
    `${header}..${signature}`,
    `.${payload}.${signature}`,
  ];
  broken.push(`${header}.${payload.slice(1)}.${signature}`, `${good}AAAA`, 'x'.repeat(20_000), 'ä.ö.ü');
  broken.push(`${Buffer.from('[]').toString('base64url')}.${payload}.${signature}`);
  broken.push(`${header}.${Buffer.from('null').toString('base64url')}.${signature}`);
  for (const token of broken) assert.match(await judge(token), /^invalid-token/, token.slice(0, 60));
  assert.match(await judge(await sign({ pad: 'x'.repeat(17_000) })), /not an access token/);
});

test('a new key is asked for, once a minute at most', async () => {
  const { judge, pass } = court();
  assert.equal(await judge(await sign()), 'app');
  pass(60);
  authority.keys = { keys: [second?.jwk, first?.jwk] };
  assert.equal(await judge(await sign({}, second)), 'app', 'the key has been rotated');
  assert.equal(authority.asked.length, 2);
  for (let i = 0; i < 20; i++)
    assert.match(await judge(await sign({}, first, { kid: `made-up-${i}` })), /^invalid-token/);
  assert.equal(authority.asked.length, 2, 'made-up ids have nobody asked');
  pass(60);
  const crowd = Array.from({ length: 10 }, async () => judge(await sign({}, first, { kid: 'made-up' })));
  await Promise.all(crowd);
  assert.equal(authority.asked.length, 3, 'ten at once ask once');
  pass(60);
  authority.keys = { keys: [second?.jwk] };
  await judge(await sign({}, first, { kid: 'made-up' }));
  assert.match(await judge(await sign()), /signature/, 'a key that was withdrawn is good no longer');
});

test('good keys stay good while the authority is down, and without any the answer is "not now"', async () => {
  const { judge, pass } = court();
  authority.status = 503;
  assert.match(await judge(await sign()), /^entra-unavailable/);
  assert.match(await judge(await sign()), /^entra-unavailable/);
  assert.equal(authority.asked.length, 1, 'it is not asked again at once');
  pass(5);
  authority.status = 200;
  assert.equal(await judge(await sign()), 'app');
  for (const answer of [{ status: 503 }, { keys: { keys: [] } }, { keys: 'html' }, { keys: null }]) {
    Object.assign(authority, answer);
    pass(13 * 3600);
    const later = { exp: seconds + 100 * 3600 };
    assert.equal(await judge(await sign(later)), 'app', JSON.stringify(answer));
  }
  assert.equal(authority.asked.length, 6);
});

test('an authority that does not answer is not waited for without end', async () => {
  const { judge } = court();
  authority.hang = true;
  assert.match(await judge(await sign()), /^entra-unavailable/);
});
