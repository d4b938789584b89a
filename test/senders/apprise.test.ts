/** Debian's Apprise, through each of its services that can lead to a bridge of one's own. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mailLike, missing, run, startSenderWorld } from './program.ts';

const skip = missing('apprise');
let world: Awaited<ReturnType<typeof startSenderWorld>>;
before(async () => {
  if (!skip) world = await startSenderWorld();
});
after(() => world?.stop());

/** Sends, and waits for the mail. */
async function notify(
  url: (place: string, key: string) => string,
  title: string,
  ...more: readonly string[]
) {
  const { host } = new URL(world.host.url);
  const { code, out, err } = await run('apprise', [
    '-vv',
    '-t',
    title,
    '-b',
    'Volume 2 is full',
    ...more,
    url(host, world.hookKey),
  ]);
  assert.equal(code, 0, `${out}${err}`);
  const { parsed } = await mailLike(world, new RegExp(title));
  assert.match(parsed.text ?? '', /Volume 2 is full/);
  return parsed;
}

test('json:// with the key as a password', { skip }, async () => {
  const mail = await notify((host, key) => `json://nas:${key}@${host}/hooks/ops`, 'By JSON', '-n', 'failure');
  assert.match(mail.subject ?? '', /^\[FIRING\]/);
});

test('form:// with a header', { skip }, async () => {
  await notify((host, key) => `form://${host}/hooks/ops?+X-Api-Key=${key}`, 'By form');
});

test('xml:// with a header', { skip }, async () => {
  await notify((host, key) => `xml://${host}/hooks/ops?+X-Api-Key=${key}`, 'By XML');
});

test('apprise:// as an API server', { skip }, async () => {
  await notify((host, key) => `apprise://${host}/ops?+X-Api-Key=${key}`, 'By API', '-n', 'warning');
});

test('gotify:// with the key as a token', { skip }, async () => {
  await notify((host, key) => `gotify://${host}/${key}`, 'By Gotify');
});

test('a key that is wrong is told to its user', { skip }, async () => {
  const { host } = new URL(world.host.url);
  const { code } = await run('apprise', ['-b', 'x', `json://nas:pr_wrong_key@${host}/hooks/ops`]);
  assert.notEqual(code, 0);
});
