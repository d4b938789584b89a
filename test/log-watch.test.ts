import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { test } from 'node:test';

const watch = path.join(import.meta.dirname, 'log-watch.ts');

/** The exit code of a process that is watched. Its output goes nowhere: whoever watches this test would find it there. */
async function exitOf(script: string): Promise<number> {
  const child = spawn(process.execPath, ['--import', watch, '--input-type=module', '-e', script], {
    stdio: 'ignore',
  });
  const [code] = (await once(child, 'exit')) as [number];
  return code;
}

const line = (reason: string) => JSON.stringify(JSON.stringify({ event: 'x', reason }));
const inAnother = (reason: string) =>
  `import { spawn } from 'node:child_process';
   spawn(process.execPath, ['-e', ${JSON.stringify(`console.warn(${line(reason)})`)}]).stderr.resume();`;

test('an address or a credential in a line of our log fails the process that wrote it, or had it written', async () => {
  const wrong = [
    'to ann@example.com',
    'pr_0123abcd_0123456789',
    'Bearer 0123456789',
    'AccountKey=0123456789',
  ];
  for (const reason of wrong) {
    assert.equal(await exitOf(`console.info(${line(reason)})`), 1, reason);
    assert.equal(await exitOf(inAnother(reason)), 1, reason);
  }
  assert.equal(await exitOf(`console.info(${line('told <address> by key 0123abcd')})`), 0);
  assert.equal(await exitOf(inAnother('told <address>')), 0);
  // What a command prints is no log.
  assert.equal(await exitOf(`console.info('ann@example.com')`), 0);
});
