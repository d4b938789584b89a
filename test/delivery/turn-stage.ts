/**
 * Where delivery turns are tested that no journey can wait for: an Azurite, a pretend Microsoft 365, and bridges whose clock the test sets.
 */
import { after } from 'node:test';
import { startAzurite, type Azurite } from '../../infra/local/azurite.ts';
import { bridgeSettings } from '../../infra/local/bridge-settings.ts';
import type { Microsoft365, Microsoft365Options } from '../../infra/simulators/microsoft365.ts';
import { createBridge, type Bridge } from '../../shared/bridge.ts';
import { openOutbox } from '../../shared/outbox/open.ts';
import type { Outbox } from '../../shared/outbox/outbox.ts';
import type { Clock } from '../../shared/platform/clock.ts';
import { readConfig } from '../../shared/platform/config.ts';
import { openStorage, storageNames, type Storage } from '../../shared/platform/storage.ts';
import { registerApp } from '../journeys/tenant.ts';
import { startStage, unpaced } from './stage.ts';

export interface TurnStage {
  readonly azurite: Azurite;
  readonly microsoft365: Microsoft365;
  readonly storage: Storage;
  readonly outbox: Outbox;
  /** A bridge, as one more instance. It keeps no pace unless the settings say so. */
  readonly bridgeWith: (settings?: Readonly<Record<string, string>>) => Bridge;
}

/** Starts it, with the submitter `app` in the register; everything is stopped after the last test of the file. */
export async function startTurns(clock: Clock, options: Microsoft365Options = {}): Promise<TurnStage> {
  const [azurite, microsoft365] = await Promise.all([startAzurite(), startStage(options)]);
  const storage = openStorage({ AzureWebJobsStorage: azurite.connectionString });
  await registerApp(azurite);
  await storage.queue(storageNames.queue).createIfNotExists();
  const bridges: Bridge[] = [];
  after(async () => {
    for (const bridge of bridges) await bridge.close();
    await microsoft365.stop();
    await azurite.stop();
  });
  return {
    azurite,
    microsoft365,
    storage,
    outbox: openOutbox(storage, () => undefined),
    bridgeWith: (settings = {}) => {
      const config = readConfig({
        ...bridgeSettings(microsoft365, azurite.connectionString),
        ...unpaced,
        ...settings,
      });
      const bridge = createBridge(config, storage, { clock, log: () => undefined, random: () => 0 });
      bridges.push(bridge);
      return bridge;
    },
  };
}
