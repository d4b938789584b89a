/**
 * The person at the keyboard as a credential for storage: whoever is signed in with the Azure CLI, or else with azd. A storage account that
 * takes no key, as `infra/azure` makes it, lets nobody in without.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ConfigurationError } from '../../shared/platform/config.ts';
import type { AccessTokenCredential } from '../../shared/platform/identity.ts';

/** Runs a program, gives what it prints, and throws when it is not there or fails. */
export type Run = (program: string, words: readonly string[]) => Promise<string>;

const run: Run = async (program, words) => {
  // On Windows both are scripts, which only a shell starts; the words are ours, without anything that a shell would read.
  const shell = process.platform === 'win32';
  const { stdout } = await promisify(execFile)(program, words, { shell, timeout: 60_000 });
  return stdout;
};

/** A token and its end. */
interface Token {
  readonly token: string;
  readonly expiresOnTimestamp: number;
}

/**
 * A credential that asks `az account get-access-token`, then `azd auth token`.
 *
 * @param ask how a program is run.
 * @throws ConfigurationError from getToken, when neither gives a token.
 */
export function azureSignIn(ask: Run = run): AccessTokenCredential {
  let asked: Promise<Token> | undefined;
  const token = async (): Promise<Token> => {
    const ways = [
      () => ask('az', ['account', 'get-access-token', '--resource', resource, '--output', 'json']),
      () => ask('azd', ['auth', 'token', '--scope', `${resource}/.default`, '--output', 'json']),
    ];
    for (const way of ways) {
      const found = await way()
        .then(readToken)
        .catch(() => undefined);
      if (found) return found;
    }
    throw new ConfigurationError(
      'Nobody is signed in to Azure: run "az login" (or "azd auth login") as somebody who has the Storage data roles on the account, or set AzureWebJobsStorage to a connection string (see docs/deploy.md)',
    );
  };
  // The SDKs keep a token until shortly before its end; tables, queues and blobs ask for one each, and at once.
  return { getToken: () => (asked ??= token()) };
}

/** The resource of storage tokens, in every cloud. */
const resource = 'https://storage.azure.com';

/** Reads what either program prints: `accessToken` and `expires_on` (seconds), or `token` and `expiresOn` (ISO 8601). */
function readToken(text: string): Token | undefined {
  const answer = JSON.parse(text) as Record<string, unknown>;
  const token = answer['accessToken'] ?? answer['token'];
  if (typeof token !== 'string' || token === '') return undefined;
  const seconds = Number(answer['expires_on']);
  const end = seconds > 0 ? seconds * 1000 : Date.parse(String(answer['expiresOn']));
  // Without a readable end: good for the command that asked.
  return { token, expiresOnTimestamp: Number.isFinite(end) ? end : Date.now() + 300_000 };
}
