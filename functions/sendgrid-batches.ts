import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import type { KeyScope } from '../shared/access/stored-key.ts';
import type { Caller } from '../shared/access/authorize.ts';
import { sendGridBatch, sendGridSchedules, wantsCancelled } from '../shared/dialects/sendgrid-batches.ts';
import { sendGridRefusal } from '../shared/dialects/sendgrid.ts';
import type { ForeignAnswer } from '../shared/dialects/translation.ts';
import { ok, refuse, type Result } from '../shared/platform/problem.ts';
import { readDocument } from '../shared/submission/parse.ts';
import { bridge } from './bridge.ts';
import { dialect, refused, said } from './dialect.ts';
import { callerOf, receive } from './receive.ts';

const refusal = sendGridRefusal;

/** What asks and has no body. */
const ask =
  (needed: KeyScope, answer: (caller: Caller, id: string) => Promise<Result<ForeignAnswer>>) =>
  async (request: HttpRequest): Promise<HttpResponseInit> => {
    const caller = await callerOf(request, needed);
    if (!caller.ok) return refused(refusal)(caller.problem);
    const answered = await answer(caller.value, request.params['batch'] ?? '');
    return answered.ok ? said(answered.value) : refused(refusal)(answered.problem);
  };

/** What has a body that names a status. @param answer to a batch that is cancelled now. */
const change = (answer: (batch: string) => ForeignAnswer) => async (request: HttpRequest) => {
  const changed = await receive(request, 'cancel', async (caller, facts, body) => {
    const document = readDocument(body, facts.header('content-type'));
    if (!document.ok) return document;
    const wanted = wantsCancelled(document.value, request.params['batch']);
    if (!wanted.ok) return wanted;
    const done = await bridge.cancelBatch(caller, wanted.value);
    return done.ok ? ok(answer(wanted.value)) : done;
  });
  return changed.ok ? said(changed.value) : refused(refusal)(changed.problem);
};

const validate = async (_: Caller, text: string) => {
  const id = bridge.batchId(text);
  return id.ok ? ok(sendGridBatch(200, id.value)) : id;
};

const schedules = async (caller: Caller, id: string) => {
  const found = await bridge.cancelledBatches(caller, id === '' ? undefined : id);
  return found.ok ? ok(sendGridSchedules(found.value)) : found;
};

const final = async () =>
  refuse(
    'not-honoured',
    'A batch that was cancelled stays so: its messages are gone. Send them with another batch id.',
  );

const one = 'v3/user/scheduled_sends/{batch}';
dialect(
  'sendgrid-batch',
  { route: 'v3/mail/batch', refusal },
  ask('submit', async () => ok(sendGridBatch(201, bridge.newBatch()))),
);
dialect(
  'sendgrid-batch-get',
  { method: 'GET', route: 'v3/mail/batch/{batch}', refusal },
  ask('submit', validate),
);
dialect(
  'sendgrid-schedules',
  { route: 'v3/user/scheduled_sends', refusal },
  change((id) => ({ status: 201, body: { batch_id: id, status: 'cancel' } })),
);
dialect(
  'sendgrid-schedules-list',
  { method: 'GET', route: 'v3/user/scheduled_sends', refusal },
  ask('read', schedules),
);
dialect('sendgrid-schedules-get', { method: 'GET', route: one, refusal }, ask('read', schedules));
dialect(
  'sendgrid-schedules-change',
  { method: 'PATCH', route: one, refusal },
  change(() => ({ status: 204 })),
);
dialect('sendgrid-schedules-delete', { method: 'DELETE', route: one, refusal }, ask('cancel', final));
