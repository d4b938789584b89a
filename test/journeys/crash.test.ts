/**
 * The bridge is killed, storage lives on: what was accepted is sent all the same.
 */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import { startAzurite, type Azurite } from '../../infra/local/azurite.ts';
import { startMicrosoft365, type Microsoft365 } from '../../infra/simulators/microsoft365.ts';
import { bareEnvironment } from '../bare-environment.ts';
import { registerApp, settingsFor } from './tenant.ts';

/** Set POSTRIDER_LEASE in the environment to measure recovery with another one. */
const lease = process.env['POSTRIDER_LEASE'] ?? '10s';

const root = path.resolve(import.meta.dirname, '../..');
const running = new Set<ChildProcess>();
const headers = { authorization: '', 'content-type': 'application/json' };
let folder: string;
let azurite: Azurite;
let microsoft365: Microsoft365;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'postrider-crash-'));
  [azurite, microsoft365] = await Promise.all([startAzurite(), startMicrosoft365()]);
  await writeFile(path.join(folder, 'ca.pem'), microsoft365.caPem);
  headers.authorization = `Bearer ${await registerApp(azurite)}`;
});
after(async () => {
  for (const child of running) child.kill('SIGKILL');
  await microsoft365.stop();
  await azurite.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Bridge {
  readonly url: string;
  kill(): Promise<void>;
}

async function startBridge(settings: Record<string, string> = {}): Promise<Bridge> {
  const child = spawn(
    process.execPath,
    [path.join(root, 'infra/local/host/main.ts'), root, '--port', '0', '--entry', 'functions/index.ts'],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: {
        ...bareEnvironment,
        NODE_EXTRA_CA_CERTS: path.join(folder, 'ca.pem'),
        ...settingsFor(microsoft365, azurite),
        POSTRIDER_ATTEMPT_TIMEOUT: '4s',
        POSTRIDER_RETRY_SCHEDULE: '1s',
        POSTRIDER_LEASE: lease,
        POSTRIDER_LOG_LEVEL: 'error',
        ...settings,
      },
    },
  );
  running.add(child);
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message) => resolve((message as { url: string }).url));
    child.once('exit', (code) => reject(new Error(`the bridge ended with ${code}`)));
  });
  return {
    url,
    kill: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGKILL');
        running.delete(child);
      }),
  };
}

async function submit(bridge: Bridge, subject: string): Promise<string> {
  const body = JSON.stringify({ from: 'alerts@contoso.com', to: 'ops@example.com', subject, text: 't' });
  const response = await fetch(`${bridge.url}/emails`, { method: 'POST', headers, body });
  assert.equal(response.status, 202);
  return ((await response.json()) as { id: string }).id;
}

async function status(bridge: Bridge, id: string): Promise<{ status: string; events: { event: string }[] }> {
  return (await (await fetch(`${bridge.url}/emails/${id}`, { headers })).json()) as {
    status: string;
    events: { event: string }[];
  };
}

async function until(bridge: Bridge, id: string, wanted: string, seconds: number) {
  for (let tries = 0; tries < seconds * 10; tries++) {
    const now = await status(bridge, id);
    if (now.status === wanted) return now;
    await sleep(100);
  }
  return await status(bridge, id);
}

const copies = (subject: string) =>
  microsoft365.store.list().filter(({ mime }) => mime.toString().includes(`Subject: ${subject}`)).length;

test('killed between accept and send: the mail arrives once after the restart', async () => {
  const accepting = await startBridge({ 'AzureWebJobs.deliver.Disabled': 'true' });
  const id = await submit(accepting, 'Kept');
  assert.equal((await status(accepting, id)).status, 'accepted');
  await accepting.kill();
  assert.equal(copies('Kept'), 0);
  const restarted = await startBridge();
  assert.equal((await until(restarted, id, 'relayed', 120)).status, 'relayed');
  assert.equal(copies('Kept'), 1);
  await restarted.kill();
});

test('killed while sending: the sweep finds the lapsed claim, and the message says that its outcome was unknown', async (t) => {
  const sending = await startBridge();
  microsoft365.faults.graph.add({ kind: 'hang' });
  const id = await submit(sending, 'Cut off');
  assert.equal((await until(sending, id, 'sending', 60)).status, 'sending');
  // Graph has taken the request, and hangs.
  for (let tries = 0; microsoft365.faults.graph.list().length > 0 && tries < 3000; tries++) await sleep(10);
  await sending.kill();
  const killed = performance.now();
  const restarted = await startBridge();
  const settled = await until(restarted, id, 'relayed', 180);
  t.diagnostic(`recovered after ${((performance.now() - killed) / 1000).toFixed(1)} s, lease ${lease}`);
  assert.deepEqual(
    settled.events.map(({ event }) => event),
    ['accepted', 'sending', 'unknown', 'sending', 'relayed'],
  );
  assert.equal(copies('Cut off'), 1);
  await restarted.kill();
});
