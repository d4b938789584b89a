import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { app } from '@azure/functions';
import { type Host, startHost } from '../../../../infra/local/host/host.ts';
import type { LogEntry } from '../../../../infra/local/host/log.ts';
import { seen } from '../fixtures/hooks/seen.ts';

const log: LogEntry[] = [];
const options = {
  appDirectory: path.join(import.meta.dirname, '../fixtures/hooks'),
  port: 0,
  log: (entry: LogEntry): void => void log.push(entry),
};
let host: Host;
before(async () => {
  host = await startHost(options);
});
after(() => host.stop());

const get = (name: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${host.url}/api/${name}`, { headers });

test('appStart has run once the host is there', () => {
  assert.deepEqual(seen, ['appStart']);
});

test('a pre-invocation hook may replace the handler, and shares data with the post-invocation hook', async () => {
  seen.length = 0;
  assert.equal(await (await get('wrapped')).text(), 'replaced handler');
  assert.deepEqual(seen, ['pre wrapped', 'post wrapped with data of pre']);
});

test('a post-invocation hook may clear the error and set the result', async () => {
  const response = await get('mended');
  assert.equal(response.status, 218);
  assert.equal(await response.text(), '1');
});

test("log hooks rewrite what functions log; levels are those of host.json's logLevel", async () => {
  log.length = 0;
  await get('talks');
  const own = log.filter(({ category }) => category === 'Function.talks.User');
  assert.deepEqual(
    own.map(({ level, message }) => [level, message]),
    [['warning', 'the *** is { n: 1 }']],
  );
});

test('the trace of the caller is continued with a new span', async () => {
  const trace = '0af7651916cd43dd8448eb211c80319c';
  const response = await get('traced', { traceparent: `00-${trace}-b7ad6b7169203331-01`, tracestate: 'a=b' });
  const { traceParent, traceState }: Record<string, string> = JSON.parse(await response.text());
  assert.match(traceParent ?? '', new RegExp(`^00-${trace}-(?!b7ad6b7169203331)[0-9a-f]{16}-01$`));
  assert.equal(traceState, 'a=b');
});

test('a function registered after the start is refused', () => {
  assert.throws(() => app.http('late', { handler: () => ({}) }), /can only be registered during app startup/);
});

test('stop runs appTerminate once; a second start in the same process runs the same app again', async () => {
  seen.length = 0;
  await Promise.all([host.stop(), host.stop()]);
  assert.deepEqual(seen, ['appTerminate after the start']);
  await assert.rejects(get('wrapped'));
  host = await startHost(options);
  assert.equal((await get('wrapped')).status, 200);
  assert.deepEqual(host.functions, ['mended', 'talks', 'traced', 'wrapped']);
});
