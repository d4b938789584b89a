/**
 * (m) The pace under load: four processes work off a backlog from one mailbox that may send 600 mails a minute. What Exchange would
 * count is counted at the pretend one: the worst minute, and the second minute, in which the limit binds from its first second on.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startAzurite } from '../../infra/local/azurite.ts';
import { countRequests, sum } from './count.ts';
import { burst } from './load.ts';
import { smallMail } from './mail.ts';
import type { Measurement } from './measurement.ts';
import { makeKey, type Stage } from './stage.ts';
import { figure, spread } from './statistics.ts';
import { startSenders } from './work-off.ts';

const perMinute = 600;
const processes = 4;
/** Enough for two minutes, and a rest that waits. */
const backlog = 1500;
const seconds = 125;

/** Measures. Takes more than two minutes, and is left out of a quick run. */
export async function paceUnderLoad(stage: Stage): Promise<Measurement[]> {
  if (stage.quick) {
    stage.say('(m) takes two minutes and is left out of a quick run.');
    return [];
  }
  const azurite = await startAzurite();
  try {
    const apiKey = await makeKey(azurite.connectionString);
    const senders = await startSenders(
      stage,
      {
        AzureWebJobsStorage: azurite.connectionString,
        POSTRIDER_TRANSPORTS: 'graph',
        POSTRIDER_MAILBOX_MESSAGES_PER_MINUTE: String(perMinute),
        POSTRIDER_GRAPH_CONCURRENCY: '4',
      },
      processes,
    );
    const headers = { authorization: `Bearer ${apiKey}` };
    stage.say(`(m) ${perMinute} mails a minute, ${processes} processes, ${seconds} s`);
    for (const app of senders)
      await burst(app, { body: smallMail(), headers, amount: backlog / processes, connections: 4 });
    const first = (await stage.microsoft365.arrivals(0))[0]?.[0] ?? Date.now();
    await sleep(Math.max(0, first + seconds * 1000 - Date.now()));
    const arrivals = await stage.microsoft365.arrivals(0);
    const sent = arrivals.length;
    const count = countRequests(azurite, sent);
    await Promise.all(senders.map((sender) => sender.stop()));
    const worst = await stage.microsoft365.worst(60_000);
    const inSecond = arrivals.filter(([at]) => at - first >= 60_000 && at - first < 120_000).length;
    // Accepting: insert, put. Sending: read, claim, settle, delete.
    const extra = count.pace + sum(count) - (2 * backlog + 4 * sent) / sent;
    const name = `${processes} host processes, one mailbox, ${perMinute} mails a minute`;
    const plain = { part: 'm', name, beside: '' } as const;
    return [
      {
        ...plain,
        name: `${name}: the worst 60 s`,
        ours: `${worst} mails, of ${sent} in ${seconds} s`,
        result: spread([worst]),
        unit: 'mails',
        goal: { atMost: perMinute + 1 },
      },
      {
        ...plain,
        name: `${name}: sent in the second minute`,
        ours: `${inSecond} mails`,
        result: spread([(inSecond / perMinute) * 100]),
        unit: '%',
        goal: { atLeast: 95 },
      },
      {
        ...plain,
        name: `${name}: storage requests of a mail beyond the six of the plain path, without polls`,
        ours: `${figure(count.pace)} for the pace, ${figure(extra - count.pace)} for coming back later`,
        result: spread([extra]),
        unit: 'requests',
        goal: { atMost: 1 },
      },
    ];
  } finally {
    await azurite.stop();
  }
}
