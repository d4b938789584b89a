/**
 * Makes the pictures of docs/senders/ from the samples of `postrider trigger`: `npm run pictures`. Needs chromium.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { sampleRequest } from '../../infra/cli/sample.ts';
import { writeLetter } from '../../shared/alerts/letter/letter.ts';
import { readRequest } from '../../shared/alerts/read-request.ts';
import { readHook } from '../../shared/alerts/registry.ts';
import { openBrowser } from '../simulators/inbox/browser.ts';

/** Samples that the pages show. */
const shown = [
  'alertmanager',
  'grafana',
  'azure-monitor',
  'uptime-kuma',
  'sentry',
  'github',
  'proxmox',
  'home-assistant',
] as const;

const now = new Date('2026-11-28T12:00:00Z');
const folder = path.resolve(import.meta.dirname, '../../docs/pictures/senders');
await mkdir(folder, { recursive: true });
const browser = await openBrowser();
const page = await browser.newPage({ viewport: { width: 720, height: 300 } });
for (const name of shown) {
  const sample = sampleRequest(name, 'firing', { now, uuid: '00000000-0000-4000-8000-000000000000' });
  if (!sample) throw new Error(`${name} has no sample`);
  const { method, headers, query, body } = sample;
  const bytes = Buffer.from(body);
  const header = (field: string) => headers[field];
  const reading = readHook(
    await readRequest({ method, header, query: new URLSearchParams(query), body: bytes }),
  );
  if (reading.kind !== 'alerts') throw new Error(`${name} is a handshake`);
  const raw = { bytes, contentType: headers['content-type'] ?? '' };
  const { html } = writeLetter(reading, { zone: 'Europe/Vienna', receivedAt: now, hook: 'ops', raw });
  await page.setContent(html);
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
}
await browser.close();
