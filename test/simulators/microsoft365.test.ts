/** The simulators together: one token service, one store, one set of mailboxes, one way to stop. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { createTransport } from 'nodemailer';
import { startMicrosoft365 } from '../../infra/simulators/microsoft365.ts';
import { getToken, mail, openTenant, sendMail } from './tenant.ts';

const RBAC = 'c0a80101-7e57-4000-8000-0000000000c2';
const NOBODY = 'c0a80101-7e57-4000-8000-0000000000c3';
const tenant = await openTenant({
  mailboxes: ['alerts@contoso.com', { address: 'scoped@contoso.com', apps: [RBAC] }],
});
tenant.entra.register({ tenantId: tenant.tenantId, clientId: RBAC, secrets: [{ value: 's' }] });
tenant.entra.register({ tenantId: tenant.tenantId, clientId: NOBODY, secrets: [{ value: 's' }] });

const SMTP_SCOPE = { scope: 'https://outlook.office365.com/.default' };

async function submit(user: string, accessToken: string): Promise<string> {
  const transport = createTransport({
    ...tenant.smtp,
    requireTLS: true,
    auth: { type: 'OAuth2', user, accessToken },
  });
  try {
    const info = await transport.sendMail({
      from: user,
      to: 'ada@example.com',
      subject: 'By SMTP',
      text: 'x',
    });
    return info.response;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    transport.close();
  }
}

test('Graph and SMTP put their mails into the same store', async () => {
  await sendMail(tenant, await getToken(tenant), mail());
  assert.match(await submit('alerts@contoso.com', await getToken(tenant, SMTP_SCOPE)), /^250 2\.0\.0 OK /);
  assert.deepEqual(
    tenant.store.list().map(({ via, mailbox }) => [via, mailbox]),
    [
      ['smtp', 'alerts@contoso.com'],
      ['graph-json', 'alerts@contoso.com'],
    ],
  );
});

test('a token for Graph is no good for SMTP; an app without the role gets where it was let in by name', async () => {
  assert.match(await submit('alerts@contoso.com', await getToken(tenant)), /535/);
  const scoped = await getToken(tenant, { ...SMTP_SCOPE, client_id: RBAC, client_secret: 's' });
  assert.match(await submit('scoped@contoso.com', scoped), /^250/);
  assert.match(await submit('scoped@contoso.com', await getToken(tenant, SMTP_SCOPE)), /535/);
  const roleless = await getToken(tenant, { ...SMTP_SCOPE, client_id: NOBODY, client_secret: 's' });
  assert.match(await submit('alerts@contoso.com', roleless), /535/);
});

test('a taken port is told by the system and leaves nothing running', async () => {
  const blocker = createServer();
  await new Promise<void>((resolve) => {
    blocker.listen(0, '127.0.0.1', resolve);
  });
  const address = blocker.address();
  assert.ok(typeof address === 'object' && address !== null);
  const free = await startMicrosoft365();
  const login = Number(new URL(free.urls.login).port);
  await free.stop();
  const starting = startMicrosoft365({ ports: { login, control: address.port } });
  await assert.rejects(starting, { code: 'EADDRINUSE' });
  const again = await startMicrosoft365({ ports: { login } });
  await again.stop();
  await new Promise((resolve) => {
    blocker.close(resolve);
  });
});

test('stop cuts what hangs', async () => {
  const other = await openTenant();
  const token = await getToken(other);
  other.faults.graph.add({ kind: 'hang' });
  const hanging = sendMail(other, token, mail()).then(
    () => 'answered',
    () => 'cut',
  );
  while (other.faults.graph.list().length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await other.stop();
  assert.equal(await hanging, 'cut');
});
