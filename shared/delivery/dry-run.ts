/**
 * What would become of a message: the plan, and the mail as it would go out. Stores and sends nothing. Load it when it is asked for:
 * it brings nodemailer's composer along.
 */
import type { MailComposerAttachment } from 'nodemailer/lib/mail-composer';
import { estimateMimeBytes, toMailOptions } from '../message/mime.ts';
import type { Message } from '../message/message.ts';
import type { AttachmentContent } from '../outbox/frame.ts';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import type { Circuits } from './circuit.ts';
import { graphForm } from './graph-form.ts';
import { headOfKept } from './kept-mime.ts';
import { planRoute, type Plan } from './plan.ts';
import type { Route } from './route.ts';
import { tagOf } from './tag.ts';
import { withTextPart } from './text-part.ts';

/** What a dry run needs from outside. */
export interface DryRunParts {
  readonly routes: (sender: string, id: string) => readonly Route[];
  readonly permissions: Config['graphPermissions'];
  readonly circuits: Circuits;
  readonly clock: Clock;
}

/** The message that would be sent. */
export interface DryRunMessage {
  readonly message: Message;
  /** In the order of `message.attachments`. */
  readonly attachments: readonly AttachmentContent[];
  readonly scheduledAt?: Date;
}

/** The answer of `POST /emails?dry_run=true`. */
export interface DryRunView {
  readonly dry_run: true;
  readonly route: Route & { readonly form: SendPlan['form'] };
  readonly reason: string;
  readonly not_carried: readonly string[];
  readonly permissions: readonly string[];
  readonly considered: readonly (Route & { readonly why: string })[];
  /** When it would be sent, if that is not at once: its own time, or when the circuit of a route lets somebody try. ISO 8601. */
  readonly estimated_at?: string;
  /** The mail in RFC 5322 form. With JSON and drafts Exchange writes it itself, and this is what it is given to write. */
  readonly mime: string;
  /** The most bytes that it would have in that form, all attachments included. */
  readonly size: number;
}

type SendPlan = Extract<Plan, { kind: 'send' }>;

/** The id of every message that is not sent: the same submission gives the same mail, but for its date. */
const noId = '0'.repeat(26);

/**
 * Runs dry.
 *
 * @throws TypeError when no route can carry the message: such a submission is refused before.
 */
export async function dryRun(
  parts: DryRunParts,
  { message, attachments, scheduledAt }: DryRunMessage,
): Promise<DryRunView> {
  const { permissions, clock } = parts;
  const now = clock.now();
  const routes = parts.routes(message.from.address, noId);
  const facts = { message, routes, permissions, now };
  // No probe: a half-open route waits for a message that is really sent.
  const plan = planRoute({ ...facts, health: await parts.circuits.health(routes) });
  const sent = plan.kind === 'send' ? plan : planRoute({ ...facts, health: () => ({ state: 'closed' }) });
  if (sent.kind !== 'send') throw new TypeError('A message that no route can carry came to the dry run.');
  const wait = plan.kind === 'wait' ? plan.until : now;
  const then = scheduledAt && scheduledAt > wait ? scheduledAt : wait;
  const { route, form, notCarried } = sent;
  const given = await asGiven(shortened(message), sent, permissions);
  return {
    dry_run: true,
    route: { transport: route.transport, mailbox: route.mailbox, form },
    reason: plan.reason,
    not_carried: notCarried,
    permissions: sent.permissions,
    considered: plan.considered.map(({ route: { transport, mailbox }, why }) => ({
      transport,
      mailbox,
      why,
    })),
    ...(then > now ? { estimated_at: then.toISOString() } : {}),
    mime: await render(given, attachments, now, form === 'sendMail-mime'),
    size: estimateMimeBytes({ ...message, headers: given.headers }),
  };
}

/** Bodies are shown up to so many characters: composing longer ones would keep the process from everything else for seconds. */
const shownCharacters = 256 * 1024;

/** The message with bodies that are quick to compose. */
const shortened = (message: Message): Message => ({
  ...message,
  ...(message.text === undefined ? {} : { text: shortenedText(message.text) }),
  ...(message.html === undefined ? {} : { html: shortenedText(message.html) }),
});

const shortenedText = (text: string): string =>
  text.length <= shownCharacters
    ? text
    : `${text.slice(0, shownCharacters)}\n(${text.length - shownCharacters} characters more, not shown in a dry run)`;

/** The message as this form has it. */
async function asGiven(
  message: Message,
  { route, form }: SendPlan,
  permissions: Config['graphPermissions'],
): Promise<Message> {
  const graph = graphForm(message, route.mailbox, permissions);
  const headers = [...(form !== 'smtp' && graph.ok ? graph.headers : message.headers), tagOf(noId)];
  if (form === 'smtp' || form === 'sendMail-mime') return { ...(await withTextPart(message)), headers };
  const { text, ...rest } = message;
  return { ...rest, headers, ...(message.html === undefined && text !== undefined ? { text } : {}) };
}

/** Attachments are shown up to this many bytes together. */
const shownBytes = 1024 * 1024;

/**
 * Composes the mail. Only what chance decides is fixed, the boundaries; and a Graph request in MIME writes text in base64, which would
 * be of no use to a reader.
 *
 * @param withBcc Graph finds blind recipients in the header, which Exchange takes out.
 */
async function render(
  message: Message,
  attachments: readonly AttachmentContent[],
  date: Date,
  withBcc: boolean,
): Promise<string> {
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer');
  const { address } = message.from;
  const messageId = `<${noId}@${address.slice(address.lastIndexOf('@') + 1)}>`;
  let left = shownBytes;
  const shown = attachments.map((content) => {
    if (content.size > left) return undefined;
    left -= content.size;
    return Buffer.concat([...content.chunks()]);
  });
  if (message.kept) {
    const head = await headOfKept({ messageId, date, message }, message.kept, withBcc);
    const [body = Buffer.from('(a body that is not shown in a dry run)')] = shown;
    return head.toString() + body.toString();
  }
  const options = toMailOptions(
    { messageId, date, message },
    shown.map((bytes) => bytes ?? Buffer.alloc(0)),
  );
  const root = new MailComposer({
    ...options,
    attachments: (options.attachments ?? []).map((part: MailComposerAttachment, index) =>
      shown[index] ? part : leftOut(part, attachments[index]?.size ?? 0),
    ),
    baseBoundary: noId,
  }).compile();
  root.keepBcc = withBcc;
  return (await root.build()).toString();
}

const leftOut = (part: MailComposerAttachment, size: number): MailComposerAttachment =>
  Object.assign(part, {
    content: `(${size} bytes, not shown in a dry run)`,
    contentTransferEncoding: '7bit',
  });
