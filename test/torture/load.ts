/** The writers: they repeat each submission, under its key, until it is accepted. What they know as accepted must not be lost. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cell } from './cell.ts';
import type { Ledger } from './ledger.ts';
import { submissions, type Submission, type SubmissionParts, type Submitted } from './submissions.ts';

/** A message that was answered with 202. */
export interface Accepted extends Submitted {
  readonly id: string;
}

/** What the writers need. */
export interface LoadParts extends SubmissionParts {
  readonly cells: readonly Cell[];
  readonly ledger: Ledger;
  readonly apiKey: string;
}

/** The load of a run. */
export interface Load {
  /** Lets the writers submit so many messages in all by now. */
  allow(messages: number): void;
  readonly accepted: readonly Accepted[];
  /** Requests beyond the first for a submission. */
  readonly repeats: number;
  /** Resolves when all messages are accepted; rejects when one is refused. */
  readonly done: Promise<void>;
}

const writers = 8;

/** Writers pause while so many messages are under way: a queue of Azurite slows with its depth. */
const mostOpen = 250;

/** Milliseconds that an answer is waited for: longer than `Prefer: wait` may take. */
const answerTime = 15_000;

/** Starts the writers. */
export function startLoad(parts: LoadParts): Load {
  const { cells, ledger, apiKey, random } = parts;
  const draw = submissions({ ...parts, random: random.fork() });
  const accepted: Accepted[] = [];
  let repeats = 0;
  let drawn = 0;
  let allowed = 0;

  const write = async (): Promise<void> => {
    for (;;) {
      if (drawn < parts.messages && (drawn >= allowed || ledger.open > mostOpen)) {
        await sleep(20);
        continue;
      }
      const submission = draw();
      if (!submission) return;
      drawn += submission.messages.length;
      await submit(submission);
    }
  };
  const submit = async (submission: Submission): Promise<void> => {
    for (let tries = 0; ; tries++) {
      const ids = await post(submission);
      if (ids) {
        for (const [i, message] of submission.messages.entries()) {
          accepted.push({ ...message, id: ids[i] ?? 'no id' });
        }
        return;
      }
      repeats += 1;
      await sleep(Math.min(1000, 50 + 50 * tries));
    }
  };
  const post = async (submission: Submission): Promise<readonly string[] | undefined> => {
    const { url } = random.pick(cells);
    if (url === undefined) return undefined;
    const headers = {
      ...submission.headers,
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      'idempotency-key': submission.key,
    };
    let response: Response;
    let text: string;
    try {
      const signal = AbortSignal.timeout(answerTime);
      const { path, body } = submission;
      response = await fetch(`${url}${path}`, { method: 'POST', headers, body, signal });
      text = await response.text();
    } catch {
      return undefined;
    }
    if (response.status === 202) return idsIn(text);
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
    done: Promise.all(Array.from({ length: writers }, write)).then(() => undefined),
  };
  load.done.catch(() => undefined);
  return load;
}

/** The ids in the answer for one message, or for a batch. */
function idsIn(text: string): readonly string[] {
  const { id, data }: { id?: string; data?: readonly { readonly id: string }[] } = Object(JSON.parse(text));
  return data ? data.map((one) => one.id) : [id ?? 'no id'];
}
