/**
 * The pretend Microsoft 365 as a process of its own, so that its work is not counted as the bridge's.
 *
 * Its argument is the settings of the pretend Graph as JSON. Its ready message carries the facts that a bridge is configured with.
 * To `{ "reach": n }` it answers `{ "reached": n, "at": … }` once n mails have been accepted since its start, with the time of the
 * n-th in milliseconds since 1970; at once it answers
 *
 *     { "count": true }     { "accepted": n, "throttled": n, "peak": n }, the most requests to Graph that were in flight
 *     { "arrivals": from }  { "arrivals": [[time, subject], …] }, from that many on; subjects of what came through Graph
 *     { "worst": span }     { "worst": n }, the most mails accepted in so many milliseconds
 */
import { runInForeground } from '../../infra/local/host/foreground.ts';
import type { GraphSettings } from '../../infra/simulators/graph/settings.ts';
import { startMicrosoft365 } from '../../infra/simulators/microsoft365.ts';
import { mailbox } from './mail.ts';

/** More than the real service allows an app: the bench measures us, not the limits. */
const noLimits = { concurrency: 256, uploadBudget: 1e12 };

const graphSettings: Partial<GraphSettings> = JSON.parse(process.argv[2] ?? '{}');

interface Question {
  readonly reach?: number;
  readonly count?: boolean;
  readonly arrivals?: number;
  readonly worst?: number;
}

const subjectOf = (json: unknown): string => String(Object(Object(json).message).subject ?? '');

const answer = (message: object): void => void process.send?.(message);

await runInForeground(async () => {
  const microsoft365 = await startMicrosoft365({
    mailboxes: [mailbox],
    keep: 4,
    graph: { ...noLimits, ...graphSettings },
  });
  const { store, acceptances, graph, caPem, urls, smtp, tenantId, clientId, clientSecret } = microsoft365;
  const times: number[] = [];
  const subjects: string[] = [];
  let waiting: number[] = [];

  const tell = (): void => {
    const due = waiting.filter((count) => count <= times.length);
    if (due.length === 0) return;
    waiting = waiting.filter((count) => count > times.length);
    for (const count of due) answer({ reached: count, at: times[count - 1] ?? 0 });
  };
  store.subscribe((event) => {
    if (event.kind !== 'added') return;
    times.push(performance.timeOrigin + performance.now());
    subjects.push(subjectOf(event.mail.json));
    tell();
  });
  process.on('message', (message: Question) => {
    if (message.reach !== undefined) {
      waiting.push(message.reach);
      tell();
    }
    if (message.count) {
      const { throttled, peak } = graph.counts;
      answer({ accepted: store.accepted, throttled, peak });
    }
    if (message.arrivals !== undefined) {
      const from = message.arrivals;
      answer({ arrivals: times.slice(from).map((at, i) => [at, subjects[from + i]]) });
    }
    if (message.worst !== undefined) answer({ worst: acceptances.worst(mailbox, message.worst).mails });
  });
  return {
    ready: { caPem, urls, smtp, tenantId, clientId, clientSecret },
    stop: () => microsoft365.stop(),
  };
});
