/** The misbehaviour, and above all whether the mail was taken in spite of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GraphFault } from '../../../infra/simulators/graph/faults.ts';
import { overWhen } from '../../over-when.ts';
import { getToken, mail, openTenant, sendMail } from '../tenant.ts';

const tenant = await openTenant({ mailboxes: ['alerts@contoso.com', 'other@contoso.com'] });
const token = await getToken(tenant);

/** Sends once under the fault: the status (or the error's code) and how many copies were taken. */
async function under(fault: GraphFault, signal?: AbortSignal) {
  const before = tenant.store.accepted;
  tenant.faults.graph.add(fault);
  const answer = await sendMail(tenant, token, mail(), signal === undefined ? {} : { signal }).then(
    (reply) => ({ ...reply, outcome: reply.status as number | string }),
    (error: unknown) => ({ outcome: nameOf(error), code: undefined, text: '', headers: new Headers() }),
  );
  return { ...answer, taken: tenant.store.accepted - before };
}

function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.name;
}

test('errors before acceptance take nothing', async () => {
  const busy = await under({ kind: 'status', status: 503, retryAfter: '2.5' });
  assert.deepEqual([busy.outcome, busy.code, busy.taken], [503, 'ErrorServerBusy', 0]);
  assert.equal(busy.headers.get('Retry-After'), '2.5');
  const named = await under({
    kind: 'status',
    status: 403,
    code: 'ErrorMessageSubmissionBlocked',
    message: 'm',
  });
  assert.deepEqual([named.outcome, named.code, named.taken], [403, 'ErrorMessageSubmissionBlocked', 0]);
  const html = await under({ kind: 'status', status: 502, body: 'html' });
  assert.deepEqual([html.outcome, html.headers.get('Content-Type'), html.taken], [502, 'text/html', 0]);
  assert.match(html.text, /^<html>/);
  const empty = await under({ kind: 'status', status: 500, body: 'empty' });
  assert.deepEqual([empty.outcome, empty.text, empty.taken], [500, '', 0]);
  const reset = await under({ kind: 'reset-before' });
  assert.deepEqual([reset.outcome, reset.taken], ['ECONNRESET', 0]);
});

test('errors after acceptance have taken the mail', async () => {
  const gateway = await under({ kind: 'accept-then-status', status: 504 });
  assert.deepEqual([gateway.outcome, gateway.code, gateway.taken], [504, 'UnknownError', 1]);
  const html = await under({ kind: 'accept-then-status', status: 502, body: 'html' });
  assert.deepEqual([html.outcome, html.taken], [502, 1]);
  const reset = await under({ kind: 'reset-after-accept' });
  assert.deepEqual([reset.outcome, reset.taken], ['ECONNRESET', 1]);
  const slowly = await under({ kind: 'accept-with-retry-after', retryAfter: '17' });
  assert.deepEqual([slowly.outcome, slowly.headers.get('Retry-After'), slowly.taken], [202, '17', 1]);
});

test('a hanging request ends when the client gives up, with or without the mail', async () => {
  const struck = () => tenant.faults.graph.list().length === 0;
  const without = await under({ kind: 'hang' }, overWhen(struck));
  assert.deepEqual([without.outcome, without.taken], ['TimeoutError', 0]);
  const before = tenant.store.accepted;
  const taken = overWhen(() => tenant.store.accepted > before);
  const withMail = await under({ kind: 'hang', accepted: true }, taken);
  assert.deepEqual([withMail.outcome, withMail.taken], ['TimeoutError', 1]);
});

test('a slow request is accepted in the end, whether the client waits or not', async () => {
  const patient = await under({ kind: 'slow', ms: 20 });
  assert.deepEqual([patient.outcome, patient.taken], [202, 1]);
  const before = tenant.store.accepted;
  const struck = overWhen(() => tenant.faults.graph.list().length === 0);
  const impatient = await under({ kind: 'slow', ms: 1000 }, struck);
  assert.deepEqual([impatient.outcome, impatient.taken], ['TimeoutError', 0], 'not yet');
  while (tenant.store.accepted === before) await new Promise((resolve) => setTimeout(resolve, 10));
});

test('what is not valid is not accepted, under a fault either', async () => {
  tenant.faults.graph.add({ kind: 'accept-then-status', status: 504 });
  const before = tenant.store.accepted;
  const { status } = await sendMail(tenant, token, mail({ toRecipients: [] }));
  assert.deepEqual([status, tenant.store.accepted], [400, before]);
});

test('faults keep their order, and can be aimed at one mailbox', async () => {
  tenant.faults.graph.add(
    { kind: 'accept-then-status', status: 504 },
    { kind: 'status', status: 503 },
    { kind: 'status', status: 500, mailbox: 'other@contoso.com' },
  );
  const sent = async (user: string) =>
    (await sendMail(tenant, token, mail(), { path: `/v1.0/users/${user}/sendMail` })).status;
  assert.deepEqual(
    [
      await sent('alerts@contoso.com'),
      await sent('alerts@contoso.com'),
      await sent('alerts@contoso.com'),
      await sent('other@contoso.com'),
    ],
    [504, 503, 202, 500],
  );
});

test('a request without a good token uses up no fault', async () => {
  tenant.faults.graph.add({ kind: 'status', status: 503 });
  assert.equal((await sendMail(tenant, 'bad', mail())).status, 401);
  assert.equal((await sendMail(tenant, token, mail())).status, 503);
});
