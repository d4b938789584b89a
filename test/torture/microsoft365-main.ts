/**
 * The pretend Microsoft 365 as a process of its own. Its ready message carries the facts that a bridge is configured with; every mail
 * it accepts is told at once as `{ "accepted": subject }`, and `{ "count": true }` is answered with `{ "counts": { peak, throttled } }`.
 *
 *     node test/torture/microsoft365-main.ts mailbox,… role,…
 */
import { runInForeground } from '../../infra/local/host/foreground.ts';
import type { AcceptedMail } from '../../infra/simulators/mail-store.ts';
import { startMicrosoft365 } from '../../infra/simulators/microsoft365.ts';

const [mailboxes = '', roles = ''] = process.argv.slice(2);

await runInForeground(async () => {
  const microsoft365 = await startMicrosoft365({
    mailboxes: mailboxes.split(','),
    roles: roles.split(','),
    // A look-up asks for a mail that was sent a moment ago; older ones may go.
    keep: 2000,
    graph: { latency: 15 },
  });
  const { store, graph, caPem, urls, smtp, tenantId, clientId, clientSecret } = microsoft365;
  store.subscribe((event) => {
    if (event.kind === 'added') process.send?.({ accepted: subjectOf(event.mail) });
  });
  process.on('message', (message: { readonly count?: boolean }) => {
    const { peak, throttled } = graph.counts;
    if (message.count) process.send?.({ counts: { peak, throttled } });
  });
  return {
    ready: { caPem, urls, smtp, tenantId, clientId, clientSecret },
    stop: () => microsoft365.stop(),
  };
});

function subjectOf({ json, mime }: AcceptedMail): string {
  const { subject, message }: { subject?: string; message?: { subject?: string } } = Object(json);
  if (message?.subject !== undefined) return message.subject;
  if (subject !== undefined) return subject;
  return /^Subject: (.*?)\r?$/m.exec(mime.subarray(0, 16_384).toString('latin1'))?.[1] ?? '';
}
