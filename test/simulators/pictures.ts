/**
 * Makes the pictures of the inbox for the documentation: `node test/simulators/pictures.ts [folder]`. Without a folder
 * only the two of the README, in docs/pictures; with one, a look at every page in every shape, into that folder.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { ENTRA_FAULTS } from '../../infra/simulators/entra/faults.ts';
import { SMTP_FAULTS } from '../../infra/simulators/exchange-smtp/faults.ts';
import { FaultScript } from '../../infra/simulators/faults.ts';
import { GRAPH_FAULTS } from '../../infra/simulators/graph/faults.ts';
import { startInbox } from '../../infra/simulators/inbox/inbox.ts';
import { MailStore } from '../../infra/simulators/mail-store.ts';
import { openBrowser } from './inbox/browser.ts';
import { deliver, deliverSamples } from './inbox/sample-mails.ts';

const DESK = { width: 1180, height: 640 };
const PHONE = { width: 390, height: 780 };

const [everything] = process.argv.slice(2);
const folder = everything ?? fileURLToPath(new URL('../../docs/pictures', import.meta.url));
await mkdir(folder, { recursive: true });

const store = new MailStore();
const faults = {
  entra: new FaultScript(ENTRA_FAULTS),
  graph: new FaultScript(GRAPH_FAULTS),
  smtp: new FaultScript(SMTP_FAULTS),
};
const banner =
  'curl http://127.0.0.1:7071/emails \\\n  -H "Authorization: Bearer pr_demo_4c1f" \\\n  --json \'{"from":"alerts@contoso.com","to":"you@example.com","subject":"Hello","text":"It works."}\'';
const inbox = await startInbox({ store, faults, banner });
const browser = await openBrowser();

async function open(colorScheme: 'light' | 'dark', viewport: typeof DESK): Promise<Page> {
  const context = await browser.newContext({ colorScheme, viewport });
  return context.newPage();
}

async function shoot(page: Page, name: string, path?: string): Promise<void> {
  if (path !== undefined) await page.goto(inbox.url + path);
  // The word "Live" comes a moment later than the page.
  await page.locator('.live.on').waitFor();
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** The mail with the picture, the fifth to come. */
function alert(): string {
  return `/message/${store.list().find(({ via, envelope }) => via === 'graph-mime' && envelope.to.length === 3)?.id ?? ''}`;
}

async function lookAtEverything(chromium: Browser): Promise<void> {
  for (const scheme of ['light', 'dark'] as const) {
    for (const [shape, viewport] of Object.entries({ desk: DESK, phone: PHONE })) {
      const page = await open(scheme, viewport);
      const paths = {
        list: '/',
        html: alert(),
        text: `${alert()}?tab=text`,
        headers: `${alert()}?tab=headers`,
        source: `${alert()}?tab=source`,
        attachments: `/message/${store.list()[5]?.id ?? ''}?tab=attachments`,
        transport: `${alert()}?tab=transport`,
        faults: '/faults',
        nothing: '/?q=zebra',
      };
      for (const [name, path] of Object.entries(paths)) await shoot(page, `${name}-${shape}-${scheme}`, path);
      await page.goto(`${inbox.url}/`);
      await page.getByRole('button', { name: 'Delete all' }).click();
      await shoot(page, `delete-${shape}-${scheme}`);
      await page.goto(`${inbox.url}/faults`);
      await page.locator('#smtp summary').click();
      await page.locator('#smtp .kinds').scrollIntoViewIfNeeded();
      await shoot(page, `kinds-${shape}-${scheme}`);
    }
  }
  store.clear();
  for (const scheme of ['light', 'dark'] as const) {
    await shoot(await open(scheme, DESK), `empty-${scheme}`, '/');
  }
  await Promise.all(chromium.contexts().map((context) => context.close()));
}

await deliverSamples(store);
if (everything === undefined) {
  const page = await open('light', DESK);
  await page.goto(inbox.url + alert());
  await page.goto(`${inbox.url}/message/${store.list()[3]?.id ?? ''}`);
  await shoot(page, 'inbox', '/');
  await shoot(page, 'message', alert());
} else {
  faults.graph.program({ kind: 'status', status: 429, retryAfter: '2.5', times: 3 });
  faults.graph.program({ kind: 'accept-then-status', status: 504 });
  faults.smtp.program({ kind: 'drop', at: 'dot', accepted: true });
  await deliver(store, {
    to: 'a@b.example',
    subject: 'A very long subject that goes on and on, '.repeat(6),
    text: 'x',
  });
  await lookAtEverything(browser);
}
await browser.close();
await inbox.stop();
