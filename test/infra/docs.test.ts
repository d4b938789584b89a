import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { pages } from '../../infra/docs.ts';
import { refusals } from '../../shared/platform/refusals.ts';
import { settings } from '../../shared/platform/settings.ts';

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the pages made from the code are those in the repository', async () => {
  for (const [path, text] of Object.entries(pages())) {
    assert.equal(await read(path), text, `${path} is out of date: run npm run docs`);
  }
});

test('every refusal has an anchor, every setting a row', async () => {
  const errors = await read('docs/errors.md');
  for (const code of Object.keys(refusals)) assert.match(errors, new RegExp(`^### ${code}$`, 'm'));
  const configuration = await read('docs/configuration.md');
  for (const name of Object.keys(settings)) assert.ok(configuration.includes(`| \`${name}\` |`), name);
});
