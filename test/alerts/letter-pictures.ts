/**
 * Makes the pictures of letters: `node test/alerts/letter-pictures.ts [folder]`. Without a folder only those of the documentation, in
 * docs/pictures; with one, every sample at the width of a desk and of a phone, light and dark, into that folder.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeLetter } from '../../shared/alerts/letter/letter.ts';
import { openBrowser } from '../simulators/inbox/browser.ts';
import { occasion, samples, type Sample } from './letter-samples.ts';

const WIDTHS = { desk: 1000, phone: 390 } as const;

const [everything] = process.argv.slice(2);
const folder = everything ?? fileURLToPath(new URL('../../docs/pictures', import.meta.url));
await mkdir(folder, { recursive: true });
const browser = await openBrowser();

async function shoot(
  { group, hook, ...raw }: Sample,
  shape: keyof typeof WIDTHS,
  colorScheme: 'light' | 'dark',
  name: string,
): Promise<void> {
  const letter = writeLetter(group, { ...occasion, hook, ...raw });
  const context = await browser.newContext({
    colorScheme,
    viewport: { width: WIDTHS[shape], height: 300 },
    isMobile: shape === 'phone',
  });
  const page = await context.newPage();
  await page.setContent(withPictures(letter.html, letter.attachments));
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  await context.close();
}

/** As a mail program does: a picture is looked up by its Content-ID. */
const withPictures = (html: string, attachments: ReturnType<typeof writeLetter>['attachments']): string =>
  attachments.reduce(
    (page, { contentId, contentType, bytes }) =>
      contentId === undefined
        ? page
        : page.replaceAll(
            `cid:${contentId}`,
            `data:${contentType};base64,${Buffer.from(bytes).toString('base64')}`,
          ),
    html,
  );

if (everything === undefined) {
  await shoot(samples.firing, 'desk', 'light', 'alert-firing');
  await shoot(samples.three, 'phone', 'dark', 'alert-phone-dark');
} else {
  for (const [name, sample] of Object.entries(samples)) {
    for (const scheme of ['light', 'dark'] as const) {
      await shoot(sample, 'desk', scheme, `${name}-desk-${scheme}`);
      await shoot(sample, 'phone', scheme, `${name}-phone-${scheme}`);
    }
  }
}
await browser.close();
