/**
 * The managed identity of the function app as a credential for storage. A door; loads MSAL on the first token.
 *
 * `@azure/identity` would do the same with 300 more files at cold start; MSAL is here anyway.
 */

import type { ManagedIdentityApplication } from '@azure/msal-node';

/** The part of `TokenCredential` (@azure/core-auth) that the storage SDKs call. */
export interface AccessTokenCredential {
  getToken(scopes: string | string[]): Promise<{ token: string; expiresOnTimestamp: number }>;
}

/**
 * A credential that asks the platform's identity endpoint (`IDENTITY_ENDPOINT`).
 *
 * @param clientId client id of a user-assigned identity; the system-assigned one when omitted.
 * @throws from getToken, when the endpoint is missing or refuses.
 */
export function identityCredential(clientId?: string): AccessTokenCredential {
  let application: Promise<ManagedIdentityApplication> | undefined;
  const open = async () => {
    const msal = await import('@azure/msal-node');
    return new msal.ManagedIdentityApplication(
      clientId ? { managedIdentityIdParams: { userAssignedClientId: clientId } } : {},
    );
  };
  return {
    async getToken(scopes) {
      const scope = Array.isArray(scopes) ? scopes[0] : scopes;
      const resource = (scope ?? '').replace(/\/?\.default$/, '');
      const result = await (await (application ??= open())).acquireToken({ resource });
      return { token: result.accessToken, expiresOnTimestamp: (result.expiresOn ?? new Date()).getTime() };
    },
  };
}
