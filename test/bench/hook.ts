/**
 * (p) A hook that is told an alert of Alertmanager, beside `POST /emails`: read, made a letter of, stored.
 *
 * Nothing is delivered meanwhile, and the queues are emptied after every burst.
 */
import { QueueClient } from '@azure/storage-queue';
import { openAccessStore } from '../../shared/access/store.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { openStorage, storageNames } from '../../shared/platform/storage.ts';
import { burst, type Burst } from './load.ts';
import { mailbox, smallMail } from './mail.ts';
import { ratio, type Measurement } from './measurement.ts';
import type { Stage } from './stage.ts';
import { figure, spread } from './statistics.ts';
import { startAcceptor } from './work-off.ts';

const connections = 16;

/** Measures. */
export async function hookPath(stage: Stage): Promise<Measurement[]> {
  const [rounds, amount] = stage.quick ? [5, 300] : [21, 500];
  const table = openStorage({ AzureWebJobsStorage: stage.storage }).table(storageNames.access);
  await openAccessStore(table, systemClock).hooks.put({
    name: 'bench',
    submitter: 'bench',
    from: mailbox,
    to: ['ops@example.com'],
  });
  const app = await startAcceptor(stage);
  const headers = { authorization: `Bearer ${stage.apiKey}` };
  const queues = [storageNames.queue, storageNames.lowQueue].map(
    (name) => new QueueClient(stage.storage, name),
  );
  const measured: { hook: Burst[]; plain: Burst[] } = { hook: [], plain: [] };
  try {
    // Round 0 warms up.
    for (let round = 0; round <= rounds; round++) {
      for (const side of ['hook', 'plain'] as const) {
        const hooked = side === 'hook';
        const result = await burst(app, {
          body: hooked ? alert(round) : smallMail(),
          headers,
          amount,
          connections,
          // What repeats would be no message of its own.
          keyed: true,
          ...(hooked ? { path: '/hooks/bench', success: 200 } : {}),
        });
        if (round > 0) measured[side].push(result);
        for (const queue of queues) await queue.clearMessages().catch(() => undefined);
      }
      stage.say(`(p) round ${round} of ${rounds}`);
    }
  } finally {
    await app.stop();
  }
  return [
    ratio(
      'p',
      'a hook with an alert of Alertmanager, 16 at once, time of a request',
      'ms',
      side(measured.hook, time),
      { name: 'POST /emails', ...side(measured.plain, time) },
      { atMost: 1.3 },
    ),
    ratio(
      'p',
      'the same, processor time',
      'ms',
      { values: measured.hook.map(cpu) },
      { name: 'POST /emails', values: measured.plain.map(cpu) },
    ),
  ];
}

const median = (bursts: readonly Burst[], of: (one: Burst) => number) =>
  figure(spread(bursts.map(of)).median);
const note = (bursts: readonly Burst[]) =>
  `p50/p99 ${median(bursts, ({ p50 }) => p50)}/${median(bursts, ({ p99 }) => p99)} ms`;
const side = (bursts: readonly Burst[], of: (one: Burst) => number) => ({
  values: bursts.map(of),
  note: note(bursts),
});
const time = ({ rate }: Burst) => 1000 / rate;
const cpu = ({ cpu: spent }: Burst) => spent;
/** A group of two, another one in each round: what Alertmanager repeats is no new message. */
function alert(round: number): string {
  const one = (instance: string) => ({
    status: 'firing',
    labels: { alertname: 'DiskWillFill', severity: 'warning', instance, job: 'node', mountpoint: '/var' },
    annotations: {
      summary: `Disk /var on ${instance} will fill in 4 hours`,
      description: 'The volume grew by 212 MB since yesterday.',
      runbook_url: 'https://runbooks.example.com/disk',
    },
    startsAt: new Date(1_795_000_000_000 + round * 60_000).toISOString(),
    endsAt: '0001-01-01T00:00:00Z',
    generatorURL: 'http://prometheus.example.com:9090/graph?g0.expr=disk',
    fingerprint: Buffer.from(instance).toString('hex').padEnd(16, '0'),
  });
  return JSON.stringify({
    version: '4',
    groupKey: `{}:{alertname="DiskWillFill",round="${round}"}`,
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'postrider',
    groupLabels: { alertname: 'DiskWillFill' },
    commonLabels: { alertname: 'DiskWillFill', severity: 'warning', job: 'node', mountpoint: '/var' },
    commonAnnotations: {},
    externalURL: 'http://alertmanager.example.com:9093',
    alerts: [one('db-01'), one('db-02')],
  });
}
