/**
 * The template as a whole: it is what the sources say, every file is used, nothing in it is a secret.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { test } from 'node:test';
import { cli, compile, digestOfSources, snapshots } from '../../../infra/azure/compile.ts';
import { everyTemplate, folder, source, template } from './template.ts';

const env = { ...process.env, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' };
const found = spawnSync(cli, ['--version'], { env, encoding: 'utf8' });
const version = /\d+\.\d+\.\d+/.exec(found.stdout ?? '')?.[0];

test('azuredeploy.json was compiled from these sources', async () => {
  assert.equal(
    template().metadata?.sources,
    await digestOfSources(),
    'infra/azure has changed: run npm run bicep',
  );
});

test(
  'the Bicep CLI takes the sources without a warning, and gives the template and the snapshots that are committed',
  { skip: version === undefined && 'there is no Bicep CLI: put it on the PATH or name it in BICEP' },
  async () => {
    const text = await compile();
    const committed = template().metadata?._generator?.version ?? '';
    // Another version may write the same in other words; that it compiles is what counts then.
    if (!committed.startsWith(`${version}.`)) return;
    assert.equal(text, source('azuredeploy.json'));
    await snapshots('validate');
  },
);

test('every file is reached from main.bicep', () => {
  const files = globSync('*.bicep', { cwd: folder });
  const named = new Set(
    files.flatMap((file) =>
      [...source(file).matchAll(/^(?:module \w+|import \{[^}]*\} from) '([^']+)'/gm)].map(([, name]) => name),
    ),
  );
  assert.deepEqual(
    files.filter((file) => file !== 'main.bicep' && !named.has(file)),
    [],
  );
  const queries = globSync('queries/*.kql', { cwd: folder }).map((file) => file.replaceAll('\\', '/'));
  const texts = files.map(source).join('\n');
  assert.deepEqual(
    queries.filter((file) => !texts.includes(`loadTextContent('${file}')`)),
    [],
  );
});

test('no secret comes in by a parameter that is shown, goes out by an output, or is read with a key', () => {
  for (const [module, { parameters = {}, outputs = {} }] of everyTemplate()) {
    for (const [name, { type = '' }] of Object.entries(parameters)) {
      const sounds =
        /secret(?!s?Name)|password|(?:api|access|account|shared)Key|certificate$|pfx|token/i.test(name);
      assert.ok(!sounds || type.startsWith('secure'), `${module}: parameter ${name} is shown to everybody`);
    }
    for (const [name, { value }] of Object.entries(outputs)) {
      const text = `${name} ${JSON.stringify(value)}`;
      assert.doesNotMatch(
        text,
        /secret|password|listKeys|InstrumentationKey|SharedKey/i,
        `${module}: output ${name}`,
      );
    }
  }
  assert.doesNotMatch(source('azuredeploy.json'), /\blist[A-Z]\w*\(|AccountKey=|SharedAccessKey/);
  // The one that is not a secret, and only while local authentication is off.
  const outputs = Object.keys(template().outputs ?? {});
  assert.ok(!outputs.some((name) => /connection/i.test(name)));
});

test('every rule of the linter is an error, but for one', () => {
  const text = JSON.parse(source('bicepconfig.json')) as {
    analyzers: { core: { rules: Record<string, { level: string }> } };
  };
  const lax = Object.entries(text.analyzers.core.rules).filter(([, { level }]) => level !== 'error');
  // Fails by itself when a version is two years old, on a day when nobody changed anything.
  assert.deepEqual(
    lax.map(([name]) => name),
    ['use-recent-api-versions'],
  );
});

test('every parameter and module says what it is for', () => {
  const { parameters = {} } = template();
  const silent = Object.entries(parameters).filter(
    ([name, { metadata }]) => !metadata?.description && !/Sku$|Frequency$/.test(name),
  );
  assert.deepEqual(
    silent.map(([name]) => name),
    [],
  );
});
