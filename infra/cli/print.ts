/**
 * What commands print: text for people, JSON for programs, refusals with all their faults.
 */
import type { Command } from 'commander';
import type { Problem, Result } from '../../shared/platform/problem.ts';
import type { CommonOptions } from './connection.ts';

/** Whether the command was asked for JSON. */
export const wantsJson = (command: Command): boolean =>
  command.optsWithGlobals<CommonOptions>().json === true;

/** Prints a result as JSON where `--json` was given, else as text. */
export function print(command: Command, value: unknown, text: string): void {
  console.log(wantsJson(command) ? JSON.stringify(value, null, 2) : text);
}

/** Lines up columns, two spaces between. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Prints a list as a table, or says that there is none. */
export function printList(
  command: Command,
  views: readonly object[],
  head: readonly string[],
  rows: readonly (readonly string[])[],
  none: string,
): void {
  print(command, views, rows.length === 0 ? none : table([head, ...rows]));
}

/** A view, field by field, for people: `name: value`, fields of fields below each other. */
export function describe(view: object): string {
  const rows = linesOf(view).map(([name, value]) => [`${name}:`, value]);
  return table(rows);
}

function linesOf(view: object, prefix = ''): (readonly [string, string])[] {
  return Object.entries(view)
    .filter(([name]) => prefix !== '' || name !== 'object')
    .flatMap(([name, value]: [string, unknown]) => {
      const path = `${prefix}${name}`;
      if (Array.isArray(value)) {
        const plain = value.every((one) => typeof one !== 'object');
        return [[path, plain ? value.join(', ') || '-' : JSON.stringify(value)] as const];
      }
      if (value instanceof Date) return [[path, value.toISOString()] as const];
      if (typeof value === 'object' && value !== null) return linesOf(value, `${path}.`);
      return [[path, String(value)] as const];
    });
}

/** Ends the command for a refusal, with every fault; 2 where what was given is wrong, else 1. */
export function fail(command: Command, { code, detail, errors = [] }: Problem): never {
  const more = errors.length > 1 ? errors : [];
  const lines = more.map(({ pointer, detail: fault }) => `  ${pointer}: ${fault}`);
  const head = more.length > 0 ? `${more.length} things are wrong:` : detail;
  return giveUp(command, [`error: ${head}`, ...lines].join('\n'), code.startsWith('invalid-') ? 2 : 1);
}

/** Ends the command with a sentence about what it found, and not about how it was called. */
export const giveUp = (command: Command, text: string, exitCode: number): never =>
  command.showHelpAfterError(false).error(text, { exitCode });

/** The value of a result; ends the command for a refusal. */
export const settled = <T>(command: Command, result: Result<T>): T =>
  result.ok ? result.value : fail(command, result.problem);
