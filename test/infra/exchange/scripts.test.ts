/**
 * The rules that the scripts of infra/exchange keep, read off their text: they hold on machines without PowerShell too.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import table from './cmdlets.json' with { type: 'json' };
import { blocksAround, codeOf, commandsOf, isBalanced, pwsh, runPowerShell } from './powershell.ts';

const folder = path.resolve(import.meta.dirname, '../../../infra/exchange');
const files = globSync('*.ps1', { cwd: folder });
const sources = files.map((file) => {
  const source = readFileSync(path.join(folder, file), 'utf8');
  return { file, source, code: codeOf(source) };
});
/** Those that a person runs. */
const scripts = sources.filter(({ file }) => file.includes('-'));

const cmdlets = table.cmdlets as Readonly<
  Record<string, { source: string; file: string; parameters: string[] }>
>;
/** What PowerShell itself brings. */
const builtIn: Readonly<Record<string, readonly string[]>> = {
  'ConvertTo-Json': ['Depth'],
  'ForEach-Object': [],
  'Get-Command': ['ErrorAction'],
  'Get-Date': [],
  'Join-Path': [],
  'Resolve-Path': ['LiteralPath', 'ErrorAction'],
  'Select-Object': ['First'],
  'Set-StrictMode': ['Version'],
  'Sort-Object': ['Unique'],
  'Start-Sleep': ['Seconds'],
  'Where-Object': [],
  'Write-Host': [],
};
const functions = new Set(
  sources.flatMap(({ code }) => [...code.matchAll(/^\s*function\s+([\w-]+)/gm)].map(([, name = '']) => name)),
);
const byName = (a: string, b: string): number => a.localeCompare(b);
const changes = (name: string): boolean => /^(?:New|Set|Update|Remove|Add)-/.test(name) && name in cmdlets;

test('there are the five scripts', () => {
  assert.deepEqual(scripts.map(({ file }) => file).toSorted(byName), [
    'Grant-PostriderMailbox.ps1',
    'Register-PostriderApp.ps1',
    'Remove-PostriderApp.ps1',
    'Test-PostriderGrant.ps1',
    'Update-PostriderCertificate.ps1',
  ]);
});

for (const { file, code } of sources) {
  test(`${file}: brackets close, and every cmdlet and parameter stands in the reference`, () => {
    assert.ok(isBalanced(code));
    const unknown = commandsOf(code)
      .filter(({ name }) => !functions.has(name))
      .flatMap(({ name, parameters }) => {
        const known = cmdlets[name]?.parameters ?? builtIn[name];
        if (!known) return [name];
        const allowed = name in cmdlets ? [...known, 'ErrorAction'] : known;
        return parameters
          .filter((parameter) => !allowed.includes(parameter))
          .map((parameter) => `${name} -${parameter}`);
      });
    assert.deepEqual(unknown, []);
  });

  test(`${file}: nothing is changed that was not approved, which is what -WhatIf turns off`, () => {
    const bare = commandsOf(code)
      .filter(({ name }) => changes(name))
      .filter(
        ({ at }) => !blocksAround(code, at).some((heading) => /\b(?:else)?if \(Approve\b/.test(heading)),
      );
    assert.deepEqual(
      bare.map(({ name }) => name),
      [],
    );
  });

  test(`${file}: a cmdlet that fails ends the script`, () => {
    // Those of Exchange are functions of a module, which does not see the script's $ErrorActionPreference.
    const silent = commandsOf(code)
      .filter(({ name }) => name in cmdlets)
      .filter(({ name }) => !['Get-MgContext', 'Get-ConnectionInformation'].includes(name))
      .filter(({ parameters }) => !parameters.includes('ErrorAction'));
    assert.deepEqual(
      silent.map(({ name }) => name),
      [],
    );
  });

  test(`${file}: what answers with everything to an unknown name is not asked by name`, () => {
    const asked = commandsOf(code).filter(
      ({ name, parameters }) =>
        ['Get-ServicePrincipal', 'Get-ManagementScope'].includes(name) && parameters.includes('Identity'),
    );
    assert.deepEqual(asked, []);
  });

  test(`${file}: makes no secret, and reads no private key`, () => {
    assert.doesNotMatch(
      code,
      /ApplicationPassword|PasswordCredential|SecretText|ConvertFrom-SecureString|PrivateKey|Export(?:Pkcs8|Parameters)|\bPfx/i,
    );
  });
}

for (const { file, source, code } of scripts) {
  test(`${file}: can be rehearsed, speaks JSON, knows the clouds, and says what it is`, () => {
    assert.match(code, /\[CmdletBinding\(SupportsShouldProcess/);
    assert.match(code, /\[switch\] \$Json/);
    assert.match(
      source,
      /ValidateSet\('Global', 'GCCHigh', 'DoD', 'China'\)\] \[string\] \$Cloud = 'Global'/,
    );
    assert.match(source, /\.SYNOPSIS[\s\S]+\.DESCRIPTION/);
    assert.match(source, /^#Requires -Version 7/);
  });
}

test('what is made was looked for before', () => {
  const lookUp: Readonly<Record<string, string>> = {
    'New-ServicePrincipal': 'Find-ExchangePrincipal',
    'New-ManagementScope': 'Find-Scope',
    'New-ManagementRoleAssignment': 'Find-Assignment',
  };
  for (const { file, code } of scripts) {
    const commands = commandsOf(code);
    for (const { name, at } of commands.filter((command) => command.name.startsWith('New-'))) {
      const look = lookUp[name] ?? name.replace('New-', 'Get-');
      assert.ok(
        commands.some((earlier) => earlier.name === look && earlier.at < at),
        `${file}: ${name} without ${look}`,
      );
    }
  }
});

test('the table is of what is used, and every row says where it was read', () => {
  const used = new Set(sources.flatMap(({ code }) => commandsOf(code).map(({ name }) => name)));
  assert.deepEqual(
    Object.keys(cmdlets).filter((name) => !used.has(name)),
    [],
  );
  const repositories = Object.keys(table.read);
  for (const [name, { source, file }] of Object.entries(cmdlets)) {
    assert.match(source, /^https:\/\/learn\.microsoft\.com\/powershell\//);
    assert.ok(source.endsWith(`/${name.toLowerCase()}`), name);
    assert.ok(file.endsWith(`/${name}.md`), name);
    assert.ok(
      repositories.some((repository) => file.startsWith(`${repository}/`)),
      name,
    );
  }
});

test('clouds are called what shared/platform/clouds.ts calls them, audiences too', async () => {
  const { clouds } = await import('../../../shared/platform/clouds.ts');
  const { source } = sources.find(({ file }) => file === 'postrider.ps1') ?? { source: '' };
  const told = [...source.matchAll(/Postrider = '([\w-]+)'\s+Login = '([^']+)'; Audience = '([^']+)'/g)];
  assert.deepEqual(told.map(([, name = '']) => name).toSorted(byName), Object.keys(clouds).toSorted(byName));
  for (const [, name = '', login = '', audience] of told) {
    const cloud = clouds[name as keyof typeof clouds];
    assert.equal(audience, cloud.tokenExchangeAudience);
    assert.ok((cloud.tokenIssuers as readonly string[]).includes(`${login}/{tenant}/v2.0`), login);
  }
});

test('the reading is a reading of PowerShell: strings, comments and brackets', () => {
  assert.equal(codeOf("a 'it''s' # no\nb").replaceAll(/ +/g, ' '), 'a \nb');
  assert.equal(isBalanced(codeOf('"$(f ")" \'}\')" {}')), true);
  assert.equal(isBalanced('{(})'), false);
  assert.throws(() => codeOf('"no end'));
  assert.deepEqual(
    commandsOf('Get-Mailbox -Identity $x.A-B (Get-Date -Format o) -ResultSize 3 | Sort-Object -Unique').map(
      ({ name, parameters }) => `${name} ${parameters.join(' ')}`,
    ),
    ['Get-Mailbox Identity ResultSize', 'Get-Date Format', 'Sort-Object Unique'],
  );
});

test('PowerShell itself parses every script, and finds the same commands', { skip: !pwsh }, () => {
  const reader = path.join(import.meta.dirname, 'parse.ps1');
  const parsed = JSON.parse(runPowerShell(reader, [folder])) as {
    file: string;
    errors: string[];
    commands: { name: string; parameters: string[] }[];
  }[];
  assert.equal(parsed.length, files.length);
  for (const { file, errors, commands } of parsed) {
    assert.deepEqual(errors, [], file);
    const code = sources.find((source) => source.file === file)?.code ?? '';
    const words = (list: readonly { name: string; parameters: readonly string[] }[]) =>
      list.map(({ name, parameters }) => `${name} ${parameters.join(' ')}`).toSorted(byName);
    // Commands within strings are no matter of ours: there are none.
    assert.deepEqual(words(commandsOf(code)), words(commands), file);
  }
});
