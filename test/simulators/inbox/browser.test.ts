/** The inbox as a person meets it: in a real browser, against a real server. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test, type TestContext } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { noBrowser, openBrowser } from './browser.ts';
import { deliver, gradient } from './sample-mails.ts';
import { stage } from './stage.ts';

let browser: Browser;
let reached: string[] = [];
/** Somebody else's server, who would like to know who reads their mail. */
const elsewhere = createServer((request, response) => {
  reached.push(request.url ?? '');
  response.end();
});
let foreign: string;

before(async () => {
  if (noBrowser !== false) return;
  browser = await openBrowser();
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  const address = elsewhere.address();
  foreign = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
});

after(async () => {
  if (noBrowser !== false) return;
  await browser.close();
  elsewhere.closeAllConnections();
  elsewhere.close();
});

/** A page of its own, with everything that its console says. */
async function look(
  t: TestContext,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; complaints: string[] }> {
  reached = [];
  const context = await browser.newContext(options);
  t.after(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.setDefaultTimeout(60_000);
  return { page, complaints };
}

test('list, open, tabs, back', { skip: noBrowser }, async (t) => {
  const { store, url } = await stage(t);
  await deliver(store, {
    to: 'Emma <emma@b.example>',
    subject: 'Grüße',
    html: '<p>Hello <b>Emma</b></p><img src="cid:pic">',
    text: 'Hello Emma in text',
    attachments: [{ filename: 'pic.png', content: gradient(40, 20), cid: 'pic' }],
  });
  const { page, complaints } = await look(t);
  await page.goto(url);
  await page.getByText('Grüße').click();
  const frame = page.frameLocator('iframe');
  assert.equal(await frame.locator('b').textContent(), 'Emma');
  const width = await frame.locator('img').evaluate((img) => Reflect.get(img, 'naturalWidth') as unknown);
  assert.equal(width, 40, 'the image that came along is shown');
  await page.getByRole('link', { name: 'Text' }).click();
  await page.getByText('Hello Emma in text').waitFor();
  await page.getByRole('link', { name: /^Attachments/u }).click();
  await page.getByRole('heading', { name: 'pic.png' }).waitFor();
  await page.getByRole('link', { name: 'Transport' }).click();
  await page.getByText('Carried by').waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download', exact: true }).click(),
  ]);
  assert.match(download.suggestedFilename(), /\.eml$/u);
  await page.getByRole('link', { name: 'Inbox', exact: true }).click();
  assert.equal(await page.locator('.row.new').count(), 0, 'it counts as read now');
  assert.deepEqual(complaints, []);
});

test('new mail appears by itself, and deleted mail goes', { skip: noBrowser }, async (t) => {
  const { store, url, faults } = await stage(t, { banner: 'curl it' });
  const { page } = await look(t);
  await page.goto(url);
  await page.getByText('No mail yet').waitFor();
  await page.locator('.live.on').waitFor();
  await deliver(store, { to: 'a@b.example', subject: 'First' });
  await page.getByText('First').waitFor();
  await deliver(store, { to: 'a@b.example', subject: 'Second' });
  await page.getByText('Second').waitFor();
  assert.match(await page.title(), /^\(2\) Inbox/u);
  assert.deepEqual(await page.locator('.row .subject').allTextContents(), ['Second', 'First']);
  faults.smtp.add({ kind: 'quota-exceeded', times: 7 });
  await page.locator('.side .alert', { hasText: '7' }).waitFor();

  await page.getByRole('button', { name: 'Delete all' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  assert.equal(store.size, 2);
  await page.getByRole('button', { name: 'Delete all' }).click();
  await page.locator('.sheet .danger').click();
  await page.getByText('No mail yet').waitFor();
  assert.equal(store.size, 0);
});

test('a mail cannot run, load, send or go anywhere', { skip: noBrowser }, async (t) => {
  const { store, url } = await stage(t);
  const id = await deliver(store, {
    to: 'a@b.example',
    subject: 'Hostile',
    html: `<meta http-equiv="refresh" content="0;url=${foreign}/refresh">
      <link rel="stylesheet" href="${foreign}/sheet"><base href="${foreign}/base/">
      <style>@import url(${foreign}/import); body { background: url(${foreign}/background) }</style>
      <script>document.title = 'ran'; top.document.title = 'ran'; new Image().src = '${foreign}/script'</script>
      <img src="${foreign}/image" onerror="document.title = 'ran'"><img src="relative">
      <iframe src="${foreign}/frame"></iframe><object data="${foreign}/object"></object>
      <video poster="${foreign}/poster" src="${foreign}/video"></video>
      <form action="${foreign}/form"><button>Press me</button></form>
      <p onclick="document.title = 'ran'">Shown</p>`,
  });
  const { page } = await look(t);
  for (const path of [`/message/${id}`, `/message/${id}/body`]) {
    await page.goto(url + path);
    const inside = path.endsWith('/body') ? page.mainFrame() : page.frames()[1];
    assert.ok(inside);
    await inside.getByText('Shown').click();
    await inside.getByText('Press me').click();
    await page.waitForTimeout(200);
    assert.deepEqual(reached, [], path);
    assert.doesNotMatch(await page.title(), /ran/u);
    assert.equal(await inside.getByText('Shown').count(), 1, 'it has not gone elsewhere');
  }
  await page.goto(`${url}/message/${id}`);
  await page.getByText('It is not loaded here.').waitFor();
});

test('the browser that was to be kept from it would have gone there', { skip: noBrowser }, async (t) => {
  const { page } = await look(t);
  await page.setContent(`<img src="${foreign}/image">`);
  await page.waitForLoadState('networkidle');
  assert.deepEqual(reached, ['/image']);
});

test('markup in a subject or a name stays text', { skip: noBrowser }, async (t) => {
  const { store, url } = await stage(t);
  const evil = `"'><img src=x onerror="document.title='ran'"><script>document.title='ran'</script>`;
  await deliver(store, {
    from: { name: evil, address: 'a@contoso.com' },
    to: 'a@b.example',
    subject: evil,
    text: evil,
  });
  const { page } = await look(t);
  for (const path of ['/', `/?q=${encodeURIComponent(evil)}`, `/message/${store.list()[0]?.id ?? ''}`]) {
    await page.goto(url + path);
    await page.locator('.live.on').waitFor();
    await page.waitForTimeout(100);
    assert.doesNotMatch(await page.title(), /^ran/u, path);
    assert.equal(await page.locator('main img').count(), 0, path);
  }
});

test('keys: j, k, o, u and the slash', { skip: noBrowser }, async (t) => {
  const { store, url } = await stage(t);
  for (const subject of ['Three', 'Two', 'One'])
    await deliver(store, { to: 'a@b.example', subject, text: subject });
  const { page } = await look(t);
  await page.goto(url);
  for (const key of ['j', 'j', 'j', 'j', 'k']) await page.keyboard.press(key);
  assert.equal(await page.locator('.row.here .subject').textContent(), 'Two');
  await page.keyboard.press('o');
  await page.getByRole('heading', { name: 'Two' }).waitFor();
  await page.keyboard.press('j');
  await page.getByRole('heading', { name: 'Three' }).waitFor();
  await page.keyboard.press('u');
  await page.getByRole('heading', { name: 'All mail' }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('subject:one jk');
  await page.keyboard.press('Enter');
  await page.getByText('Nothing matches').waitFor();
  await page.goto(`${url}/?q=subject:one`);
  assert.deepEqual(await page.locator('.row .subject').allTextContents(), ['One']);
});

test('everything works without scripts', { skip: noBrowser }, async (t) => {
  const { store, url, faults } = await stage(t);
  await deliver(store, { to: 'a@b.example', subject: 'Plain', text: 'Hello' });
  const { page } = await look(t, { javaScriptEnabled: false });
  await page.goto(url);
  await page.getByText('Plain').click();
  await page.getByRole('link', { name: 'Source' }).click();
  await page.getByText('Subject: Plain').waitFor();
  await page.getByRole('link', { name: 'Faults' }).click();
  await page.getByRole('button', { name: 'Too many connections' }).click();
  await page.getByText('too-many-connections').first().waitFor();
  assert.equal(faults.smtp.list()[0]?.fault.kind, 'too-many-connections');
  await page.locator('#smtp summary').click();
  const slow = page.locator('#smtp form.kind', { hasText: 'slow' });
  await slow.locator('select').selectOption('mail');
  await slow.getByLabel('ms').fill('1500');
  await slow.getByRole('button', { name: 'Add' }).click();
  await page.getByText('ms: 1500').waitFor();
  assert.deepEqual(faults.smtp.list()[1]?.fault, { kind: 'slow', times: 1, at: 'mail', ms: 1500 });
  await page.goto(url);
  await page.getByRole('button', { name: 'Delete all' }).click();
  await page.locator('.sheet .danger').click();
  await page.getByText('No mail yet').waitFor();
});

test('dark when the person wants it dark, light otherwise', { skip: noBrowser }, async (t) => {
  const { url } = await stage(t);
  const brightness = async (colorScheme: 'dark' | 'light'): Promise<number> => {
    const { page } = await look(t, { colorScheme });
    await page.goto(url);
    const colour = await page.locator('body').evaluate((body) => {
      const view = body.ownerDocument.defaultView;
      return view === null ? '' : view.getComputedStyle(body).backgroundColor;
    });
    return Math.max(...[...colour.matchAll(/\d+/gu)].slice(0, 3).map(Number));
  };
  assert.ok((await brightness('dark')) < 50);
  assert.ok((await brightness('light')) > 230);
});

test('nothing sticks out on a phone', { skip: noBrowser }, async (t) => {
  const { store, url } = await stage(t);
  const long = 'Averylongwordthatneverends'.repeat(8);
  const id = await deliver(store, {
    from: { name: long, address: 'a@contoso.com' },
    to: `${long.slice(0, 60)}@b.example`,
    subject: long,
    html: `<p>${long}</p>`,
    headers: { 'X-Long': long },
    attachments: [{ filename: `${long}.txt`, content: 'x' }],
  });
  const { page } = await look(t, { viewport: { width: 360, height: 700 } });
  const tabs = ['html', 'text', 'headers', 'source', 'attachments', 'transport'];
  for (const path of ['/', '/faults', ...tabs.map((tab) => `/message/${id}?tab=${tab}`)]) {
    await page.goto(url + path);
    const width = await page.locator('html').evaluate((root) => root.scrollWidth);
    assert.ok(width <= 360, `${path} is ${width} wide`);
  }
});
