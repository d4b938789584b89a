/**
 * An attempt in mode `test`: a route is found and the mail composed, as for a dry run, and there it ends. No claim is taken and no
 * room asked for, since nothing leaves the process: of two workers one writes the end, and the other finds out.
 */
import type { OpenContent } from '../outbox/content.ts';
import type { AttachmentContent } from '../outbox/frame.ts';
import type { HeldRecord } from '../outbox/record.ts';
import type { MessageEvent } from '../reporting/event.ts';
import type { DeliverParts } from './attempt.ts';
import type { Audience } from './audience.ts';
import { planRoute } from './plan.ts';
import { settle, type Turn } from './settle.ts';

/** Attachments up to so many bytes, each, are composed with the rest; more than a dry run shows. */
const composed = 1024 * 1024;

/** Makes it. @throws RestError when storage cannot be reached. */
export async function rehearse(
  parts: DeliverParts,
  record: HeldRecord,
  content: OpenContent,
  { message, leftOut }: Audience,
): Promise<Turn> {
  const { routes: routesOf, permissions, circuits, clock } = parts;
  const routes = () => routesOf(record.mailbox, record.id);
  const now = clock.now();
  const plan = planRoute({
    message,
    routes: routes(),
    permissions,
    now,
    health: () => ({ state: 'closed' }),
  });
  const at = now.toISOString();
  const end = async (event: MessageEvent): Promise<Turn> =>
    await settle(parts, record, { events: [event], attempt: record.attempt, progress: record.progress });
  if (plan.kind === 'impossible') return await end({ at, event: 'failed', reason: plan.reason, trace: {} });
  const attachments: AttachmentContent[] = [];
  for (const [index, { size }] of message.attachments.entries()) {
    const bytes =
      size > composed ? [] : await Array.fromAsync<Uint8Array>(await content.openAttachment(index));
    attachments.push({ size, chunks: () => bytes });
  }
  const { dryRun } = await import('./dry-run.ts');
  const view = await dryRun({ routes, permissions, circuits, clock }, { message, attachments });
  const { transport, mailbox, form } = view.route;
  return await end({
    at,
    event: 'tested',
    transport,
    ...(mailbox.toLowerCase() === record.mailbox.toLowerCase() ? {} : { mailbox }),
    form,
    size: view.size,
    ...(view.not_carried.length > 0 ? { notCarried: view.not_carried } : {}),
    ...(leftOut.length > 0 ? { rejected: leftOut } : {}),
  });
}
