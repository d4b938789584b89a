/** Debian's Alertmanager, with the configuration of docs/senders/alertmanager.md. */
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort, mailLike, missing, start, startSenderWorld } from './program.ts';

const program = 'prometheus-alertmanager';

test('an alert that fires and is resolved', { skip: missing(program) }, async (t) => {
  const world = await startSenderWorld();
  t.after(() => world.stop());
  const folder = await mkdtemp(path.join(tmpdir(), 'postrider-alertmanager-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const config = path.join(folder, 'alertmanager.yml');
  await writeFile(
    config,
    `route:
  receiver: postrider
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1s
receivers:
  - name: postrider
    webhook_configs:
      - url: ${world.host.url}/hooks/ops
        send_resolved: true
        http_config:
          authorization:
            credentials: ${world.hookKey}
`,
  );
  const port = await freePort();
  const running = start(program, [
    `--config.file=${config}`,
    `--storage.path=${path.join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
  ]);
  t.after(() => running.stop());

  await tell(port, alertUntil(Date.now() + 600_000), running.said);
  const fired = await mailLike(world, /^\[FIRING\].*DiskAlmostFull/, running.said);
  assert.match(fired.parsed.text ?? '', /Only 6 % are left/);
  await tell(port, alertUntil(Date.now() - 1000), running.said);
  const over = await mailLike(world, /^\[RESOLVED\].*DiskAlmostFull/, running.said);
  assert.equal(over.parsed.references, fired.parsed.references);
});

/** An alert as Prometheus tells of it. @param endsAt milliseconds. */
const alertUntil = (endsAt: number) => ({
  labels: { alertname: 'DiskAlmostFull', severity: 'critical', instance: 'db-01' },
  annotations: { summary: 'Only 6 % are left' },
  startsAt: new Date(Date.now() - 60_000).toISOString(),
  endsAt: new Date(endsAt).toISOString(),
  generatorURL: 'http://prometheus.example.com/graph',
});

/** Tells Alertmanager of an alert, as soon as it listens. */
async function tell(port: number, alert: object, said: () => string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([alert]),
    }).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(100);
  }
  assert.fail(`Alertmanager did not take the alert: ${said()}`);
}
