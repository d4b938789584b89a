/**
 * (m) The pace under load: four processes accept a backlog for one mailbox that may send 30 mails a minute, as Exchange has it, and
 * work it off. What Exchange would count is counted at the pretend one. The worst minute is looked for in all of the time; rate and
 * requests are those of the minutes after the first: there, the limit does not bind until its mails are gone.
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

const perMinute = 30;
const processes = 4;
/** Minutes that are measured, after the first. */
const minutes = 3;
/** Enough for all of them, and a rest that waits. */
const backlog = 200;

/** Measures. Takes four minutes, and is left out of a quick run. */
export async function paceUnderLoad(stage: Stage): Promise<Measurement[]> {
  if (stage.quick) {
    stage.say('(m) takes four minutes and is left out of a quick run.');
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
    stage.say(`(m) ${perMinute} mails a minute, ${processes} processes, four minutes`);
    for (const app of senders)
      await burst(app, { body: smallMail(), headers, amount: backlog / processes, connections: 4 });
    const first = (await stage.microsoft365.arrivals(0))[0]?.[0] ?? Date.now();
    const untilMinute = (n: number) => sleep(Math.max(0, first + n * 60_000 - Date.now()));
    await untilMinute(1);
    const { accepted } = await stage.microsoft365.counts();
    azurite.resetTransactions();
    await untilMinute(1 + minutes);
    const count = countRequests(azurite, 1);
    const sent = (await stage.microsoft365.counts()).accepted - accepted;
    await Promise.all(senders.map((sender) => sender.stop()));
    const worst = await stage.microsoft365.worst(60_000);
    // Read, claim, settle, delete.
    const [pace, comingBack] = [count.pace / sent, sum(count) / sent - 4];
    const name = `${processes} host processes, one mailbox, ${perMinute} mails a minute`;
    const plain = { part: 'm', name, beside: '' } as const;
    return [
      {
        ...plain,
        name: `${name}: the worst 60 s`,
        ours: `${worst} mails`,
        result: spread([worst]),
        unit: 'mails',
        goal: { atMost: perMinute + 1 },
      },
      {
        ...plain,
        name: `${name}: sent in the ${minutes} minutes after the first`,
        ours: `${sent} mails`,
        result: spread([(sent / (minutes * perMinute)) * 100]),
        unit: '%',
        goal: { atLeast: 95 },
      },
      {
        ...plain,
        name: `${name}: storage requests of a mail beyond the plain path, without polls`,
        ours: `${figure(pace)} for the pace, ${figure(comingBack)} for coming back later`,
        result: spread([pace + comingBack]),
        unit: 'requests',
        goal: { atMost: 1 },
      },
    ];
  } finally {
    await azurite.stop();
  }
}
