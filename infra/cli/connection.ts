/**
 * Which storage account a command works on: flag, then environment, then `local.settings.json` in the current folder.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { azureSignIn } from './azure-sign-in.ts';
import { openAccessStore, type AccessStore } from '../../shared/access/store.ts';
import { openOutbox } from '../../shared/outbox/open.ts';
import type { Outbox } from '../../shared/outbox/outbox.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { ConfigurationError } from '../../shared/platform/config.ts';
import { createLog, type Log } from '../../shared/platform/log.ts';
import { readSetting, type Setting } from '../../shared/platform/setting.ts';
import { settings, type Settings } from '../../shared/platform/settings.ts';
import { openStorage, storageNames, type Storage } from '../../shared/platform/storage.ts';

/** The options every command has. */
export interface CommonOptions {
  readonly storage?: string;
  readonly json?: boolean;
  /** Who is at the keyboard. */
  readonly as?: string;
}

/** The application settings that a command sees. */
export function environmentOf(command: Command): Record<string, string | undefined> {
  const { storage } = command.optsWithGlobals<CommonOptions>();
  return { ...localSettings(), ...process.env, ...(storage ? accountOf(storage) : {}) };
}

/** An account's name has letters and digits only; anything else is a connection string. */
const accountOf = (storage: string): Record<string, string> =>
  /^[a-z\d]{3,24}$/.test(storage)
    ? { AzureWebJobsStorage: '', AzureWebJobsStorage__accountName: storage }
    : { AzureWebJobsStorage: storage };

/**
 * Opens the storage account for a command: as whoever is signed in to the Azure CLI, where there is neither a connection string nor a
 * managed identity.
 *
 * @throws ConfigurationError when none is named anywhere.
 */
export function openStorageOf(command: Command): Storage {
  const environment = environmentOf(command);
  return environment['IDENTITY_ENDPOINT']
    ? openStorage(environment)
    : openStorage(environment, azureSignIn());
}

/**
 * Opens the register for a command.
 *
 * @throws ConfigurationError when no storage account is named anywhere.
 */
export const openRegister = (command: Command): AccessStore =>
  openAccessStore(openStorageOf(command).table(storageNames.access), systemClock);

/** What goes wrong on the side, on standard error: what a command prints may be read by a program. */
export const sideLog: Log = createLog('warn', (line) => console.error(line));

/**
 * Opens the outbox for a command.
 *
 * @returns the outbox, and the lifetime in seconds that the bridge gives its messages.
 * @throws ConfigurationError when no storage account is named anywhere.
 */
export function openOutboxOf(command: Command): { outbox: Outbox; lifetime: number } {
  const outbox = openOutbox(openStorageOf(command), sideLog);
  const lifetime = settingOf(command, 'POSTRIDER_LIFETIME');
  return { outbox, lifetime };
}

/**
 * What a setting of the bridge is here, as the bridge would read it.
 *
 * @throws ConfigurationError when it is missing or wrong.
 */
export function settingOf<Name extends keyof Settings>(command: Command, name: Name): Settings[Name] {
  const setting: Setting<unknown> = settings[name];
  const read = readSetting(setting, environmentOf(command)[name] || undefined);
  if (!read.ok) throw new ConfigurationError(`${name} ${read.faults.join('; ')} (see docs/configuration.md)`);
  return read.value as Settings[Name];
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
