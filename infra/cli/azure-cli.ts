/**
 * Who is signed in to the Azure CLI, as a credential for storage: an administrator at a keyboard has no managed identity, and an account
 * whose shared keys are off has no connection string.
 */
import { execFile } from 'node:child_process';
import { ConfigurationError } from '../../shared/platform/config.ts';
import type { AccessTokenCredential } from '../../shared/platform/identity.ts';

/** A credential that asks `az account get-access-token`. Asked once an hour or so: the storage SDKs keep what they are given. */
export const azureCliCredential: AccessTokenCredential = {
  async getToken(scopes) {
    const scope = Array.isArray(scopes) ? scopes[0] : scopes;
    const answer = await az(['account', 'get-access-token', '--scope', scope ?? '', '--output', 'json']);
    // `expires_on` is in seconds since 1970; older versions know only `expiresOn`, in local time.
    const { accessToken, expires_on, expiresOn } = JSON.parse(answer) as {
      accessToken: string;
      expires_on?: number;
      expiresOn?: string;
    };
    const expiresOnTimestamp = expires_on === undefined ? Date.parse(expiresOn ?? '') : expires_on * 1000;
    return { token: accessToken, expiresOnTimestamp };
  },
};

function az(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    // `az` is a batch file on Windows, which only a shell can start; nothing in the arguments comes from outside.
    const options = { shell: process.platform === 'win32', timeout: 60_000, encoding: 'utf8' as const };
    execFile('az', args, options, (error, out, words) => {
      if (!error) {
        resolve(out);
        return;
      }
      const missing = error.code === 'ENOENT';
      const why = missing ? 'is not installed' : `has no token for storage (${firstLine(words)})`;
      reject(
        new ConfigurationError(
          `The Azure CLI ${why}: ${missing ? 'install it and run' : 'run'} "az login" as somebody who may use the storage account, or give a connection string with --storage`,
        ),
      );
    });
  });
}

/** What az says of an error has nothing secret in it, and the first line says it. */
const firstLine = (text: string): string =>
  text
    .trim()
    .split('\n')[0]
    ?.replace(/^ERROR:\s*/, '')
    .slice(0, 200) ?? '';
