/**
 * Which storage account a command works on: flag, then environment, then `local.settings.json` in the current folder.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { openAccessStore, type AccessStore } from '../../shared/access/store.ts';
import { openOutbox } from '../../shared/outbox/open.ts';
import type { Outbox } from '../../shared/outbox/outbox.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { ConfigurationError } from '../../shared/platform/config.ts';
import { createLog } from '../../shared/platform/log.ts';
import { settingsSchema, type Settings } from '../../shared/platform/settings.ts';
import { openStorage, storageNames } from '../../shared/platform/storage.ts';

/** The options every command has. */
export interface CommonOptions {
  readonly storage?: string;
  readonly json?: boolean;
}

/** The application settings that a command sees. */
function environmentOf(command: Command): Record<string, string | undefined> {
  const { storage } = command.optsWithGlobals<CommonOptions>();
  return { ...localSettings(), ...process.env, ...(storage ? { AzureWebJobsStorage: storage } : {}) };
}

/**
 * Opens the register for a command.
 *
 * @throws ConfigurationError when no storage account is named anywhere.
 */
export const openRegister = (command: Command): AccessStore =>
  openAccessStore(openStorage(environmentOf(command)).table(storageNames.access), systemClock);

/**
 * Opens the outbox for a command.
 *
 * @returns the outbox, and the lifetime in seconds that the bridge gives its messages.
 * @throws ConfigurationError when no storage account is named anywhere.
 */
export function openOutboxOf(command: Command): { outbox: Outbox; lifetime: number } {
  const environment = environmentOf(command);
  const storage = openStorage(environment);
  const outbox = openOutbox(
    storage,
    createLog('warn', (line) => console.error(line)),
  );
  const lifetime = settingOf(command, 'POSTRIDER_LIFETIME');
  return { outbox, lifetime };
}

/** What a setting of the bridge is here, as the bridge would read it. */
export const settingOf = <Name extends keyof Settings>(command: Command, name: Name): Settings[Name] =>
  settingsSchema.shape[name].parse(environmentOf(command)[name]) as Settings[Name];

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
