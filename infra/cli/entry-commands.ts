/**
 * What can be done to every kind of entry that has a name: show, disable, enable, remove.
 */
import type { Command } from 'commander';
import type { Shelves } from '../../shared/operator/shelves.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { openAdministration } from './administration.ts';
import { describe, print, settled } from './print.ts';

/** An entry as it is shown. */
export type Wire = Readonly<Record<string, unknown>>;

/** A view as JSON carries it: times as text. */
export const asWire = (view: object): Wire => JSON.parse(JSON.stringify(view)) as Wire;

/** A view with when it was last used, if ever. */
export const withUse = (view: Wire, at: Date | undefined): Wire =>
  at ? { ...view, last_used_at: at.toISOString() } : view;

/** A field as a cell of a table. */
export function cellOf(entry: Wire, name: string, fallback = '-'): string {
  const value = entry[name];
  if (Array.isArray(value)) return value.join(', ') || fallback;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : fallback;
}

/** What the commands are called in their descriptions; without a text there is no such command. */
export interface Wording {
  readonly noun: string;
  readonly disable?: string;
  readonly remove: string;
  /** What a person should know who disables or removes one: facts for `--json`, and a sentence. Asked before it is done. */
  readonly mind?: (
    command: Command,
    name: string,
  ) => Promise<{ readonly facts: object; readonly text: string }>;
}

/** Adds the commands. */
export function addEntryCommands(parent: Command, kind: keyof Shelves, wording: Wording): void {
  const { noun, mind = () => Promise.resolve({ facts: {}, text: '' }) } = wording;

  parent
    .command('show')
    .description(`shows a ${noun} with all its fields`)
    .argument('<name>', `name of the ${noun}`)
    .action(async (name: string, _: object, command: Command) => {
      const { view } = settled(command, await openAdministration(command).shelves[kind].show(name));
      print(command, view, describe(view));
    });

  for (const disabled of wording.disable === undefined ? [] : [true, false]) {
    parent
      .command(disabled ? 'disable' : 'enable')
      .description((disabled ? wording.disable : 'undoes that') ?? '')
      .argument('<name>', `name of the ${noun}`)
      .action(async (name: string, _: object, command: Command) => {
        const { shelves, author } = openAdministration(command);
        const { facts, text } = disabled ? await mind(command, name) : { facts: {}, text: '' };
        const body = Buffer.from(JSON.stringify({ disabled }));
        settled(command, await shelves[kind].patch(author, name, body, {}));
        print(
          command,
          { name, disabled, ...facts },
          `${name} is ${disabled ? 'disabled' : 'enabled'}.${text}`,
        );
      });
  }

  parent
    .command('remove')
    .description(wording.remove)
    .argument('<name>', `name of the ${noun}`)
    .action(async (name: string, _: object, command: Command) => {
      const { shelves, author } = openAdministration(command);
      const { facts, text } = await mind(command, name);
      settled(command, await shelves[kind].remove(author, name, {}));
      print(command, { name, removed: true, ...facts }, `Removed ${name}.${text}`);
    });
}

/** One word for how an entry stands. */
export function stateOf(entry: Wire): string {
  const { disabled, expires_at: ends, mode } = entry;
  if (disabled === true) return 'disabled';
  if (typeof ends === 'string' && new Date(ends) <= systemClock.now()) return 'expired';
  return typeof mode === 'string' && mode !== 'live' ? mode : 'active';
}
