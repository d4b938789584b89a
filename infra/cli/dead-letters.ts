/**
 * `postrider dead-letters`: messages that were not sent, or may not have been, and wait for a person.
 */
import { InvalidArgumentError, type Command } from 'commander';
import type { KeptFilter, KeptMessage } from '../../shared/outbox/ledger.ts';
import type { Outbox } from '../../shared/outbox/outbox.ts';
import { allKept, discard, replay, type Decision } from '../../shared/outbox/replay.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { keptStates, lastReason, type State } from '../../shared/reporting/event.ts';
import { statusView } from '../../shared/reporting/status.ts';
import { openAdministration } from './administration.ts';
import { openOutboxOf } from './connection.ts';
import { print, table } from './print.ts';

interface Selection extends KeptFilter {
  readonly all?: boolean;
}

/** Adds the command; it inherits the program's way of ending. */
export function addDeadLettersCommand(program: Command): void {
  const letters = program
    .command('dead-letters')
    .description('messages that failed, expired, are unknown or broke their worker; their content is kept');

  filtered(letters.command('list'))
    .description('lists them, oldest first, with the last reason')
    .action(async (filter: Selection, command: Command) => {
      const found = await listed(openOutboxOf(command).outbox, filter);
      const rows = found.map((record) => [
        record.id,
        record.state,
        record.acceptedAt.toISOString(),
        record.submitter,
        shortReason(record),
      ]);
      print(
        command,
        found.map((record) => statusView(record)),
        rows.length === 0 ? 'None.' : table([['ID', 'STATE', 'ACCEPTED', 'SUBMITTER', 'REASON'], ...rows]),
      );
    });

  letters
    .command('show')
    .description('shows one, with everything that happened to it')
    .argument('<id>', 'id of the message')
    .action(async (id: string, _: object, command: Command) => {
      const record = await openOutboxOf(command).outbox.records.get(id);
      if (!record) command.error(`error: there is no message "${id}"`, { exitCode: 1 });
      const view = statusView(record);
      print(command, view, JSON.stringify(view, null, 2));
    });

  filtered(letters.command('replay'))
    .description(
      'has messages sent again, with a new lifetime; the ones named, or --all that the filters leave',
    )
    .argument('[ids...]', 'ids of messages')
    .option('--all', 'every message that the filters leave')
    .action(async (ids: string[], filter: Selection, command: Command) => {
      const { outbox, lifetime } = openOutboxOf(command);
      await each(command, ids, filter, (id) => replay(outbox, id, systemClock.now(), lifetime), 'replayed');
    });

  filtered(letters.command('discard'))
    .description('gives messages up and drops their content; the ones named, or --all that the filters leave')
    .argument('[ids...]', 'ids of messages')
    .option('--all', 'every message that the filters leave')
    .action(async (ids: string[], filter: Selection, command: Command) => {
      const { outbox } = openOutboxOf(command);
      await each(command, ids, filter, (id) => discard(outbox, id, systemClock.now()), 'discarded');
    });
}

const filtered = (command: Command): Command =>
  command
    .option('--state <state>', `only this state: ${keptStates.join(', ')}`, keptState)
    .option('--submitter <name>', 'only this submitter')
    .option('--since <time>', 'accepted at or after, e.g. 2026-11-20T08:00:00Z', time)
    .option('--until <time>', 'accepted before', time);

const explanations: Readonly<Record<Exclude<Decision, 'done'>, string>> = {
  missing: 'there is no such message',
  'not-kept': 'it does not wait for a decision',
  'no-content': 'its content is gone',
};

async function each(
  command: Command,
  named: readonly string[],
  filter: Selection,
  decide: (id: string) => Promise<Decision>,
  word: 'replayed' | 'discarded',
): Promise<void> {
  if ((named.length === 0) === (filter.all !== true)) {
    command.error('error: name messages, or give --all', { exitCode: 2 });
  }
  const ids = filter.all ? (await listed(openOutboxOf(command).outbox, filter)).map(({ id }) => id) : named;
  const { note } = openAdministration(command);
  const results: { id: string; result: string }[] = [];
  for (const id of ids) {
    const decision = await decide(id);
    results.push({ id, result: decision === 'done' ? word : decision });
    if (decision !== 'done') process.exitCode = 1;
    else if (!filter.all) await note(word, `dead-letters/${id}`);
  }
  const done = results.filter(({ result }) => result === word).length;
  if (filter.all && done > 0) await note(word, 'dead-letters/*', done);
  const lines = results.map(({ id, result }) =>
    result === word
      ? `${id} ${word}`
      : `${id} not ${word}: ${explanations[result as keyof typeof explanations]}`,
  );
  print(command, results, lines.length === 0 ? 'None.' : lines.join('\n'));
}

/** Oldest first. */
const listed = async (outbox: Outbox, filter: KeptFilter): Promise<KeptMessage[]> =>
  (await Array.fromAsync(allKept(outbox, filter))).sort(
    (a, b) => a.acceptedAt.getTime() - b.acceptedAt.getTime(),
  );

function shortReason({ events }: KeptMessage): string {
  const reason = lastReason(events) ?? '';
  return reason.length > 100 ? `${reason.slice(0, 99)}…` : reason;
}

function keptState(text: string): State {
  const state = keptStates.find((one) => one === text);
  if (!state) throw new InvalidArgumentError(`Use one of ${keptStates.join(', ')}.`);
  return state;
}

function time(text: string): Date {
  const at = new Date(text);
  if (Number.isNaN(at.getTime()))
    throw new InvalidArgumentError('Give a date and time such as 2026-11-20T08:00:00Z.');
  return at;
}
