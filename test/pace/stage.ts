/** Instances of the pace on one table of Azurite, in virtual time. */
import { after, before } from 'node:test';
import { startAzurite, type Azurite } from '../../infra/local/azurite.ts';
import { openPace, type Demand, type Pace, type PaceLimits } from '../../shared/pace/pace.ts';
import type { Clock } from '../../shared/platform/clock.ts';
import { openStorage } from '../../shared/platform/storage.ts';
import { createVirtualTime, type VirtualTime } from './virtual-time.ts';

const noLimits: PaceLimits = {
  messagesPerMinute: 0,
  recipientsPerDay: 0,
  uploadBytesPer5Minutes: 0,
  externalRecipientsPerDay: 0,
  graphConcurrency: 0,
  smtpConcurrency: 0,
};

/** A message of one recipient. */
export const demand = (more: Partial<Demand> = {}): Demand => ({
  mailbox: 'a#/b@contoso.com',
  transport: 'graph',
  recipients: 1,
  external: 0,
  bytes: 1000,
  priority: 'normal',
  ...more,
});

/** A table of its own. */
export interface Stage {
  readonly time: VirtualTime;
  readonly begin: number;
  /** Milliseconds since the beginning. */
  readonly elapsed: () => number;
  /** One more instance; its timers and its clock may be its own. */
  readonly open: (limits: Partial<PaceLimits>, wait?: (ms: number) => Promise<void>, clock?: Clock) => Pace;
  /** Requests to the table service since the stage was set. */
  readonly requests: () => number;
}

/** Starts Azurite for the tests of a file. @returns what sets a stage. */
export function onAzurite(): () => Stage {
  let azurite: Azurite | undefined;
  let stages = 0;
  before(async () => {
    azurite = await startAzurite();
  });
  after(() => azurite?.stop());
  return () => {
    if (!azurite) throw new Error('Azurite has not started');
    const { connectionString } = azurite;
    const storage = azurite;
    const name = `Pace${stages++}`;
    const time = createVirtualTime(new Date('2026-11-20T12:00:00Z'));
    const begin = time.clock.now().getTime();
    let instances = 0;
    const count = () => Object.values(storage.transactions().table).reduce((sum, n) => sum + n, 0);
    const earlier = count();
    return {
      time,
      begin,
      elapsed: () => time.clock.now().getTime() - begin,
      open: (limits, wait = time.wait, clock = time.clock) =>
        openPace({
          table: time.watch(openStorage({ AzureWebJobsStorage: connectionString }).table(name)),
          limits: { ...noLimits, ...limits },
          clock,
          wait,
          newId: () => `instance-${instances++}`,
        }),
      requests: () => count() - earlier,
    };
  };
}

/** The most of some times, in milliseconds, that any minute holds. */
export function busiestMinute(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  let first = 0;
  let most = 0;
  for (const [i, at] of sorted.entries()) {
    while ((sorted[first] ?? at) <= at - 60_000) first++;
    most = Math.max(most, i - first + 1);
  }
  return most;
}
