/**
 * What a bridge in a test is told: its settings for the pretend Microsoft 365, and a key that works.
 */
import { randomBytes } from 'node:crypto';
import type { Azurite } from '../../infra/local/azurite.ts';
import { bridgeSettings } from '../../infra/local/bridge-settings.ts';
import type { Microsoft365 } from '../../infra/simulators/microsoft365.ts';
import { keyEntropyBytes, makeApiKey } from '../../shared/access/api-key.ts';
import type { Operator } from '../../shared/access/operator.ts';
import { openAccessStore } from '../../shared/access/store.ts';
import type { Submitter } from '../../shared/access/submitter.ts';
import { systemClock } from '../../shared/platform/clock.ts';
import { openStorage, storageNames } from '../../shared/platform/storage.ts';

/** The mailbox that every test tenant has. */
export const sender = 'alerts@contoso.com';

/** Registers the submitter "app" (or another), which may send as `sender`, and gives its key. */
export async function registerApp(
  { connectionString }: Pick<Azurite, 'connectionString'>,
  more: Partial<Submitter> = {},
): Promise<string> {
  const table = openStorage({ AzureWebJobsStorage: connectionString }).table(storageNames.access);
  const register = openAccessStore(table, systemClock);
  const key = makeApiKey(randomBytes(keyEntropyBytes));
  await register.submitters.put({ name: 'app', senders: [sender], networks: [], disabled: false, ...more });
  const submitter = more.name ?? 'app';
  await register.keys.put({ id: key.id, submitter, hash: key.hash, createdAt: systemClock.now() });
  return key.text;
}

/** Registers an operator, and gives its key. */
export async function registerOperator(
  { connectionString }: Pick<Azurite, 'connectionString'>,
  more: Partial<Operator> = {},
): Promise<string> {
  const table = openStorage({ AzureWebJobsStorage: connectionString }).table(storageNames.access);
  const register = openAccessStore(table, systemClock);
  const key = makeApiKey(randomBytes(keyEntropyBytes));
  const operator: Operator = { name: 'desk', role: 'operator', disabled: false, ...more };
  await register.operators.put(operator);
  await register.keys.put({
    id: key.id,
    operator: operator.name,
    hash: key.hash,
    createdAt: systemClock.now(),
  });
  return key.text;
}

/** Application settings that point at the services of a test. */
export const settingsFor = (
  microsoft365: Microsoft365,
  { connectionString }: Pick<Azurite, 'connectionString'>,
): Record<string, string> => bridgeSettings(microsoft365, connectionString);
