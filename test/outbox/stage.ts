/**
 * An outbox in an Azurite of its own, for a file of tests.
 */
import { after } from 'node:test';
import { startAzurite, type Azurite } from '../../infra/local/azurite.ts';
import { openOutbox } from '../../shared/outbox/open.ts';
import type { Outbox } from '../../shared/outbox/outbox.ts';
import { openStorage, type Storage } from '../../shared/platform/storage.ts';

/** Starts it; it is stopped after the last test of the file. */
export async function startOutbox(): Promise<{ azurite: Azurite; storage: Storage; outbox: Outbox }> {
  const azurite = await startAzurite();
  after(() => azurite.stop());
  const storage = openStorage({ AzureWebJobsStorage: azurite.connectionString });
  return { azurite, storage, outbox: openOutbox(storage, () => undefined) };
}
