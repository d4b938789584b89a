import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { startHost } from '../../../../infra/local/host/host.ts';
import { StartFailure } from '../../../../infra/local/host/start-failure.ts';

const failing = path.join(import.meta.dirname, '../fixtures/failing');
const KEY = Buffer.from('not the key').toString('base64');

/** Starts one entry file of the failing app and returns the sentence of its refusal. */
async function refusal(
  entry: string,
  settings: Record<string, string> = {},
  appDirectory = failing,
): Promise<string> {
  let sentence = '';
  await assert.rejects(startHost({ appDirectory, entry, settings, port: 0, log: () => {} }), (error) => {
    assert.ok(error instanceof StartFailure, String(error));
    sentence = error.message;
    return true;
  });
  assert.match(sentence, /^[^\n]+\.$/, 'one sentence on one line');
  return sentence;
}

test('an entry file that throws is named, with its reason', async () => {
  assert.equal(
    await refusal('throws.ts'),
    "The app's entry file throws.ts failed while it was loaded: no such mailbox.",
  );
});

test('an entry file that is not there is named', async () => {
  assert.match(await refusal('nowhere.js'), /entry file nowhere\.js does not exist: build the app/);
});

test('a throwing appStart hook is told', async () => {
  assert.match(await refusal('hook.ts'), /appStart hook of the app failed: nothing to start with\.$/);
});

test('triggers, bindings and modes that the local host does not run are refused by name', async () => {
  assert.match(await refusal('blob.ts'), /Function 'pictures' has a blobTrigger/);
  assert.match(await refusal('output.ts'), /Function 'copy' has an input or output binding of type queue/);
});

test('a schedule that cannot be read is quoted', async () => {
  assert.match(await refusal('schedule.ts'), /'sometimes' is not usable: .*'now and then'/);
});

test('connections: missing, identity based, unreadable, out of reach, refused', async (t) => {
  assert.match(await refusal('queue.ts'), /The setting 'Letters' is missing/);
  const uri = 'https://x.queue.core.windows.net';
  assert.match(
    await refusal('queue.ts', { Letters__queueServiceUri: uri }),
    /'Letters' is identity based \(Letters__queueServiceUri\)/,
  );
  assert.match(
    await refusal('queue.ts', { Letters: 'nonsense' }),
    /'Letters' is not a storage connection string/,
  );
  const silent = `AccountName=a;AccountKey=${KEY};QueueEndpoint=http://127.0.0.1:9/a`;
  assert.match(
    await refusal('queue.ts', { AzureWebJobsLetters: silent }),
    /at http:\/\/127\.0\.0\.1:9\/a does not answer \(ECONNREFUSED\): start it, or correct the setting 'Letters'/,
  );
  const server = createServer((_, response) => {
    response.writeHead(403, { 'x-ms-error-code': 'AuthenticationFailed' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  assert.match(
    await refusal('queue.ts', {
      Letters: `AccountName=a;AccountKey=${KEY};QueueEndpoint=http://127.0.0.1:${port}/a`,
    }),
    /refuses the connection string in 'Letters' \(403 AuthenticationFailed\)/,
  );
});

test('a %Setting% that is not set is named', async () => {
  assert.match(
    await refusal('setting.ts', { Letters: 'UseDevelopmentStorage=true' }),
    /The queueName of function 'letters' names the setting %WHERE%, which is not set/,
  );
});

test('a taken port is one sentence, and settings are put back', async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const appDirectory = path.join(failing, '../hooks');
  const starting = startHost({ appDirectory, port, settings: { ONLY_HERE: '1' }, log: () => {} });
  await assert.rejects(starting, {
    name: 'StartFailure',
    message: `Port ${port} on 127.0.0.1 is taken: stop the other program or choose another port with --port.`,
  });
  assert.equal(process.env['ONLY_HERE'], undefined);
});

test('host.json: missing, not JSON, without version, with impossible values', async (t) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'host-json-'));
  t.after(() => rm(directory, { recursive: true }));
  const withHostJson = async (text: string, settings: Record<string, string> = {}): Promise<string> => {
    await writeFile(path.join(directory, 'host.json'), text);
    return refusal('index.js', settings, directory);
  };
  assert.match(await refusal('index.js', {}, directory), /There is no .*host\.json/);
  assert.match(await withHostJson('{'), /host\.json is not valid JSON/);
  assert.match(await withHostJson('{}'), /must have the member "version": "2\.0"/);
  assert.match(await withHostJson('{"version":2}'), /must have the member "version": "2\.0"/);
  assert.match(
    await withHostJson(withQueues('{"batchSize":33}')),
    /extensions\.queues\.batchsize is 33 but must be a whole number from 1 to 32/,
  );
  assert.match(
    await withHostJson(withQueues('{"maxPollingInterval":"2 s"}')),
    /maxpollinginterval is "2 s" but must be a time/,
  );
  assert.match(await withHostJson(withQueues('{"messageEncoding":"utf8"}')), /must be "base64" or "none"/);
  assert.match(
    await withHostJson(withQueues('{}'), {
      AzureFunctionsJobHost__extensions__queues__maxDequeueCount: 'many',
    }),
    /maxdequeuecount is "many"/,
  );
  await writeFile(path.join(directory, 'local.settings.json'), '{');
  assert.match(await withHostJson('{"version":"2.0"}'), /local\.settings\.json is not valid JSON/);
});

function withQueues(text: string): string {
  return `{"version":"2.0","extensions":{"queues":${text}}}`;
}
