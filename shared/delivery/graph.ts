/**
 * The way to Exchange Online through Graph: `sendMail`, or a draft where the message is too large for that.
 */
import type { Config } from '../platform/config.ts';
import { readSending } from './graph-answer.ts';
import {
  createGraphClient,
  type GraphClient,
  type GraphClientParts,
  type GraphReply,
} from './graph-client.ts';
import { sendDraft } from './graph-draft.ts';
import { graphForm } from './graph-form.ts';
import { composeGraphRequest, type GraphRequestBody } from './graph-request.ts';
import type { OutgoingMessage, Transport } from './transport.ts';
import { outcomeOf } from './verdict.ts';

/** What the transport is made of. */
export interface GraphParts extends GraphClientParts {
  readonly config: Pick<Config, 'endpoints' | 'graphPermissions'>;
}

/** Creates the transport. Nothing is loaded or connected before the first message. */
export function createGraphTransport(parts: GraphParts): Transport {
  const client = createGraphClient(parts);
  const { config, clock } = parts;
  return {
    name: 'graph',
    async send(mail, signal, drafts) {
      const form = graphForm(mail.message, mail.mailbox, config.graphPermissions);
      if (!form.ok) {
        const verdict = form.missing ? 'refused' : 'message';
        return outcomeOf({ verdict, reason: form.reason }, {});
      }
      if (form.form === 'draft') return await sendDraft({ client, clock }, mail, form, signal, drafts);
      const body = await composeGraphRequest(mail, form);
      if (!body.ok) return body.outcome;
      const reply = await post(client, mail, body, signal);
      return await readSending(reply, clock.now(), body.notCarried);
    },
    close() {
      client.close();
      return Promise.resolve();
    },
  };
}

const post = (
  client: GraphClient,
  { mailbox }: OutgoingMessage,
  { contentType, text }: GraphRequestBody,
  signal: AbortSignal,
): Promise<GraphReply> =>
  client.ask(
    mailbox,
    { method: 'POST', path: '/sendMail', headers: { 'Content-Type': contentType }, body: text },
    signal,
  );
