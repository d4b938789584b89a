/**
 * (h) Storage transactions of a mail when there are many: 16 requests at once, and batches of 100, sent as they come by one process
 * with the pace on and the four lanes to Graph that Microsoft allows. All polls of the queues that mails came from are counted.
 */
import { countRequests } from './count.ts';
import { burst } from './load.ts';
import { smallMail, smallMails } from './mail.ts';
import type { Measurement } from './measurement.ts';
import type { Stage } from './stage.ts';
import { counting, line, untilEnded } from './transactions.ts';
import { checkArrivals } from './work-off.ts';

/** Measures. */
export async function busyTransactions(stage: Stage): Promise<Measurement[]> {
  const amount = stage.quick ? 500 : 3000;
  const settings = {
    POSTRIDER_MAILBOX_MESSAGES_PER_MINUTE: '100000',
    POSTRIDER_GRAPH_CONCURRENCY: '4',
  };
  return await counting(stage, settings, async ({ azurite, app, apiKey }) => {
    const { microsoft365 } = stage;
    const headers = { authorization: `Bearer ${apiKey}` };
    const cases = [
      {
        name: 'one small mail of many, 16 requests at once',
        load: { body: smallMail(), amount, connections: 16 },
        turns: amount,
        goal: 6.1,
      },
      {
        name: 'one small mail of a batch of 100',
        load: { body: smallMails(), amount: amount / 100, connections: 1, path: '/emails/batch' },
        turns: amount / 100,
        goal: 3.1,
      },
    ];
    // Makes the queue that a busy submitter's mails go into.
    await burst(app, { body: smallMail(), headers, amount: 100, connections: 4 });
    await untilEnded(azurite, 101);
    const measurements: Measurement[] = [];
    for (const { name, load, turns, goal } of cases) {
      const before = await microsoft365.counts();
      azurite.resetTransactions();
      await burst(app, { ...load, headers });
      await microsoft365.reached(before.accepted + amount);
      await untilEnded(azurite, turns);
      const count = countRequests(azurite, amount);
      await checkArrivals(stage, before, amount);
      measurements.push(line('h', name, count, count.polls, goal));
      stage.say(`(h) ${name}: ${measurements.at(-1)?.ours}`);
    }
    return measurements;
  });
}
