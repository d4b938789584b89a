/**
 * Tokens of a managed identity for something that is neither Graph nor Exchange: the token exchange of Entra ID, or Key Vault. A
 * door; loads MSAL on first use.
 */
import type { ManagedIdentityApplication } from '@azure/msal-node';
import type { Clock } from '../platform/clock.ts';
import { createEntraNetwork } from './entra-network.ts';
import { oneLine, type Finding } from './verdict.ts';

/** Why there is no token. */
export interface IdentityRefusal {
  readonly ok: false;
  readonly finding: Finding;
  /** What the endpoint said. */
  readonly words: string;
}

/** A token, or why there is none. */
export type IdentityToken = { readonly ok: true; readonly accessToken: string } | IdentityRefusal;

/** The identity. MSAL keeps its tokens until shortly before they expire. */
export interface ManagedIdentity {
  /** @param resource such as `https://vault.azure.net`. Never rejects. */
  token(resource: string): Promise<IdentityToken>;
}

/**
 * @param clientId of a user-assigned identity; the system-assigned one when missing.
 * @param parts.setting names the identity, and is named where there is none of that name.
 * @param parts.timeout milliseconds that one request may take.
 */
export function openManagedIdentity(
  clientId: string | undefined,
  parts: { readonly setting: string; readonly clock: Clock; readonly timeout: number },
): ManagedIdentity {
  const { setting, clock, timeout } = parts;
  let application: Promise<ManagedIdentityApplication> | undefined;
  const open = async (): Promise<ManagedIdentityApplication> => {
    const msal = await import('@azure/msal-node');
    return new msal.ManagedIdentityApplication({
      ...(clientId === undefined ? {} : { managedIdentityIdParams: { userAssignedClientId: clientId } }),
      system: { networkClient: createEntraNetwork(clock, timeout).client, disableInternalRetries: true },
    });
  };
  return {
    async token(resource) {
      try {
        application ??= open();
        return { ok: true, accessToken: (await (await application).acquireToken({ resource })).accessToken };
      } catch (error) {
        application = undefined;
        const words = error instanceof Error ? oneLine(error.message) : '';
        return { ok: false, finding: findingOf(error, setting), words };
      }
    },
  };
}

function findingOf(error: unknown, setting: string): Finding {
  const status: unknown = error instanceof Error ? Reflect.get(error, 'status') : undefined;
  const code: unknown = error instanceof Error ? Reflect.get(error, 'errorCode') : undefined;
  // 404 and 410 are answers of an endpoint that is being updated
  // (https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token, error handling).
  const unwell = typeof status === 'number' && (status >= 500 || [404, 410, 429].includes(status));
  if (unwell || code === 'network_error') {
    return { verdict: 'transient', reason: 'The managed identity endpoint of this machine does not answer.' };
  }
  const reason = `This machine has no managed identity of that client ID: assign it, or correct ${setting}.`;
  return { verdict: 'configuration', reason };
}
