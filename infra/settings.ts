/**
 * `npm run settings`: makes the local.settings.json that `func start` (and the local host) reads, from flags, from questions, or
 * from the sandbox that runs.
 *
 * What it writes has been read by the bridge's own reader first, so that a file that is there is one that works.
 */
import { existsSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Writable } from 'node:stream';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { ConfigurationError, readConfig } from '../shared/platform/config.ts';
import { sandboxSettings } from './local/sandbox/settings-file.ts';

const help = `Makes local.settings.json, from which func start and the local host take the app's settings.

Usage: npm run settings -- [options]

  --tenant <id>             POSTRIDER_TENANT_ID
  --client <id>             POSTRIDER_CLIENT_ID
  --secret-file <file>      the client secret, from a file; - reads it from standard input
  --certificate-file <file> certificate and private key, PEM
  --key-vault <url>         certificate in Key Vault: https://<vault>.vault.azure.net/certificates/<name>
  --identity <client id>    managed identity whose token is the federated credential
  --cloud <name>            global, gcc-high, dod or china
  --storage <connection>    storage account (default: UseDevelopmentStorage=true, Azurite)
  --set <NAME=value>        any other setting; may be repeated
  --from-sandbox            what the running sandbox says (npm start, or npm start -- --no-bridge)
  --out <file>              default: local.settings.json
  --force                   overwrite the file
  --json                    print what was done as JSON
  -h, --help                this text

What is missing is asked for where there is a terminal. The file can be read by you alone; it is ignored by git.`;

/** What is wrong with the command line or the place, in a sentence. */
class Refusal extends Error {
  readonly code: 1 | 2;
  constructor(message: string, code: 1 | 2 = 1) {
    super(message);
    this.code = code;
  }
}

type Settings = Record<string, string>;

async function main(): Promise<void> {
  const flags = readFlags();
  if (flags.help) {
    console.log(help);
    return;
  }
  const file = path.resolve(flags.out ?? 'local.settings.json');
  if (!flags.force && existsSync(file)) {
    throw new Refusal(`${path.basename(file)} is there already: --force overwrites it`);
  }
  const values: Settings = {
    FUNCTIONS_WORKER_RUNTIME: 'node',
    AzureWebJobsDisableHomepage: 'true',
    AzureWebJobsStorage: flags.storage ?? 'UseDevelopmentStorage=true',
    ...(flags['from-sandbox'] ? await readSandbox() : await ask(await given(flags))),
    ...Object.fromEntries((flags.set ?? []).map(pairOf)),
  };
  readConfig(values);
  const { openStorage } = await import('../shared/platform/storage.ts');
  openStorage(values);
  await write(file, `${JSON.stringify({ IsEncrypted: false, Values: values }, null, 2)}\n`);
  report(file, values, flags.json === true);
}

function readFlags() {
  const text = { type: 'string' } as const;
  const on = { type: 'boolean' } as const;
  try {
    return parseArgs({
      options: {
        tenant: text,
        client: text,
        'secret-file': text,
        'certificate-file': text,
        'key-vault': text,
        identity: text,
        cloud: text,
        storage: text,
        set: { type: 'string', multiple: true },
        'from-sandbox': on,
        out: text,
        force: on,
        json: on,
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new Refusal(`${(error as Error).message} (--help tells more)`, 2);
  }
}

type Flags = ReturnType<typeof readFlags>;

/** The settings that the flags name. */
async function given(flags: Flags): Promise<Settings> {
  const certificate = flags['certificate-file'];
  const secret = flags['secret-file'];
  const settings: Readonly<Record<string, string | undefined>> = {
    POSTRIDER_TENANT_ID: flags.tenant,
    POSTRIDER_CLIENT_ID: flags.client,
    POSTRIDER_CLIENT_SECRET: secret === undefined ? undefined : (await textOf(secret)).trim(),
    // Settings are one line wherever they are shown.
    POSTRIDER_CLIENT_CERTIFICATE:
      certificate === undefined ? undefined : (await textOf(certificate)).trim().replaceAll(/\r?\n/g, '\\n'),
    POSTRIDER_KEY_VAULT_CERTIFICATE: flags['key-vault'],
    POSTRIDER_FEDERATED_IDENTITY_CLIENT_ID: flags.identity,
    POSTRIDER_CLOUD: flags.cloud,
  };
  return Object.fromEntries(
    Object.entries(settings).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

async function textOf(file: string): Promise<string> {
  if (file === '-') return (await process.stdin.toArray()).map(String).join('');
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new Refusal(`${file} cannot be read`);
  }
}

function pairOf(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new Refusal(`--set takes NAME=value, not ${JSON.stringify(text)}`, 2);
}

/** Ways to prove to be the app, by the flag that gives them. */
const credentials = {
  POSTRIDER_FEDERATED_IDENTITY_CLIENT_ID: '--identity',
  POSTRIDER_KEY_VAULT_CERTIFICATE: '--key-vault',
  POSTRIDER_CLIENT_CERTIFICATE: '--certificate-file',
  POSTRIDER_CLIENT_SECRET: '--secret-file',
} as const;

/** Completes what is missing, by questions. */
async function ask(settings: Settings): Promise<Settings> {
  const proven = Object.keys(credentials).some((name) => name in settings);
  const missing = [
    ...('POSTRIDER_TENANT_ID' in settings ? [] : ['--tenant']),
    ...('POSTRIDER_CLIENT_ID' in settings ? [] : ['--client']),
    ...(proven ? [] : [`one of ${Object.values(credentials).join(', ')}`]),
  ];
  if (missing.length === 0) return settings;
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new Refusal(`missing: ${missing.join('; ')} (--help tells more)`, 2);
  }
  const terminal = openQuestions();
  try {
    const tenant =
      settings['POSTRIDER_TENANT_ID'] ??
      (await terminal.question('Directory (tenant) ID of Microsoft 365: '));
    const client = settings['POSTRIDER_CLIENT_ID'] ?? (await terminal.question('Application (client) ID: '));
    const known = { ...settings, POSTRIDER_TENANT_ID: tenant, POSTRIDER_CLIENT_ID: client };
    if (proven) return known;
    const secret = await terminal.question('Client secret (its value; it is not shown): ', true);
    return { ...known, POSTRIDER_CLIENT_SECRET: secret };
  } finally {
    terminal.close();
  }
}

/** Questions on the terminal; the answer to a hidden one is not echoed. */
function openQuestions() {
  let hidden = false;
  const output = new Writable({
    write(chunk: Buffer, _, done) {
      if (!hidden) process.stdout.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  return {
    async question(text: string, hide = false): Promise<string> {
      process.stdout.write(text);
      hidden = hide;
      const answer = await lines.question('');
      hidden = false;
      if (hide) process.stdout.write('\n');
      return answer.trim();
    },
    close: () => lines.close(),
  };
}

async function readSandbox(): Promise<Settings> {
  let text: string;
  try {
    text = await readFile(sandboxSettings, 'utf8');
  } catch {
    throw new Refusal('no sandbox runs here: start one with npm start -- --no-bridge');
  }
  return JSON.parse(text) as Settings;
}

/** Beside the file and then in its place: it is never there in part, nor ever readable by others. */
async function write(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw new Refusal(`${file} cannot be written: ${(error as Error).message}`);
  }
}

function report(file: string, values: Settings, json: boolean): void {
  const names = Object.keys(values);
  if (json) {
    console.log(JSON.stringify({ file, settings: names }, null, 2));
    return;
  }
  const azurite = values['AzureWebJobsStorage']?.startsWith('UseDevelopmentStorage')
    ? '\nStorage is Azurite at its usual ports: node infra/local/azurite-main.ts --ports 10000,10001,10002'
    : '';
  console.log(
    `${file}: ${names.length} settings, for you alone to read.${azurite}\nNow: npm run build && func start`,
  );
}

try {
  await main();
} catch (error) {
  if (!(error instanceof Refusal || error instanceof ConfigurationError)) throw error;
  console.error(`postrider: ${error.message}`);
  process.exitCode = error instanceof Refusal ? error.code : 1;
}
