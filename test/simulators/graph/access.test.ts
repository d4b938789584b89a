/** Who is let in: tokens, mailboxes, and how many at once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SignJWT } from 'jose';
import type { Mailbox } from '../../../infra/simulators/graph/mailboxes.ts';
import { asRecord, getToken, mail, openTenant, sendMail } from '../tenant.ts';
import { makeCertificate } from '../entra/signing.ts';

const OTHER = 'c0a80101-7e57-4000-8000-0000000000b2';
const GUEST = 'jo_fabrikam.com#EXT#@contoso.onmicrosoft.com';
const mailboxes: (string | Mailbox)[] = [
  'alerts@contoso.com',
  'a+b%c@contoso.com',
  { address: 'jo@fabrikam.com', userPrincipalName: GUEST, id: '8d1b5c3e-2f5e-4b1c-9d6a-0e6f1c7a9b10' },
  { address: 'shared@contoso.com', kind: 'shared' },
  { address: 'new@contoso.com', kind: 'unlicensed' },
  { address: 'all@contoso.com', kind: 'group' },
  { address: 'ceo@contoso.com', apps: [OTHER] },
];
let skipped = 0;
const tenant = await openTenant({ mailboxes, now: () => Date.now() + skipped });
const { tenantId } = tenant;
tenant.entra.register({ tenantId, clientId: OTHER, secrets: [{ value: 's' }] });
const token = await getToken(tenant);
const pathTo = (user: string): string => `/v1.0/users/${encodeURIComponent(user)}/sendMail`;

test('the answer to a good request is an empty 202 with the headers of the real one', async () => {
  const given = '7f0d1c1c-8f3b-4b52-9a84-54f3c2b2ad6e';
  const { status, text, headers } = await sendMail(tenant, token, mail(), {
    headers: { 'client-request-id': given },
  });
  assert.deepEqual([status, text, headers.get('Content-Length')], [202, '', '0']);
  assert.equal(headers.get('client-request-id'), given);
  assert.match(headers.get('request-id') ?? '', /^[\da-f-]{36}$/);
  assert.ok(!Number.isNaN(Date.parse(headers.get('Date') ?? '')));
  const { ServerInfo } = asRecord(JSON.parse(headers.get('x-ms-ags-diagnostic') ?? ''));
  assert.equal(typeof asRecord(ServerInfo)['DataCenter'], 'string');
  const [accepted] = tenant.store.list();
  assert.deepEqual([accepted?.requestId, accepted?.clientRequestId], [headers.get('request-id'), given]);

  const without = await sendMail(tenant, token, mail());
  assert.equal(without.headers.get('client-request-id'), without.headers.get('request-id'));
});

test('an error body has the envelope of the real one', async () => {
  const { status, text, headers } = await sendMail(tenant, undefined, mail(), {
    headers: { 'client-request-id': 'mine' },
  });
  assert.equal(status, 401);
  assert.equal(headers.get('Content-Type'), 'application/json');
  const { error } = asRecord(JSON.parse(text));
  const { innerError, ...rest } = asRecord(error);
  assert.deepEqual(rest, { code: 'InvalidAuthenticationToken', message: 'Access token is empty.' });
  const { date, ...ids } = asRecord(innerError);
  assert.match(String(date), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
  assert.deepEqual(ids, { 'request-id': headers.get('request-id'), 'client-request-id': 'mine' });
});

test('a token that is not good for Graph is refused with its reason', async () => {
  const expiring = await getToken(tenant);
  const forger = await makeCertificate();
  const forged = await new SignJWT({ appid: tenant.clientId, roles: ['Mail.Send'] })
    .setProtectedHeader({ alg: 'RS256' })
    .setAudience('https://graph.microsoft.com')
    .setExpirationTime('1 hour')
    .sign(forger.privateKey);
  const [header, payload, signature] = token.split('.');
  const elevated = Buffer.from(
    JSON.stringify({
      ...asRecord(JSON.parse(Buffer.from(payload ?? '', 'base64url').toString())),
      roles: ['Mail.Send', 'All'],
    }),
  );
  const cases: [string, string | undefined, RegExp][] = [
    ['none', undefined, /Access token is empty/],
    ['empty', '', /Access token is empty/],
    ['no JWT', 'abc', /IDX14100/],
    ['forged', forged, /Invalid signature/],
    ['changed', `${header}.${elevated.toString('base64url')}.${signature}`, /Invalid signature/],
    [
      'for another service',
      await getToken(tenant, { scope: 'https://outlook.office365.com/.default' }),
      /Invalid audience/,
    ],
  ];
  const before = tenant.store.accepted;
  for (const [name, bad, sentence] of cases) {
    const { status, code, message, headers } = await sendMail(tenant, bad, mail());
    assert.deepEqual([status, code], [401, 'InvalidAuthenticationToken'], name);
    assert.match(message ?? '', sentence, name);
    assert.match(headers.get('WWW-Authenticate') ?? '', /^Bearer/);
  }
  assert.equal((await sendMail(tenant, expiring, mail())).status, 202);
  skipped = 3_600_000;
  const late = await sendMail(tenant, expiring, mail());
  skipped = 0;
  assert.equal(late.message, 'Lifetime validation failed, the token is expired.');
  assert.equal(tenant.store.accepted, before + 1);
});

test('the mailbox in the path is percent-decoded, and may be named by id, principal name or address', async () => {
  for (const user of [GUEST, 'JO@fabrikam.com', '8d1b5c3e-2f5e-4b1c-9d6a-0e6f1c7a9b10']) {
    assert.equal((await sendMail(tenant, token, mail(), { path: pathTo(user) })).status, 202, user);
    assert.equal(tenant.store.list()[0]?.mailbox, 'jo@fabrikam.com');
  }
  assert.equal((await sendMail(tenant, token, mail(), { path: pathTo('a+b%c@contoso.com') })).status, 202);
  assert.equal(tenant.store.list()[0]?.mailbox, 'a+b%c@contoso.com');
  assert.equal(
    (await sendMail(tenant, token, mail(), { path: '/v1.0/users/a+b%25c@contoso.com/sendMail' })).status,
    202,
  );

  const cut = await sendMail(tenant, token, mail(), { path: `/v1.0/users/${GUEST}/sendMail` });
  assert.deepEqual([cut.status, cut.code], [400, 'BadRequest'], 'fetch cuts the path at the bare #');
  assert.equal((await sendMail(tenant, token, mail(), { path: '/v1.0/users/%zz/sendMail' })).status, 400);
});

async function outcome(bearer: string, user: string): Promise<[number, string | undefined]> {
  const { status, code } = await sendMail(tenant, bearer, mail(), { path: pathTo(user) });
  return [status, code];
}

test('accounts without a mailbox have their codes, and an unknown user has two', async () => {
  assert.deepEqual(await outcome(token, 'shared@contoso.com'), [202, undefined]);
  assert.deepEqual(await outcome(token, 'new@contoso.com'), [404, 'MailboxNotEnabledForRESTAPI']);
  assert.deepEqual(await outcome(token, 'all@contoso.com'), [404, 'ErrorNonExistentMailbox']);
  assert.deepEqual(await outcome(token, 'nobody@contoso.com'), [404, 'ErrorInvalidUser']);
  assert.deepEqual(await outcome(token, 'nobody@contoso.com'), [404, 'ResourceNotFound']);
  assert.deepEqual(await outcome(token, 'nobody@contoso.com'), [404, 'ErrorInvalidUser']);
});

test('an app needs the role, or a grant on the one mailbox; a mailbox may be closed to all other apps', async () => {
  const roleless = await getToken(tenant, { client_id: OTHER, client_secret: 's' });
  assert.deepEqual(await outcome(roleless, 'alerts@contoso.com'), [403, 'ErrorAccessDenied']);
  assert.deepEqual(await outcome(roleless, 'nobody@contoso.com'), [403, 'ErrorAccessDenied']);
  assert.deepEqual(await outcome(roleless, 'ceo@contoso.com'), [202, undefined]);
  assert.deepEqual(await outcome(token, 'ceo@contoso.com'), [403, 'ErrorAccessDenied']);
});

test('nothing is here but mail, and with Mail.Send alone nothing but sending', async () => {
  const cases: [string, string, number][] = [
    ['POST', '/v1.0/me/sendMail', 400],
    ['POST', '/v1.0/groups/x/sendMail', 400],
    ['POST', '/v2.0/users/alerts@contoso.com/sendMail', 400],
    ['POST', '/v1.0/users/alerts@contoso.com/messages', 403],
    ['GET', '/v1.0/users/alerts@contoso.com/messages', 403],
    ['PUT', '/v1.0/users/alerts@contoso.com/messages', 405],
    ['GET', '/v1.0/users/alerts@contoso.com/events', 400],
    ['GET', '/v1.0/users/alerts@contoso.com/sendMail', 405],
  ];
  for (const [method, path, status] of cases) {
    assert.equal(
      (await sendMail(tenant, token, mail(), { method, path })).status,
      status,
      `${method} ${path}`,
    );
  }
});

test('the fifth request of an app at the same time is throttled, over all mailboxes; then there is room again', async () => {
  const { graph, faults } = tenant;
  faults.graph.add({ kind: 'hang', times: 4 });
  const leaving = new AbortController();
  const hanging = [0, 1, 2, 3].map((index) =>
    sendMail(tenant, token, mail(), {
      signal: leaving.signal,
      path: pathTo(index % 2 ? 'shared@contoso.com' : 'alerts@contoso.com'),
    }),
  );
  while (faults.graph.list().length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const fifth = await sendMail(tenant, token, mail());
  assert.deepEqual([fifth.status, fifth.code], [429, 'ApplicationThrottled']);
  assert.equal(fifth.headers.get('Retry-After'), '2.128');
  const otherApp = await getToken(tenant, { client_id: OTHER, client_secret: 's' });
  assert.equal((await sendMail(tenant, otherApp, mail(), { path: pathTo('ceo@contoso.com') })).status, 202);
  assert.equal(graph.counts.peak, 4);
  assert.equal(graph.counts.throttled, 1);

  leaving.abort();
  await Promise.allSettled(hanging);
  let status = 429;
  for (let tries = 0; status === 429 && tries < 50; tries += 1) {
    ({ status } = await sendMail(tenant, token, mail()));
  }
  assert.equal(status, 202);
});
