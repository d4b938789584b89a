/**
 * Makes the pictures of docs/senders/ from the samples of `postrider trigger`: `npm run pictures`, or with names of samples behind `--` for
 * these alone. Needs chromium.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { sampleNames, sampleRequest } from '../../infra/cli/sample.ts';
import { writeLetter } from '../../shared/alerts/letter/letter.ts';
import { readRequest } from '../../shared/alerts/read-request.ts';
import { readHook } from '../../shared/alerts/registry.ts';
import { openBrowser } from '../simulators/inbox/browser.ts';

const now = new Date('2026-11-28T12:00:00Z');
const width = 720;
/** What is below this is left out: a page shows what a mail looks like, not all of it. */
const tallest = 900;

/** The mail of a sample, as HTML. */
async function letterOf(name: string): Promise<string> {
  const sample = sampleRequest(name, 'firing', { now, uuid: '00000000-0000-4000-8000-000000000000' });
  if (!sample) throw new Error(`${name} is not a sample`);
  const { method, headers, query, body } = sample;
  const bytes = Buffer.from(body);
  const header = (field: string) => headers[field];
  const reading = readHook(
    await readRequest({ method, header, query: new URLSearchParams(query), body: bytes }),
  );
  if (reading.kind !== 'alerts') throw new Error(`${name} is a handshake`);
  const raw = { bytes, contentType: headers['content-type'] ?? '' };
  return writeLetter(reading, { zone: 'Europe/Vienna', receivedAt: now, hook: 'ops', raw }).html;
}

const wanted = process.argv.slice(2);
const folder = path.resolve(import.meta.dirname, '../../docs/pictures/senders');
await mkdir(folder, { recursive: true });
const browser = await openBrowser();
const page = await browser.newPage({ viewport: { width, height: 100 }, colorScheme: 'light' });
for (const name of wanted.length > 0 ? wanted : sampleNames) {
  await page.setContent(await letterOf(name));
  const height = Math.min(tallest, await page.evaluate('document.documentElement.scrollHeight'));
  const clip = { x: 0, y: 0, width, height };
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true, clip });
}
await browser.close();
