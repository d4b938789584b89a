/**
 * (k) A deep backlog: 100,000 mails wait in one storage account, 1,000 in another. A fresh process works off a thousand of the one,
 * then a fresh process the thousand of the other, and so on: rates, memory of the processes, and the rate of accepting beside it.
 *
 * The rows come through `POST /emails/batch` while nothing is sent; then every mail gets a doorbell of its own, as single mails
 * have. What is not worked off is thrown away with its storage.
 */
import { QueueClient } from '@azure/storage-queue';
import { encodeEntry } from '../../shared/platform/queue.ts';
import { storageNames } from '../../shared/platform/storage.ts';
import { burst } from './load.ts';
import { smallMail, smallMails } from './mail.ts';
import { ratio, type Measurement } from './measurement.ts';
import { makeKey, type Stage } from './stage.ts';
import { figure, spread } from './statistics.ts';
import { residentMemory } from './usage.ts';
import { startAcceptor, startSenders } from './work-off.ts';

/** A storage account with a backlog. */
interface Account {
  readonly storage: string;
  readonly apiKey: string;
}

/** What a fresh process did with a thousand mails. */
interface Turn {
  /** Mails sent a second. */
  readonly rate: number;
  /** The most that the process had resident, in MB. */
  readonly memory: number;
  /** Requests accepted a second beside the backlog, while nothing was sent. */
  readonly accepting: number;
}

/** Mails of a turn: as many are accepted as are sent, so that a backlog keeps its size. */
const portion = 1000;

/** Measures. */
export async function deepBacklog(stage: Stage): Promise<Measurement[]> {
  const [rounds, depth] = stage.quick ? [1, 5000] : [4, 100_000];
  const shallow = { storage: stage.storage, apiKey: stage.apiKey };
  const storage = await stage.startStorage();
  const deep = { storage, apiKey: await makeKey(storage) };
  stage.say(`(k) filling in ${figure(depth)} mails`);
  await fill(stage, deep, depth);
  const measured: Record<'deep' | 'shallow', Turn[]> = { deep: [], shallow: [] };
  // Round 0 warms the storage up.
  for (let round = 0; round <= rounds; round++) {
    const turns = { shallow: await takeTurn(stage, shallow), deep: await takeTurn(stage, deep) };
    if (round > 0) for (const side of ['shallow', 'deep'] as const) measured[side].push(turns[side]);
    stage.say(
      `(k) round ${round} of ${rounds}: deep ${describe(turns.deep)}, shallow ${describe(turns.shallow)}`,
    );
  }
  const name = `beside a backlog of ${depth.toLocaleString('en')}`;
  const beside = `a backlog of ${portion.toLocaleString('en')}`;
  const of = (side: 'deep' | 'shallow', read: (turn: Turn) => number) => measured[side].map(read);
  const compare = (what: string, read: (turn: Turn) => number) =>
    ratio(
      'k',
      `${what} ${name}`,
      '/s',
      { values: of('deep', read) },
      { name: beside, values: of('shallow', read) },
      { atLeast: 0.9 },
    );
  const memory = (side: 'deep' | 'shallow') =>
    `peak ${figure(spread(of(side, (turn) => turn.memory)).median)} MB`;
  const peaks = of('shallow', (turn) => turn.memory);
  return [
    compare('mails sent a second', (turn) => turn.rate),
    compare('mails accepted a second', (turn) => turn.accepting),
    {
      part: 'k',
      name: `memory of a process ${name}`,
      ours: memory('deep'),
      beside: `${beside}: ${memory('shallow')}`,
      result: spread(of('deep', (turn) => turn.memory).map((peak, i) => peak - (peaks[i] ?? 0))),
      unit: 'MB',
      goal: { atMost: 20 },
    },
  ];
}

const describe = ({ rate, accepting, memory }: Turn): string =>
  `${figure(rate)}/s sent, ${figure(accepting)}/s accepted, ${figure(memory)} MB`;

/** Puts mails into the account, and a doorbell for each into the queue of those who submit much. */
async function fill(stage: Stage, { storage, apiKey }: Account, mails: number): Promise<void> {
  const app = await startAcceptor(stage, { AzureWebJobsStorage: storage });
  const ids: string[] = [];
  await burst(app, {
    body: smallMails(),
    headers: { authorization: `Bearer ${apiKey}` },
    amount: mails / 100,
    connections: 2,
    path: '/emails/batch',
    onAnswer: (answer) => void ids.push(...answer.matchAll(/"id": ?"([^"]+)"/g).map(([, id = '']) => id)),
  });
  await app.stop();
  if (ids.length !== mails) throw new Error(`${mails} mails were posted and ${ids.length} ids came back.`);
  const queue = new QueueClient(storage, storageNames.lowQueue);
  await queue.clearMessages();
  const left = ids.values();
  const ring = async (): Promise<void> => {
    for (const message of left)
      await queue.sendMessage(encodeEntry({ v: 1, message }), { messageTimeToLive: -1 });
  };
  await Promise.all(Array.from({ length: 16 }, ring));
}

/** Accepts a portion, then has a fresh process send as many. */
async function takeTurn(stage: Stage, { storage, apiKey }: Account): Promise<Turn> {
  const settings = { AzureWebJobsStorage: storage, POSTRIDER_TRANSPORTS: 'graph' };
  const headers = { authorization: `Bearer ${apiKey}` };
  const acceptor = await startAcceptor(stage, settings);
  const { rate: accepting } = await burst(acceptor, {
    body: smallMail(),
    headers,
    amount: portion,
    connections: 8,
  });
  await acceptor.stop();
  const { accepted } = await stage.microsoft365.counts();
  const [sender] = await startSenders(stage, settings);
  if (!sender) throw new Error('No bridge was started.');
  const head = portion / 10;
  const first = await stage.microsoft365.reached(accepted + head);
  const last = await stage.microsoft365.reached(accepted + portion);
  const memory = (residentMemory(sender.pid)?.peak ?? Number.NaN) / 1_000_000;
  await sender.stop();
  return { rate: ((portion - head) / (last - first)) * 1000, memory, accepting };
}
