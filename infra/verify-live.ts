#!/usr/bin/env node
/**
 * `npm run verify:live`: runs against a real tenant, and a deployed app, what no test of this repository can.
 *
 * The settings are those of the app: environment, or `local.settings.json` (`--settings`). Mails are sent, so it asks before.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { inspectCredential } from '../shared/delivery/credential.ts';
import { ConfigurationError, readConfig, type Config } from '../shared/platform/config.ts';
import { check, type Check } from './live/check.ts';

const help = `npm run verify:live -- --from <sender mailbox> --to <your address> [options]

  --from <address>       mailbox that sends
  --to <address>         who gets the test mails
  --outside <address>    a mailbox that the app must NOT be able to send as; it is tried
  --url <https://…>      a deployed app: readiness, refusal of strangers, and with POSTRIDER_TEST_KEY a mail through it
  --app-only             the deployed app alone (the tenant's credential is not on this machine)
  --settings <file>      application settings, default local.settings.json; the environment wins
  --patience <seconds>   how long the sent copy and the app's mail are waited for, default 120
  --yes                  do not ask
  --json                 one JSON document

Exit code 0: everything passed. 1: something failed. 2: the command line or the settings are wrong.`;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (options === 'help') {
    console.log(help);
    return 0;
  }
  if (typeof options === 'string') return usage(options);
  const config = options.appOnly ? undefined : settingsOf(options.settings);
  if (typeof config === 'string') return usage(config);
  const intentions = intentionsOf(options, config);
  if (!options.yes && !(await confirmed(intentions))) return usage('Nothing was done.');
  const checks: Check[] = [];
  for await (const one of run(options, config)) {
    checks.push(one);
    if (!options.json) console.log(lineOf(one));
  }
  const failed = checks.some(({ state }) => state === 'failed');
  if (options.json) console.log(JSON.stringify({ passed: !failed, checks }, null, 2));
  else console.log(failed ? '\nSomething failed: see above.' : '\nNothing failed.');
  return failed ? 1 : 0;
}

async function* run(options: Options, config: Config | undefined): AsyncGenerator<Check> {
  const { from, to, outside, url, key, patience } = options;
  if (config && from !== undefined && to !== undefined) {
    const { checkTenant } = await import('./live/microsoft365.ts');
    yield check('settings', 'passed', `Tenant ${config.tenantId}, app ${config.clientId}.`);
    yield* checkTenant(config, { from, to, patience, ...(outside === undefined ? {} : { outside }) });
  }
  if (url === undefined) {
    yield check('app', 'skipped', 'No --url was given.');
    return;
  }
  const { checkApp } = await import('./live/app.ts');
  yield* checkApp({
    url,
    patience,
    ...(key === undefined ? {} : { key }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  });
}

interface Options {
  readonly from?: string;
  readonly to?: string;
  readonly outside?: string;
  readonly url?: string;
  readonly key?: string;
  readonly appOnly: boolean;
  readonly settings: string | undefined;
  readonly patience: number;
  readonly yes: boolean;
  readonly json: boolean;
}

/** The options, or what is wrong with them. */
function readOptions(): Options | string {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        from: { type: 'string' },
        to: { type: 'string' },
        outside: { type: 'string' },
        url: { type: 'string' },
        'app-only': { type: 'boolean' },
        settings: { type: 'string' },
        patience: { type: 'string' },
        yes: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    return (error as Error).message;
  }
  const { from, to, outside, url, settings } = values;
  if (values.help) return 'help';
  const appOnly = values['app-only'] === true;
  if (!appOnly && (from === undefined || to === undefined)) return '--from and --to are needed';
  if (appOnly && url === undefined) return '--app-only needs --url';
  const crooked = [from, to, outside].find(
    (address) => address !== undefined && !/^[^\s@]+@[^\s@]+$/.test(address),
  );
  if (crooked !== undefined) return `${crooked} is not an address`;
  // A key must not travel in the clear; on this machine it does not travel.
  if (url !== undefined && !/^https:\/\/|^http:\/\/(?:localhost|127\.0\.0\.1)[:/]/.test(`${url}/`)) {
    return '--url must begin with https://';
  }
  const patience = Number(values.patience ?? 120);
  if (!Number.isInteger(patience) || patience < 1) return '--patience must be a whole number of seconds';
  const key = process.env['POSTRIDER_TEST_KEY'];
  return {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(outside === undefined ? {} : { outside }),
    ...(url === undefined ? {} : { url: url.replace(/\/+$/, '') }),
    ...(key ? { key } : {}),
    appOnly,
    settings,
    patience,
    yes: values.yes === true,
    json: values.json === true,
  };
}

/** The configuration of the app, or what is wrong with it. @param file as named; one that is not named may be missing. */
function settingsOf(file: string | undefined): Config | string {
  try {
    const config = readConfig({ ...valuesIn(file), ...process.env });
    inspectCredential(config);
    return config;
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
}

function valuesIn(file: string | undefined): Record<string, string> {
  try {
    const { Values = {} } = JSON.parse(readFileSync(file ?? 'local.settings.json', 'utf8')) as {
      Values?: Record<string, string>;
    };
    return Values;
  } catch (error) {
    if (file === undefined && (error as { code?: string }).code === 'ENOENT') return {};
    throw new ConfigurationError(`${file ?? 'local.settings.json'} is missing or is not valid JSON`);
  }
}

/** What is going to happen, a line each. */
function intentionsOf({ from, to, outside, url, key }: Options, config: Config | undefined): string[] {
  const ways = config ? config.transports : [];
  return [
    ...ways.map((way) => `send a mail by ${way} from ${from ?? ''} to ${to ?? ''}`),
    ...(outside === undefined
      ? []
      : ways.map(
          (way) => `TRY to send a mail by ${way} as ${outside} to ${to ?? ''}, which must be refused`,
        )),
    ...(url === undefined ? [] : [`ask ${url} whether it is ready and refuses strangers`]),
    ...(url !== undefined && key !== undefined && from !== undefined && to !== undefined
      ? [`send a mail through ${url} from ${from} to ${to}`]
      : []),
  ];
}

async function confirmed(intentions: readonly string[]): Promise<boolean> {
  console.error(`This is going to:\n${intentions.map((line) => `  - ${line}`).join('\n')}`);
  if (!process.stdin.isTTY) {
    console.error('Add --yes, since nobody can be asked here.');
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question('Go on? [y/N] ');
  terminal.close();
  return /^y(?:es)?$/i.test(answer.trim());
}

const marks = { passed: 'ok     ', failed: 'FAILED ', warning: 'warning', skipped: 'skipped' } as const;

function lineOf({ name, state, detail, trace }: Check): string {
  const { status, code, requestId, reply } = trace ?? {};
  const facts = [status, code, requestId, state === 'failed' ? reply : undefined].filter(
    (fact) => fact !== undefined && fact !== '',
  );
  return `${marks[state]} ${name}: ${detail}${facts.length > 0 ? ` (${facts.join(', ')})` : ''}`;
}

function usage(fault: string): number {
  console.error(`verify:live: ${fault}\n(npm run verify:live -- --help tells more)`);
  return 2;
}
