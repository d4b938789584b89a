/**
 * (g) The fast path, `Prefer: wait=20`: a mail sent within the call that submits it, beside accepting alone and sending alone, in
 * turn, one call after the other. The queue's triggers are switched off: this path does not need them.
 */
import { QueueClient } from '@azure/storage-queue';
import { storageNames } from '../../shared/platform/storage.ts';
import { burst, type Burst } from './load.ts';
import { smallMail } from './mail.ts';
import type { Measurement } from './measurement.ts';
import { openGraph } from './send.ts';
import type { Stage } from './stage.ts';
import { figure, percentile, spread } from './statistics.ts';
import { checkArrivals, startAcceptor } from './work-off.ts';

type Times = Pick<Burst, 'p50' | 'p99'>;

/** Measures. */
export async function fastPath(stage: Stage): Promise<Measurement[]> {
  const [rounds, amount] = stage.quick ? [3, 100] : [11, 300];
  const app = await startAcceptor(stage, { POSTRIDER_TRANSPORTS: 'graph' });
  const graph = openGraph(stage);
  const queues = [storageNames.queue, storageNames.lowQueue].map(
    (name) => new QueueClient(stage.storage, name),
  );
  const measured: { fast: Times; accept: Times; send: Times }[] = [];
  try {
    const headers = { authorization: `Bearer ${stage.apiKey}` };
    const load = { body: smallMail(), amount, connections: 1 };
    // Round 0 warms up.
    for (let round = 0; round <= rounds; round++) {
      const before = await stage.microsoft365.counts();
      const fast = await burst(app, {
        ...load,
        headers: { ...headers, prefer: 'wait=20' },
        onAnswer: mustBeSent,
      });
      await checkArrivals(stage, before, amount);
      const accept = await burst(app, { ...load, headers });
      for (const queue of queues) await queue.clearMessages().catch(() => undefined);
      const send = await timeSends(graph.send, amount);
      if (round === 0) continue;
      measured.push({ fast, accept, send });
      stage.say(
        `(g) round ${round} of ${rounds}: fast ${text(fast)}, accept ${text(accept)}, send ${text(send)}`,
      );
    }
  } finally {
    await Promise.allSettled([app.stop(), graph.close()]);
  }
  const over = (rank: 'p50' | 'p99') => {
    const median = (side: 'fast' | 'accept' | 'send') =>
      figure(spread(measured.map((one) => one[side][rank])).median);
    return {
      part: 'g',
      name: `POST /emails with Prefer: wait, ${rank} over accept + send`,
      ours: `${median('fast')} ms`,
      beside: `accept alone: ${median('accept')} ms, send alone: ${median('send')} ms`,
      result: spread(measured.map(({ fast, accept, send }) => fast[rank] - accept[rank] - send[rank])),
      unit: 'ms',
    } as const;
  };
  return [over('p50'), { ...over('p99'), goal: { atMost: 10 } }];
}

const text = ({ p50, p99 }: Times): string => `${figure(p50)}/${figure(p99)} ms`;

function mustBeSent(answer: string): void {
  if (!/"status": ?"relayed"/.test(answer)) throw new Error(`Not sent within the call: ${answer}`);
}

async function timeSends(send: () => Promise<unknown>, amount: number): Promise<Times> {
  const times: number[] = [];
  for (let i = 0; i < amount; i++) {
    const started = performance.now();
    await send();
    times.push(performance.now() - started);
  }
  return { p50: percentile(times, 50), p99: percentile(times, 99) };
}
