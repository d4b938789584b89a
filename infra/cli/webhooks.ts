/**
 * `postrider webhooks`: who is told what happens to a submitter's messages.
 */
import { randomBytes } from 'node:crypto';
import { InvalidArgumentError, type Command } from 'commander';
import {
  enableWebhook,
  makeWebhook,
  rotateWebhook,
  webhookEntropyBytes,
  type WebhookEndpoint,
} from '../../shared/access/webhook.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { readWebhookUrl } from '../../shared/reporting/webhook-address.ts';
import { createWebhookClient, systemResolve } from '../../shared/reporting/webhook-client.ts';
import { webhookEventTypes } from '../../shared/reporting/webhook-event.ts';
import { postWebhook } from '../../shared/reporting/webhook-turn.ts';
import { openAdministration } from './administration.ts';
import { openRegister, settingOf } from './connection.ts';
import { print, table } from './print.ts';

/** Adds the command; it inherits the program's way of ending. */
export function addWebhooksCommand(program: Command): void {
  const webhooks = program
    .command('webhooks')
    .description("endpoints that are told what happens to a submitter's messages");

  webhooks
    .command('add')
    .description('adds an endpoint for a submitter; its secret is shown once')
    .argument('<submitter>', 'name of the submitter')
    .argument('<url>', 'where to post to: https')
    .option('--events <types>', 'only these, separated by commas; all when omitted', eventTypes, [])
    .action(async (submitter: string, url: string, options: { events: string[] }, command: Command) => {
      const { access: register, note } = openAdministration(command);
      const read = readWebhookUrl(url, allowPrivate(command));
      if (!read.ok) command.error(`error: the URL cannot be used. ${read.reason}`, { exitCode: 2 });
      if (!(await register.submitters.list()).some(({ name }) => name === submitter)) {
        command.error(`error: there is no submitter "${submitter}"; "postrider submitters list" shows them`, {
          exitCode: 1,
        });
      }
      const endpoint = makeWebhook(
        { submitter, url: read.url.href, events: options.events },
        randomBytes(webhookEntropyBytes),
        systemClock.now(),
      );
      await register.webhooks.put(endpoint);
      await note('created', `webhooks/${endpoint.id}`);
      print(
        command,
        { ...shown(endpoint), secret: endpoint.secret.reveal() },
        `${endpoint.id}\n${endpoint.secret.reveal()}\n\nKeep the secret now: it is not shown again. Events come within half a minute from now.`,
      );
    });

  webhooks
    .command('list')
    .description('lists endpoints, without their secrets')
    .action(async (_: object, command: Command) => {
      const all = await openRegister(command).webhooks.list();
      const rows = all.map((endpoint) => [
        endpoint.id,
        endpoint.submitter,
        stateOf(endpoint),
        endpoint.events.join(', ') || 'all',
        endpoint.url,
      ]);
      print(
        command,
        all.map(shown),
        rows.length === 0 ? 'No webhooks.' : table([['ID', 'SUBMITTER', 'STATE', 'EVENTS', 'URL'], ...rows]),
      );
    });

  webhooks
    .command('remove')
    .description('removes an endpoint; what it has not been told, it never is')
    .argument('<id>', 'id of the endpoint')
    .action(async (id: string, _: object, command: Command) => {
      const { access, note } = openAdministration(command);
      if (!(await access.webhooks.remove(id))) missing(command, id);
      await note('removed', `webhooks/${id}`);
      print(command, { id, removed: true }, `Removed ${id}.`);
    });

  webhooks
    .command('enable')
    .description('switches an endpoint on again that was switched off; events in between are not told')
    .argument('<id>', 'id of the endpoint')
    .action(async (id: string, _: object, command: Command) => {
      const { access, note } = openAdministration(command);
      const endpoint = await access.webhooks.change(id, enableWebhook);
      if (!endpoint) missing(command, id);
      await note('enabled', `webhooks/${id}`);
      print(command, shown(endpoint), `${id} is enabled.`);
    });

  webhooks
    .command('rotate')
    .description('gives an endpoint a new secret, shown once; the old one signs as well for 24 hours')
    .argument('<id>', 'id of the endpoint')
    .action(async (id: string, _: object, command: Command) => {
      const random = randomBytes(webhookEntropyBytes);
      const { access, note } = openAdministration(command);
      const endpoint = await access.webhooks.change(id, (known) =>
        rotateWebhook(known, random, systemClock.now()),
      );
      if (!endpoint) missing(command, id);
      await note('rotated', `webhooks/${id}`);
      print(
        command,
        { ...shown(endpoint), secret: endpoint.secret.reveal() },
        `${endpoint.secret.reveal()}\n\nKeep it now: it is not shown again. The old secret signs as well until ${endpoint.previous?.until.toISOString()}.`,
      );
    });

  webhooks
    .command('test')
    .description('sends an event of type "webhook.test" from this machine and tells the answer')
    .argument('<id>', 'id of the endpoint')
    .action(async (id: string, _: object, command: Command) => {
      const endpoint = (await openRegister(command).webhooks.list()).find((one) => one.id === id);
      if (!endpoint) missing(command, id);
      const post = createWebhookClient({
        allowPrivate: allowPrivate(command),
        clock: systemClock,
        resolve: systemResolve,
      });
      const answer = await postWebhook(
        { post, clock: systemClock },
        endpoint,
        `msg_${randomBytes(16).toString('hex')}`,
        {
          type: 'webhook.test',
          timestamp: systemClock.now().toISOString(),
          data: { endpoint: id, submitter: endpoint.submitter },
        },
      );
      const told = answer.kind === 'answer' && answer.status >= 200 && answer.status < 300;
      if (!told) process.exitCode = 1;
      const text =
        answer.kind === 'answer'
          ? `The receiver answered ${answer.status}${told ? '' : ', which is not 2xx: it counts as a failure'}.`
          : answer.reason;
      print(command, { id, told, ...answer }, text);
    });
}

const allowPrivate = (command: Command): boolean =>
  settingOf(command, 'POSTRIDER_WEBHOOK_ALLOW_PRIVATE') === 'true';

function eventTypes(text: string): string[] {
  const wanted = text.split(',').map((type) => type.trim());
  const unknown = wanted.filter((type) => !webhookEventTypes.includes(type));
  if (unknown.length > 0) throw new InvalidArgumentError(`Use some of ${webhookEventTypes.join(', ')}.`);
  return wanted;
}

function missing(command: Command, id: string): never {
  return command.error(`error: there is no webhook "${id}"; "postrider webhooks list" shows them`, {
    exitCode: 1,
  });
}

/** An endpoint as it may be shown: times ISO 8601, no secret. */
function shown({ id, submitter, url, events, createdAt, failingSince, disabled }: WebhookEndpoint) {
  return {
    id,
    submitter,
    url,
    events,
    created_at: createdAt.toISOString(),
    ...(failingSince ? { failing_since: failingSince.toISOString() } : {}),
    ...(disabled ? { disabled_at: disabled.at.toISOString(), disabled_reason: disabled.reason } : {}),
  };
}

function stateOf({ disabled, failingSince }: WebhookEndpoint): string {
  if (disabled) return `disabled ${disabled.at.toISOString()}: ${disabled.reason}`;
  return failingSince ? `failing since ${failingSince.toISOString()}` : 'active';
}
