/**
 * Who is at the keyboard: what `az` and `azd` print is read, and what is to be done is said when neither knows anybody.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { azureSignIn, type Run } from '../../infra/cli/azure-sign-in.ts';
import { ConfigurationError } from '../../shared/platform/config.ts';

const missing = (program: string) => Promise.reject(new Error(`spawn ${program} ENOENT`));
const asked: string[] = [];
const answering =
  (answers: Readonly<Record<string, string>>): Run =>
  (program, words) => {
    asked.push([program, ...words].join(' '));
    const answer = answers[program];
    return answer === undefined ? missing(program) : Promise.resolve(answer);
  };

test('the Azure CLI is asked first, once for all that ask', async () => {
  asked.length = 0;
  const az = JSON.stringify({
    accessToken: 'eyA',
    expiresOn: '2026-11-28 20:00:00.000000',
    expires_on: 1_795_896_000,
    tokenType: 'Bearer',
  });
  const credential = azureSignIn(answering({ az, azd: '{"token":"eyB"}' }));
  const tokens = await Promise.all([credential.getToken('x'), credential.getToken('y')]);
  assert.deepEqual(tokens, [
    { token: 'eyA', expiresOnTimestamp: 1_795_896_000_000 },
    { token: 'eyA', expiresOnTimestamp: 1_795_896_000_000 },
  ]);
  assert.deepEqual(asked, ['az account get-access-token --resource https://storage.azure.com --output json']);
});

test('without it, or when nobody is signed in there, azd', async () => {
  const azd = JSON.stringify({ token: 'eyB', expiresOn: '2026-11-28T20:00:00Z' });
  for (const az of [undefined, '', '{}', 'Please run az login']) {
    const credential = azureSignIn(answering({ azd, ...(az === undefined ? {} : { az }) }));
    assert.deepEqual(await credential.getToken('x'), {
      token: 'eyB',
      expiresOnTimestamp: Date.parse('2026-11-28T20:00:00Z'),
    });
  }
});

test('when neither knows anybody, one sentence says what to do', async () => {
  await assert.rejects(
    azureSignIn(answering({})).getToken('x'),
    (error) => error instanceof ConfigurationError && /az login/.test(error.message),
  );
});
