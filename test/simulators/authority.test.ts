import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import tls from 'node:tls';
import { promisify } from 'node:util';
import { createAuthority } from '../../infra/simulators/authority.ts';
import { listen } from '../../infra/simulators/listening.ts';

const authority = await createAuthority();
const server = createServer(await authority.issue(['localhost', '127.0.0.1']), (_request, response) => {
  response.end('trusted');
});
const door = await listen(server, 0);
after(() => door.stop());

function reach(servername: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = tls.connect({ host: '127.0.0.1', port: door.port, servername }, () => {
      socket.destroy();
      resolve('trusted');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? '');
    });
  });
}

test('a process that was told the root by NODE_EXTRA_CA_CERTS trusts name and address', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'authority-'));
  try {
    const file = path.join(folder, 'ca.pem');
    await writeFile(file, authority.caPem);
    for (const host of ['localhost', '127.0.0.1']) {
      const script = `process.stdout.write(await (await fetch('https://${host}:${door.port}/')).text())`;
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
        env: { ...process.env, NODE_EXTRA_CA_CERTS: file },
      });
      assert.equal(stdout, 'trusted');
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('without the root nobody trusts it; with it a running process does, but only for the names in the certificate', async () => {
  const usual = tls.getCACertificates('default');
  assert.notEqual(await reach('localhost'), 'trusted');
  tls.setDefaultCACertificates([...usual, authority.caPem]);
  assert.equal(await reach('localhost'), 'trusted');
  assert.equal(await reach('graph.microsoft.com'), 'ERR_TLS_CERT_ALTNAME_INVALID');
});

test('the root of one authority is of no use to another', async () => {
  const other = await createAuthority();
  tls.setDefaultCACertificates([other.caPem]);
  await assert.rejects(fetch(`https://localhost:${door.port}/`));
});
