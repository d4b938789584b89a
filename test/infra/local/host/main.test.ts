import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { type Child, LOCAL, startChild } from '../child.ts';
import { until } from '../until.ts';

const fixtures = path.join(import.meta.dirname, '../fixtures');

function start(t: TestContext, args: string[], env: Record<string, string> = {}): Child {
  const child = startChild('host/main.ts', args, env);
  t.after(() => child.process.kill('SIGKILL'));
  return child;
}

test('says once when it is ready, on standard output and to its parent, and answers', async (t) => {
  const child = start(t, [path.join(fixtures, 'process'), '--port', '0']);
  const ready = await child.ready;
  assert.deepEqual(JSON.parse(child.stdout()), ready);
  assert.equal(ready['ready'], true);
  assert.deepEqual(ready['functions'], ['hello', 'never', 'slow']);
  assert.equal(await (await fetch(`${String(ready['url'])}/api/hello`)).text(), 'hello');
});

test('SIGTERM: the request under way is answered, new ones are not taken, appTerminate runs, exit 0', async (t) => {
  const child = start(t, [path.join(fixtures, 'process'), '--port', '0']);
  const { url } = await child.ready;
  const answer = fetch(`${String(url)}/api/slow`).then((response) => response.text());
  await until(() => child.stderr().includes('slow has begun'), 'the request is under way');
  child.process.kill('SIGTERM');
  assert.equal(await answer, 'done');
  assert.deepEqual(await child.exit, { code: 0, signal: null });
  assert.match(child.stdout(), /appTerminate\n$/);
  await assert.rejects(fetch(`${String(url)}/api/hello`));
});

test('an idle kept-alive connection does not hold up the end', async (t) => {
  const child = start(t, [path.join(fixtures, 'process'), '--port', '0']);
  const { url } = await child.ready;
  await (await fetch(`${String(url)}/api/hello`)).text();
  child.process.kill('SIGINT');
  assert.deepEqual(await child.exit, { code: 0, signal: null });
});

test('a second signal ends it at once', async (t) => {
  const child = start(t, [path.join(fixtures, 'process'), '--port', '0']);
  const { url } = await child.ready;
  const answer = fetch(`${String(url)}/api/never`);
  answer.catch(() => {});
  await until(() => child.stderr().includes('never has begun'), 'the request is under way');
  child.process.kill('SIGTERM');
  await until(() => isRefused(`${String(url)}/api/hello`), 'it takes no requests');
  child.process.kill('SIGTERM');
  assert.deepEqual(await child.exit, { code: 143, signal: null });
});

test('functionTimeout ends the process, with a line in the log', async (t) => {
  const child = start(t, [path.join(fixtures, 'process'), '--port', '0'], {
    AzureFunctionsJobHost__functionTimeout: '00:00:00.2',
  });
  const { url } = await child.ready;
  await assert.rejects(fetch(`${String(url)}/api/never`));
  assert.deepEqual(await child.exit, { code: 1, signal: null });
  assert.match(child.stderr(), /CRITICAL Host: Timeout value of 0\.2 s was exceeded by function 'never'/);
});

test('it stops when its parent is gone', async (t) => {
  const child = start(t, [path.join(fixtures, 'process'), '--port', '0']);
  await child.ready;
  // Not the close event: node does not emit it for a child whose channel was closed from here.
  const exit = once(child.process, 'exit');
  child.process.disconnect();
  assert.deepEqual(await exit, [0, null]);
});

test('without a parent channel it runs all the same', async (t) => {
  const main = path.join(LOCAL, 'host/main.ts');
  const child = spawn(process.execPath, [main, path.join(fixtures, 'process'), '--port', '0']);
  t.after(() => child.kill('SIGKILL'));
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  await until(() => stdout.includes('\n'), 'it is ready');
  assert.match(stdout, /^\{"ready":true,"url":"http:\/\/127\.0\.0\.1:\d+"/);
});

test('a failed start is one sentence on standard error and exit code 1', async (t) => {
  const failed = async (...args: string[]): Promise<string> => {
    const child = start(t, args, { POSTRIDER_DEBUG: '' });
    assert.deepEqual(await child.exit, { code: 1, signal: null });
    assert.equal(child.stdout(), '');
    assert.match(child.stderr(), /^[^\n]+\.\n$/);
    return child.stderr();
  };
  const [throwing, streaming, unreadable] = await Promise.all([
    failed(path.join(fixtures, 'failing'), '--entry', 'throws.ts'),
    failed(path.join(fixtures, 'failing'), '--entry', 'stream.ts'),
    failed('--port', 'seven'),
  ]);
  assert.match(throwing, /entry file throws\.ts failed while it was loaded: no such mailbox/);
  assert.match(streaming, /enableHttpStream, which the local host does not run/);
  assert.match(unreadable, /--port seven is no port/);
});

test('with POSTRIDER_DEBUG the stack follows', async (t) => {
  const child = start(t, [path.join(fixtures, 'failing'), '--entry', 'throws.ts'], { POSTRIDER_DEBUG: '1' });
  await child.exit;
  assert.match(child.stderr(), /\n\s+at .*throws\.ts:1/);
});

async function isRefused(url: string): Promise<boolean> {
  try {
    await fetch(url);
    return false;
  } catch {
    return true;
  }
}
