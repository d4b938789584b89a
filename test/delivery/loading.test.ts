import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

/** Runs in a fresh process: makes every door, and prints what had been loaded by then. */
const script = `
  import { registerHooks } from 'node:module';
  const loaded = [];
  registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
  const [{ createTokenSource }, { createGraphTransport }, { createSmtpTransport }] = await Promise.all([
    import('./shared/delivery/entra.ts'),
    import('./shared/delivery/graph.ts'),
    import('./shared/delivery/smtp.ts'),
  ]);
  const endpoints = {
    loginUrl: 'https://login.example', graphUrl: 'https://graph.example', graphResource: 'https://graph.example',
    exchangeResource: 'https://mail.example', smtpHost: 'smtp.example', smtpPort: 587, tokenExchangeAudience: 'api://x',
  };
  const config = { tenantId: 't', clientId: 'c', credential: { kind: 'secret', secret: { reveal: () => 's' } }, endpoints };
  const clock = { now: () => new Date() };
  const tokens = createTokenSource({ config, clock });
  createGraphTransport({ config, tokens, clock });
  createSmtpTransport({ config, tokens, clock });
  console.log(JSON.stringify(loaded));
`;

test('making the doors loads none of the libraries behind them', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  const loaded = JSON.parse(stdout) as string[];
  assert.ok(loaded.some((url) => url.endsWith('/shared/delivery/smtp.ts')));
  const libraries = loaded.filter((url) => /node_modules\/(@azure\/msal|@microsoft|nodemailer)/.test(url));
  assert.deepEqual(libraries, []);
});
