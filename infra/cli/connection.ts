/**
 * Which storage account a command works on: flag, then environment, then `local.settings.json` in the current folder.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { openAccessStore, type AccessStore } from '../../shared/access/store.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { ConfigurationError } from '../../shared/platform/config.ts';
import { openStorage, storageNames } from '../../shared/platform/storage.ts';

/** The options every command has. */
export interface CommonOptions {
  readonly storage?: string;
  readonly json?: boolean;
}

/**
 * Opens the register for a command.
 *
 * @throws ConfigurationError when no storage account is named anywhere.
 */
export function openRegister(command: Command): AccessStore {
  const { storage } = command.optsWithGlobals<CommonOptions>();
  const environment = {
    ...localSettings(),
    ...process.env,
    ...(storage ? { AzureWebJobsStorage: storage } : {}),
  };
  return openAccessStore(openStorage(environment).table(storageNames.access), systemClock);
}

/** Prints a result as JSON where `--json` was given, else as text. */
export function print(command: Command, value: unknown, text: string): void {
  console.log(command.optsWithGlobals<CommonOptions>().json ? JSON.stringify(value, null, 2) : text);
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

function localSettings(): Record<string, string> {
  if (!existsSync('local.settings.json')) return {};
  try {
    const { Values } = JSON.parse(readFileSync('local.settings.json', 'utf8')) as {
      Values?: Record<string, string>;
    };
    return Values ?? {};
  } catch {
    throw new ConfigurationError('local.settings.json is not valid JSON');
  }
}
