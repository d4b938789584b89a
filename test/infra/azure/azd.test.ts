/**
 * What `azd up` reads: azure.yaml, the parameters, the environments, and what it leaves out of the package.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { folder, only, source, template } from './template.ts';

const root = path.resolve(folder, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

interface Given {
  readonly value: string | Readonly<Record<string, string>>;
}
const { parameters: given } = JSON.parse(source('main.parameters.json')) as {
  parameters: Record<string, Given>;
};
const { parameters: known = {}, definitions } = template();

/** The plain part of YAML that azure.yaml keeps to: two spaces deeper is within, no lists, no quotes. */
function readYaml(text: string): Record<string, unknown> {
  const document: Record<string, unknown> = {};
  const parents: Record<string, unknown>[] = [document];
  for (const line of text.split('\n').filter((one) => /^\s*[^\s#]/.test(one))) {
    const [, indent = '', key = '', value = ''] = /^((?: {2})*)([\w-]+):(?: (\S.*))?$/.exec(line) ?? [];
    assert.ok(key, `azure.yaml: ${line}`);
    const within = parents[indent.length / 2];
    assert.ok(within, `azure.yaml: ${line}`);
    const inner = {};
    within[key] = value || inner;
    parents.length = indent.length / 2 + 1;
    parents.push(inner);
  }
  return document;
}

test('azure.yaml names a template that exists, and a service that the template makes', () => {
  const yaml = readYaml(read('azure.yaml')) as {
    name: string;
    metadata: { template: string };
    infra: { provider: string; path: string; module: string };
    services: Record<string, { project: string; language: string; host: string; remoteBuild: string }>;
  };
  assert.deepEqual(Object.keys(yaml).toSorted(), ['infra', 'metadata', 'name', 'services']);
  assert.match(yaml.name, /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
  const { version } = JSON.parse(read('package.json')) as { version: string };
  assert.equal(yaml.metadata.template, `postrider@${version}`);
  assert.equal(yaml.infra.provider, 'bicep');
  assert.ok(existsSync(path.join(root, yaml.infra.path, `${yaml.infra.module}.bicep`)));
  assert.deepEqual(yaml.services, {
    [(only('plain', 'Microsoft.Web/sites')['tags'] as Record<string, string>)['azd-service-name'] ?? '']: {
      project: '.',
      language: 'ts',
      host: 'function',
      remoteBuild: 'false',
    },
  });
  const group = only('plain', 'Microsoft.Resources/resourceGroups');
  assert.deepEqual(group['tags'], { 'azd-env-name': 'plain' });
});

test('every parameter has a value, by a variable that is used once, and its default is that of the template', () => {
  assert.deepEqual(Object.keys(given).toSorted(), Object.keys(known).toSorted());
  const variables = new Set<string>();
  for (const [name, { value }] of Object.entries(given)) {
    if (typeof value !== 'string' || name === 'administrators') continue;
    const [, variable = '', fallback = ''] = /^\$\{([A-Z0-9_]+)(?:=([^}]*))?\}$/.exec(value) ?? [];
    assert.ok(variable && !variables.has(variable), `${name}: ${value}`);
    variables.add(variable);
    const { defaultValue = '' } = known[name] ?? {};
    assert.equal(fallback, String(defaultValue), name);
  }
});

test('every setting is given by the variable of its own name', () => {
  const settings = given['settings']?.value as Record<string, string>;
  assert.deepEqual(
    settings,
    Object.fromEntries(
      Object.keys(definitions?.['bridgeSettings']?.properties ?? {}).map((name) => [name, `\${${name}}`]),
    ),
  );
});

test('the environments set what there is, to values that are allowed', () => {
  const variables = new Map(
    Object.entries(given).flatMap(([name, { value }]) => {
      const variable = typeof value === 'string' ? /^\$\{([A-Z0-9_]+)/.exec(value)?.[1] : undefined;
      return variable === undefined ? [] : [[variable, name] as const];
    }),
  );
  for (const file of globSync('*.env', { cwd: folder })) {
    for (const line of source(file)
      .split('\n')
      .filter((one) => /^[^#\s]/.test(one))) {
      const [, variable = '', value = ''] = /^([A-Z0-9_]+)=(.*)$/.exec(line) ?? [];
      const name = variables.get(variable);
      const allowed = name
        ? (known[name] as { allowedValues?: unknown[] }).allowedValues
        : definitions?.['bridgeSettings']?.properties?.[variable]?.allowedValues;
      assert.ok(name ?? definitions?.['bridgeSettings']?.properties?.[variable], `${file}: ${line}`);
      assert.ok(!allowed || allowed.map(String).includes(value), `${file}: ${line}`);
    }
  }
});

test('azd packs what npm run package packs: everything else is left out', () => {
  const left = read('.funcignore')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .map((pattern) => new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`));
  const ignored = (name: string) => left.some((pattern) => pattern.test(name));
  const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
  const tops = new Set([
    ...tracked.map((file) => file.split('/')[0] ?? ''),
    'node_modules',
    'coverage',
    '.azure',
  ]);
  const packed = [...tops, 'local.settings.json', 'postrider.zip'].filter((name) => !ignored(name));
  assert.deepEqual(packed.toSorted(), ['LICENSE', 'host.json', 'package-lock.json', 'package.json']);
});

test('the tags of the template and the variables that azd sets are there', () => {
  const text = source('main.parameters.json');
  for (const variable of ['AZURE_ENV_NAME', 'AZURE_LOCATION', 'AZURE_PRINCIPAL_ID'])
    assert.ok(text.includes(variable));
  const { outputs = {} } = template();
  for (const name of ['AZURE_RESOURCE_GROUP', 'POSTRIDER_URL', 'POSTRIDER_IDENTITY_PRINCIPAL_ID'])
    assert.ok(name in outputs);
});
