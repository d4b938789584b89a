/**
 * What Azure deploys: the zip, unpacked in an empty folder with nothing beside it, runs and sends.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { inflateRawSync } from 'node:zlib';
import { startAzurite } from '../../infra/local/azurite.ts';
import { makePackage } from '../../infra/package.ts';
import { startMicrosoft365 } from '../../infra/simulators/microsoft365.ts';
import { bareEnvironment } from '../bare-environment.ts';
import { registerApp, settingsFor } from './tenant.ts';

const host = path.resolve(import.meta.dirname, '../../infra/local/host/main.ts');

test('the packaged app accepts and sends by Graph and SMTP, small and large', async (context) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'postrider-package-'));
  context.after(() => rm(folder, { recursive: true, force: true }));
  const zip = path.join(folder, 'postrider.zip');
  const { files } = await makePackage(zip, path.join(folder, 'build'));
  const app = path.join(folder, 'app');
  const unpacked = await unpack(zip, app);
  assert.deepEqual(unpacked.toSorted(), files.toSorted());
  assert.ok(unpacked.every((name) => /^(?:package\.json|host\.json|dist\/[\w-]+\.js)$/.test(name)));
  const manifest = JSON.parse(await readFile(path.join(app, 'package.json'), 'utf8')) as object;
  assert.ok(!('dependencies' in manifest) && !('scripts' in manifest));

  const [azurite, microsoft365] = await Promise.all([startAzurite(), startMicrosoft365()]);
  context.after(() => Promise.all([azurite.stop(), microsoft365.stop()]));
  const key = await registerApp(azurite);
  await writeFile(path.join(folder, 'ca.pem'), microsoft365.caPem);

  const child = spawn(process.execPath, [host, app, '--port', '0'], {
    cwd: app,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: {
      ...bareEnvironment,
      NODE_EXTRA_CA_CERTS: path.join(folder, 'ca.pem'),
      ...settingsFor(microsoft365, azurite),
      POSTRIDER_TRANSPORTS: 'graph,smtp',
    },
  });
  let complaints = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  context.after(() => child.kill('SIGKILL'));
  const [{ url }] = (await once(child, 'message')) as [{ url: string }];

  const send = (subject: string, more: object) =>
    fetch(`${url}/emails`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ from: 'alerts@contoso.com', to: 'ops@example.com', subject, ...more }),
    });
  const large = { attachments: [{ filename: 'a.bin', content: Buffer.alloc(5_000_000).toString('base64') }] };
  const mails = [
    await send('json', { html: '<p>only</p>' }),
    await send('mime', { text: 'plain', html: '<p>rich</p>' }),
    await send('smtp', { text: 'plain', ...large }),
  ];
  assert.deepEqual(
    mails.map(({ status }) => status),
    [202, 202, 202],
  );
  const arrived = () =>
    microsoft365.store
      .list()
      .map(({ via }) => via)
      .toSorted();
  for (let tries = 0; arrived().length < 3 && tries < 600; tries++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(arrived(), ['graph-json', 'graph-mime', 'smtp'], complaints);
  assert.equal((await fetch(`${url}/openapi.json`)).status, 200);

  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number];
  assert.equal(code, 0, complaints);
});

/** Unpacks a zip by its central directory (APPNOTE 4.3.12). */
async function unpack(file: string, target: string): Promise<string[]> {
  const zip = await readFile(file);
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  const names: string[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [nameLength, extra, comment] = [
      zip.readUInt16LE(at + 28),
      zip.readUInt16LE(at + 30),
      zip.readUInt16LE(at + 32),
    ];
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const local = zip.readUInt32LE(at + 42);
    const data = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const bytes = zip.subarray(data, data + zip.readUInt32LE(at + 20));
    const destination = path.join(target, name);
    await mkdir(path.dirname(destination), { recursive: true });
    await writeFile(destination, zip.readUInt16LE(at + 10) === 8 ? inflateRawSync(bytes) : bytes);
    names.push(name);
    at += 46 + nameLength + extra + comment;
  }
  return names;
}
