/** The writers: they repeat each submission, under its key, until it is accepted. What they know as accepted must not be lost. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cell } from './cell.ts';
import type { Ledger } from './ledger.ts';
import type { Random } from './random.ts';

/** A message that was answered with 202. */
export interface Accepted {
  readonly id: string;
  readonly subject: string;
  readonly onUnknown: 'retry' | 'hold';
}

/** What the writers need. */
export interface LoadParts {
  readonly cells: readonly Cell[];
  readonly ledger: Ledger;
  readonly apiKey: string;
  readonly senders: readonly string[];
  readonly messages: number;
  readonly random: Random;
}

/** The load of a run. */
export interface Load {
  /** Lets the writers submit so many messages in all by now. */
  allow(messages: number): void;
  readonly accepted: readonly Accepted[];
  /** Requests beyond the first for a message. */
  readonly repeats: number;
  /** Resolves when all messages are accepted; rejects when one is refused. */
  readonly done: Promise<void>;
}

const writers = 8;

/** Writers pause while so many messages are under way: a queue of Azurite slows with its depth. */
const mostOpen = 250;

/** One message in so many carries a file that does not fit into its row. */
const largeOneIn = 60;
const file = randomBytes(760 * 1024).toString('base64');

/** Starts the writers. */
export function startLoad(parts: LoadParts): Load {
  const { cells, ledger, apiKey, senders, messages, random } = parts;
  const accepted: Accepted[] = [];
  let repeats = 0;
  let next = 0;
  let allowed = 0;
  const run = random.whole(0, 2 ** 31);

  const write = async (): Promise<void> => {
    while (next < messages) {
      if (next >= allowed || ledger.open > mostOpen) {
        await sleep(20);
        continue;
      }
      next += 1;
      await submit(next);
    }
  };
  const submit = async (number: number): Promise<void> => {
    const subject = `torture ${number}`;
    const onUnknown = random.pick(['retry', 'hold'] as const);
    const body = JSON.stringify({
      from: random.pick(senders),
      to: `person-${number}@example.com`,
      subject,
      text: `Message ${number}.`,
      on_unknown: onUnknown,
      ...(number % largeOneIn === 0 ? { attachments: [{ filename: 'file.bin', content: file }] } : {}),
    });
    for (let tries = 0; ; tries++) {
      const id = await post(body, `${run}-${number}`);
      if (id !== undefined) {
        accepted.push({ id, subject, onUnknown });
        return;
      }
      repeats += 1;
      await sleep(Math.min(1000, 50 + 50 * tries));
    }
  };
  const post = async (body: string, key: string): Promise<string | undefined> => {
    const { url } = random.pick(cells);
    if (url === undefined) return undefined;
    const headers = {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    };
    let response: Response;
    let text: string;
    try {
      const signal = AbortSignal.timeout(10_000);
      response = await fetch(`${url}/emails`, { method: 'POST', headers, body, signal });
      text = await response.text();
    } catch {
      return undefined;
    }
    if (response.status === 202) return String(Object(JSON.parse(text)).id);
    if (response.status >= 500 || response.status === 429 || response.status === 409) return undefined;
    throw new Error(`A submission was refused: ${response.status} ${text}`);
  };

  const load: Load = {
    allow(count) {
      allowed = count;
    },
    accepted,
    get repeats() {
      return repeats;
    },
    done: Promise.all(Array.from({ length: Math.min(writers, messages) }, write)).then(() => undefined),
  };
  load.done.catch(() => undefined);
  return load;
}
