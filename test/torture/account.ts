/** The account at the end: what became of every accepted message, from storage and from what Microsoft 365 took. */
import { openStorage, storageNames } from '../../shared/platform/storage.ts';
import type { MessageEvent } from '../../shared/reporting/event.ts';
import type { Accepted } from './load.ts';
import { endStates } from './storage-wire.ts';

/** A message's row, as far as the account needs it. */
export interface Row {
  readonly state: string;
  readonly events: readonly MessageEvent[];
}

/** Why something is wrong, or what allows a copy. */
export interface Finding {
  readonly id: string;
  readonly subject: string;
  readonly what: string;
  /** The message's events, in short. */
  readonly story: string;
}

/** The account. */
export interface Account {
  readonly accepted: number;
  /** Messages by the state of their row. */
  readonly states: Readonly<Record<string, number>>;
  /** Accepted, and neither sent nor kept. */
  readonly lost: readonly Finding[];
  /** Copies that a rule allows: the outcome was unknown, and the submitter chose to send again. */
  readonly allowed: readonly Finding[];
  /** Copies that no rule allows. */
  readonly forbidden: readonly Finding[];
  /** Records that say what is not so: failed although nothing forbade it, or sent although recorded as kept. */
  readonly wrong: readonly Finding[];
}

/** Reads all rows. @param storage connection string. */
export async function readRows(storage: string): Promise<ReadonlyMap<string, Row>> {
  const table = openStorage({ AzureWebJobsStorage: storage }).table(storageNames.messages);
  const rows = new Map<string, Row>();
  const select = ['RowKey', 'rowKey', 'state', 'events'];
  for await (const row of table.listEntities<{ state: string; events: string }>({
    queryOptions: { select },
  })) {
    const events = JSON.parse(row.events) as MessageEvent[];
    rows.set(String(row.rowKey), { state: row.state, events });
  }
  return rows;
}

/**
 * Judges.
 *
 * @param copies mails that Microsoft 365 took, by subject.
 * @param strict whether no copy at all is allowed: the faults left no doubt, or sent copies were looked up.
 */
export function judge(
  accepted: readonly Accepted[],
  rows: ReadonlyMap<string, Row>,
  copies: ReadonlyMap<string, number>,
  strict: boolean,
): Account {
  const lost: Finding[] = [];
  const allowed: Finding[] = [];
  const forbidden: Finding[] = [];
  const wrong: Finding[] = [];
  const states: Record<string, number> = {};
  for (const { id, subject, onUnknown } of accepted) {
    const row = rows.get(id);
    const sent = copies.get(subject) ?? 0;
    const events = row?.events ?? [];
    const say = (what: string): Finding => ({ id, subject, what, story: tell(events) });
    if (!row) {
      lost.push(say('There is no row.'));
      continue;
    }
    const { state } = row;
    states[state] = (states[state] ?? 0) + 1;
    const doubted = events.some(({ event }) => event === 'unknown');
    if (!endStates.has(state)) lost.push(say(`It is ${state} and does not move.`));
    else if (state === 'relayed' && sent === 0) lost.push(say('It is relayed, and nothing arrived.'));
    else if (state === 'cancelled' || state === 'discarded')
      lost.push(say(`It is ${state}, and nobody asked.`));
    else if (state !== 'relayed' && state !== 'unknown' && !(state === 'expired' && doubted)) {
      wrong.push(say(`It is ${state}, and ${sent} arrived.`));
    }
    if (sent < 2) continue;
    const rule = doubted && onUnknown === 'retry' && !strict;
    const finding = say(`${sent} arrived; on_unknown is ${onUnknown}.`);
    (rule ? allowed : forbidden).push(finding);
  }
  return { accepted: accepted.length, states, lost, allowed, forbidden, wrong };
}

/** Whether the bridge kept its promise. */
export const isKept = ({ lost, forbidden, wrong }: Account): boolean =>
  lost.length + forbidden.length + wrong.length === 0;

const tell = (events: readonly MessageEvent[]): string =>
  events.map(({ at, event }) => `${at.slice(14, 23)} ${event}`).join(', ') || 'no events';
