/**
 * What delivering needs from outside, put together for tests that must break one part of it. The transports are absent: an attempt to
 * hand a message over ends in an internal error, and nothing is sent.
 */
import type { DeliverParts } from '../../shared/delivery/attempt.ts';
import { openCircuits } from '../../shared/delivery/circuit.ts';
import { openOutbox } from '../../shared/outbox/open.ts';
import { openPace, type PaceLimits } from '../../shared/pace/pace.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { openStorage, storageNames } from '../../shared/platform/storage.ts';

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Puts them together.
 *
 * @param limits of the pace; none for what is not given.
 * @param more replaces parts.
 */
export function deliverParts(
  connectionString: string,
  limits: Partial<PaceLimits> = {},
  more: Partial<DeliverParts> = {},
): DeliverParts {
  const storage = openStorage({ AzureWebJobsStorage: connectionString });
  const { log = () => undefined, clock = systemClock } = more;
  const table = storage.table(storageNames.pace);
  const none: PaceLimits = {
    messagesPerMinute: 0,
    recipientsPerDay: 0,
    uploadBytesPer5Minutes: 0,
    externalRecipientsPerDay: 0,
    graphConcurrency: 0,
    smtpConcurrency: 0,
  };
  return {
    outbox: openOutbox(storage, log),
    clock,
    log,
    wait,
    lease: 60,
    transport: () => Promise.reject(new TypeError('There is no transport.')),
    routes: () => [{ transport: 'graph', mailbox: 'alerts@contoso.com' }],
    permissions: [],
    circuits: openCircuits({ table, clock, log }),
    pace: openPace({ table, limits: { ...none, ...limits }, clock, wait, newId: () => 'delivery' }),
    isExternal: () => false,
    suspension: () => Promise.resolve(undefined),
    suppressed: () => Promise.resolve(new Map()),
    schedule: [60],
    attemptTimeout: 100,
    random: () => 0,
    ...more,
  };
}
