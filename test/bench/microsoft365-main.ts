/**
 * The pretend Microsoft 365 as a process of its own, so that its work is not counted as the bridge's.
 *
 * Its ready message carries the facts that a bridge is configured with. To `{ "reach": n }` it answers
 * `{ "reached": n, "at": … }` once n mails have been accepted since its start, with the time of the n-th in milliseconds since
 * 1970; to `{ "count": true }` it answers `{ "accepted": n, "throttled": n }` at once.
 */
import { runInForeground } from '../../infra/local/host/foreground.ts';
import { startMicrosoft365 } from '../../infra/simulators/microsoft365.ts';
import { mailbox } from './mail.ts';

/** More at once than the real service allows an app: the bench measures us, not the limit. */
const concurrency = 64;

const answer = (message: object): void => void process.send?.(message);

await runInForeground(async () => {
  const microsoft365 = await startMicrosoft365({ mailboxes: [mailbox], keep: 4, graph: { concurrency } });
  const { store, graph, caPem, urls, smtp, tenantId, clientId, clientSecret } = microsoft365;
  const times: number[] = [];
  let waiting: number[] = [];

  const tell = (): void => {
    const due = waiting.filter((count) => count <= times.length);
    if (due.length === 0) return;
    waiting = waiting.filter((count) => count > times.length);
    for (const count of due) answer({ reached: count, at: times[count - 1] ?? 0 });
  };
  store.subscribe(({ kind }) => {
    if (kind !== 'added') return;
    times.push(performance.timeOrigin + performance.now());
    tell();
  });
  process.on('message', (message: { reach?: number; count?: boolean }) => {
    if (message.reach !== undefined) {
      waiting.push(message.reach);
      tell();
    }
    if (message.count) answer({ accepted: store.accepted, throttled: graph.counts.throttled });
  });
  return {
    ready: { caPem, urls, smtp, tenantId, clientId, clientSecret },
    stop: () => microsoft365.stop(),
  };
});
