/**
 * The first read of a process: proves that storage answers, and leaves the register in memory for the first request.
 */
import { ConfigurationError } from '../platform/config.ts';
import type { AccessStore } from './store.ts';

/** Reads the register. @throws ConfigurationError when storage cannot be reached. */
export async function proveStorage(access: Pick<AccessStore, 'register'>): Promise<void> {
  try {
    await access.register();
  } catch (error) {
    const code = (error as { code?: string }).code ?? 'no code';
    throw new ConfigurationError(
      `the storage account that AzureWebJobsStorage names does not answer (${code}): check the setting and the account's network rules`,
      { cause: error },
    );
  }
}
