import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { readForm, type Form } from '../shared/dialects/form.ts';
import {
  mailgunAccepted,
  mailgunRefusal,
  readMailgun,
  readMailgunMime,
  type MailgunRequest,
} from '../shared/dialects/mailgun.ts';
import { bare } from '../shared/dialects/mailboxes.ts';
import type { Translation } from '../shared/dialects/translation.ts';
import { ok, type Result } from '../shared/platform/problem.ts';
import { bridge } from './bridge.ts';
import { dialect, refused, said, type Received } from './dialect.ts';
import { receive } from './receive.ts';

/** `POST /v3/{domain}/messages` and `/messages.mime`: as Mailgun takes them. */
async function send(
  request: HttpRequest,
  read: (form: Form) => Result<MailgunRequest> | Promise<Result<MailgunRequest>>,
): Promise<HttpResponseInit> {
  let messages: readonly Translation[] = [];
  const answered = await receive(request, 'submit', async (caller, facts, body) => {
    const form = await readForm(body, facts.header('content-type'));
    if (!form.ok) return form;
    const asked = await read(form.value);
    if (!asked.ok) return asked;
    messages = asked.value.messages.map((message) => bridge.carried(caller, message));
    return asked.value.test
      ? check({ caller, facts, body }, messages)
      : submit({ caller, facts, body }, messages);
  });
  if (!answered.ok) return refused((problem) => mailgunRefusal(problem, messages))(answered.problem);
  return said(mailgunAccepted(answered.value), messages[0]?.warnings);
}

/** @returns the Message-ID of the first message. */
async function submit(
  { caller, facts, body }: Received,
  messages: readonly Translation[],
): Promise<Result<string>> {
  const [first, second] = messages;
  const named = (id: string) => messageIdOf(id, first);
  if (first && !second) {
    const one = await bridge.submit(caller, facts, body, first);
    return one.ok ? ok(named(one.value.id)) : one;
  }
  const all = await bridge.submitBatch(caller, facts, body, messages);
  return all.ok ? ok(named(all.value[0]?.id ?? '')) : all;
}

async function check(
  { caller, facts, body }: Received,
  messages: readonly Translation[],
): Promise<Result<string>> {
  const checked = await bridge.check(caller, facts, body, messages);
  return checked.ok ? ok(messageIdOf('testmode', messages[0])) : checked;
}

function messageIdOf(id: string, message: Translation | undefined): string {
  const from = bare(String(message?.document['from']));
  return `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>`;
}

const refusal = mailgunRefusal;

dialect('mailgun-send', { route: 'v3/{domain}/messages', refusal }, (request) => send(request, readMailgun));
dialect('mailgun-mime', { route: 'v3/{domain}/messages.mime', refusal }, (request) =>
  send(request, readMailgunMime),
);
