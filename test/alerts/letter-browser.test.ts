/** Letters in a real browser: what a parser makes of them, what they load, and whether they can be read. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { writeLetter } from '../../shared/alerts/letter/letter.ts';
import { noBrowser, openBrowser } from '../simulators/inbox/browser.ts';
import { occasion, samples, type Sample } from './letter-samples.ts';

let browser: Promise<Browser> | undefined;
after(async () => (await browser)?.close());

interface Look {
  readonly width: number;
  readonly colorScheme: 'light' | 'dark';
}
const desk: Look = { width: 1000, colorScheme: 'light' };
const phone: Look = { width: 390, colorScheme: 'dark' };

interface Window {
  readonly page: Page;
  /** What the letter that is shown asked the network for, and which script ran. */
  readonly requests: string[];
}

/** One for each look: a browser takes longer to open one than to show a letter. */
const windows = new Map<Look, Promise<Window>>();

async function open({ width, colorScheme }: Look): Promise<Window> {
  const chromium = await (browser ??= openBrowser());
  const context = await chromium.newContext({ colorScheme, viewport: { width, height: 800 } });
  const page = await context.newPage();
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('dialog', (dialog) => {
    requests.push(`script: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return { page, requests };
}

/** Shows a letter, in a document that knows nothing of the one before. */
async function show({ group, ...rest }: Sample, look: Look): Promise<Window> {
  const window = windows.get(look) ?? open(look);
  windows.set(look, window);
  const { page, requests } = await window;
  await page.goto('about:blank');
  requests.length = 0;
  await page.setContent(writeLetter(group, { ...occasion, ...rest }).html);
  return { page, requests };
}

/** Lowest contrast (WCAG 2.2 §1.4.3) of any visible text with the colour behind it, and that text. */
const lowestContrast = (page: Page): Promise<{ ratio: number; text: string }> =>
  page.evaluate(`(() => {
    const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const luminance = ([r, g, b]) =>
      [r, g, b]
        .map((part) => part / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
    const behind = (element) => {
      for (let each = element; each; each = each.parentElement) {
        const colour = numbers(getComputedStyle(each).backgroundColor);
        if (colour.length === 3 || colour[3] > 0) return colour;
      }
      return [255, 255, 255];
    };
    let lowest = { ratio: 99, text: '' };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { parentElement, data } = walker.currentNode;
      if (data.trim() === '' || !parentElement.checkVisibility()) continue;
      const [a, b] = [numbers(getComputedStyle(parentElement).color), behind(parentElement)].map(luminance);
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (ratio < lowest.ratio) lowest = { ratio, text: data.trim().slice(0, 60) };
    }
    return lowest;
  })()`);

for (const [name, sample] of Object.entries(samples)) {
  test(
    `the letter "${name}" loads nothing, runs nothing, can be read and fits`,
    { skip: noBrowser },
    async () => {
      for (const look of [desk, phone]) {
        const { page, requests } = await show(sample, look);
        assert.deepEqual(
          requests.filter((url) => !url.startsWith('cid:')),
          [],
        );
        assert.equal(await page.locator('script, iframe, form, object, embed, svg, link, base').count(), 0);
        assert.equal(await page.locator(':is([onclick], [onmouseover], [onerror])').count(), 0);
        const { ratio, text } = await lowestContrast(page);
        assert.ok(ratio >= 4.5, `${look.colorScheme}: contrast ${ratio.toFixed(2)} of "${text}"`);
        const wide: number = await page.evaluate('document.documentElement.scrollWidth');
        assert.ok(wide <= look.width, `${wide} pixels wide at ${look.width}`);
      }
    },
  );
}

test(
  'a screen reader hears tables of facts as tables, layout as nothing, and one heading first',
  { skip: noBrowser },
  async () => {
    const { page } = await show(samples.three, desk);
    assert.equal(await page.locator('table:not([role=presentation]):not(:has(th[scope=row]))').count(), 0);
    assert.equal(await page.getByRole('rowheader', { name: 'namespace' }).count(), 1);
    assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1);
    assert.equal(await page.getByRole('heading', { level: 2 }).count(), 3);
    assert.equal(await page.getByRole('link', { name: 'Open logs' }).count(), 1);
    assert.equal(await page.locator('html').getAttribute('lang'), 'en');
  },
);

test('what stands right to left is laid out right to left, on its own', { skip: noBrowser }, async () => {
  const { page } = await show(samples.scripts, desk);
  const directions: Readonly<Record<string, string>> = await page.evaluate(
    `Object.fromEntries([...document.querySelectorAll('h1, th')].map((each) => [each.textContent.trim(), getComputedStyle(each).direction]))`,
  );
  assert.equal(directions['שרת הדואר אינו מגיב 🚨 mail-02'], 'rtl');
  assert.equal(directions['מיקום'], 'rtl');
  assert.equal(directions['host'], 'ltr');
});
