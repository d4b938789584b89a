/**
 * The command line of an administrator who is signed in to the Azure CLI: a process, with an `az` of our own on its path, against a
 * storage account that takes tokens only.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { createAuthority } from '../../infra/simulators/authority.ts';
import { bareEnvironment } from '../bare-environment.ts';

const program = path.resolve(import.meta.dirname, '../../infra/cli/postrider.ts');
const seen: (string | undefined)[] = [];
let folder: string;
let server: Server;
let uri: string;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'postrider-az-'));
  const authority = await createAuthority();
  await writeFile(path.join(folder, 'ca.pem'), authority.caPem);
  server = createServer(await authority.issue(['localhost']), (request, response) => {
    seen.push(request.headers.authorization);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ value: [] }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  uri = `https://localhost:${(server.address() as AddressInfo).port}`;
});
after(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

/** @param az what the Azure CLI does; none: it is not there. */
async function run(
  args: readonly string[],
  az: string | undefined,
  environment: Record<string, string>,
): Promise<{ code: number; out: string; err: string }> {
  const bin = await mkdtemp(path.join(folder, 'bin-'));
  if (az !== undefined) {
    await writeFile(path.join(bin, 'az'), `#!/bin/sh\n${az}\n`);
    await chmod(path.join(bin, 'az'), 0o755);
  }
  return await new Promise((resolve) => {
    const env = {
      ...bareEnvironment,
      PATH: bin,
      NODE_EXTRA_CA_CERTS: path.join(folder, 'ca.pem'),
      ...environment,
    };
    execFile(process.execPath, [program, ...args], { env, cwd: folder }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err });
    });
  });
}

const services = () => ({
  AzureWebJobsStorage__tableServiceUri: uri,
  AzureWebJobsStorage__queueServiceUri: uri,
  AzureWebJobsStorage__blobServiceUri: uri,
});

test('who is signed in with az is who asks storage', async () => {
  const expires = Math.floor(Date.now() / 1000) + 3600;
  const az = `echo '{"accessToken":"a-token-of-az","expires_on":${expires}}'`;
  const { code, err } = await run(['submitters', 'list', '--json'], az, services());
  assert.equal(code, 0, err);
  assert.ok(seen.length > 0 && seen.every((header) => header === 'Bearer a-token-of-az'), String(seen));
});

test('nobody signed in, or no az at all: one sentence that says what to do', async () => {
  const before_ = seen.length;
  const nobody = await run(
    ['submitters', 'list'],
    'echo "ERROR: Please run az login." >&2; exit 1',
    services(),
  );
  assert.equal(nobody.code, 1);
  assert.match(nobody.err, /Nobody is signed in to Azure: run "az login"/);
  const missing = await run(['submitters', 'list'], undefined, services());
  assert.equal(missing.code, 1);
  assert.match(missing.err, /Nobody is signed in to Azure: run "az login"/);
  assert.equal(seen.length, before_);
});

test('--storage takes the name of an account, and wins over a connection string', async () => {
  const { code, err } = await run(
    ['submitters', 'list', '--storage', 'stpostrider0000'],
    `echo "$@" > "${folder}/asked"; echo "ERROR: asked" >&2; exit 1`,
    { AzureWebJobsStorage: 'UseDevelopmentStorage=true' },
  );
  assert.equal(code, 1);
  assert.match(err, /Nobody is signed in to Azure/);
  assert.match(
    await readFile(path.join(folder, 'asked'), 'utf8'),
    /^account get-access-token --resource https:\/\/storage\.azure\.com /,
  );
});
