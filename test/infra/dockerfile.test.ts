/**
 * The Dockerfile, without an engine to build it: its rules, and that what it copies is enough for the bundle. What that leaves open is
 * in docs/verification.md.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFile(path.join(root, file), 'utf8');

interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** Instructions of each stage, its FROM first. */
async function stages(): Promise<Instruction[][]> {
  const text = (await read('Dockerfile')).replaceAll(/^\s*#.*\n/gm, '').replaceAll(/\\\n\s*/g, ' ');
  const all = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', rest = ''] = /^([A-Z]+) +(.*)$/.exec(line) ?? [];
      assert.notEqual(name, '', line);
      return { name, text: rest };
    });
  const found: Instruction[][] = [];
  for (const one of all) {
    if (one.name === 'FROM') found.push([]);
    found.at(-1)?.push(one);
  }
  return found;
}

interface Copy {
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

function copiesOf(stage: readonly Instruction[]): Copy[] {
  return stage
    .filter(({ name }) => name === 'COPY')
    .map(({ text }) => {
      const words = text.split(/\s+/);
      const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
      const paths = words.filter((word) => !word.startsWith('--'));
      return { from, sources: paths.slice(0, -1), target: paths.at(-1) ?? '' };
    });
}

/** Commands of a stage. */
const ran = (stage: readonly Instruction[]): string[] =>
  stage.filter(({ name }) => name === 'RUN').map(({ text }) => text);

/** The one instruction of that name. */
const only = (stage: readonly Instruction[], name: string): string => {
  const found = stage.filter((one) => one.name === name);
  assert.equal(found.length, 1, `one ${name}`);
  return found[0]?.text ?? '';
};

test('two stages: the bundle is built by npm ci, and what runs has neither npm nor sources', async () => {
  const [build = [], run = [], ...more] = await stages();
  assert.equal(more.length, 0);
  assert.match(build[0]?.text ?? '', /^node:24-\S+ AS build$/);
  assert.match(run[0]?.text ?? '', /^mcr\.microsoft\.com\/azure-functions\/node:4-node24$/);
  const { devDependencies } = JSON.parse(await read('package.json')) as { devDependencies: { node: string } };
  assert.match(devDependencies.node, /^24\./);
  assert.ok(ran(build).some((text) => text.startsWith('npm ci ')));
  assert.ok(![...ran(build), ...ran(run)].some((text) => /npm (?:install|i)\b/.test(text)));
  assert.ok(!ran(run).some((text) => /\b(?:npm|curl|apt-get)\b/.test(text)));
  const copied = copiesOf(run).flatMap(({ from, sources }) => {
    assert.equal(from, 'build');
    return sources;
  });
  assert.deepEqual(copied, ['/src/host.json', '/src/package.json', '/src/dist']);
});

test('it runs as an ordinary user, who owns nothing of the app, on a port that needs no privilege', async () => {
  const run = (await stages()).at(-1) ?? [];
  const [user, group] = only(run, 'USER').split(':').map(Number);
  assert.ok(user && group && user >= 1000 && group >= 1000);
  const after = run.slice(run.findIndex(({ name }) => name === 'USER') + 1).map(({ name }) => name);
  assert.deepEqual(after, ['EXPOSE', 'HEALTHCHECK', 'CMD']);
  assert.equal(only(run, 'EXPOSE'), '8080');
  assert.match(only(run, 'ENV'), /(?:^| )ASPNETCORE_URLS=http:\/\/\+:8080(?: |$)/);
  assert.match(only(run, 'HEALTHCHECK'), /127\.0\.0\.1:8080\/health\/live/);
  assert.ok(
    !run.some(({ text }) => /--chown|chown -R \S+ (?:\S+ )*\/home(?:\/site\S*)?(?: |$)|chmod/.test(text)),
  );
  const command: unknown = JSON.parse(only(run, 'CMD'));
  assert.ok(Array.isArray(command) && command.length === 1);
});

test('no setting of anybody is in it', async () => {
  const all = (await stages()).flat();
  assert.ok(!all.some(({ name }) => ['ARG', 'ADD', 'VOLUME', 'ONBUILD'].includes(name)));
  for (const { text } of all.filter(({ name }) => name === 'ENV')) {
    // Whose word is taken for an address is nobody's until somebody says so.
    assert.match(text, /^POSTRIDER_FRONT_END=none /);
    assert.doesNotMatch(
      text,
      /POSTRIDER_(?!FRONT_END=none )|AzureWebJobsStorage|SECRET|PASSWORD|TOKEN|KEY|CONNECTION/i,
    );
  }
});

/** Docker's patterns are those of Go: an asterisk takes names that begin with a dot as well. */
function fits(file: string, pattern: string): boolean {
  const parts = pattern.split(/(\*\*\/|\*)/).map((part) => {
    if (part === '**/') return '(?:.*/)?';
    return part === '*' ? '[^/]*' : part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`).test(file);
}

/** Whether a path goes to the builder: the last pattern that fits decides (https://docs.docker.com/build/concepts/context). */
async function goes(file: string): Promise<boolean> {
  const patterns = (await read('.dockerignore'))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const parts = file.split('/');
  const parents = parts.map((_, i) => parts.slice(0, i + 1).join('/'));
  return patterns.reduce((allowed, line) => {
    const pattern = line.replace(/^!/, '');
    return parents.some((parent) => fits(parent, pattern)) ? line.startsWith('!') : allowed;
  }, true);
}

test('the builder gets what is copied, and no settings, keys or history', async () => {
  const [build = []] = await stages();
  for (const source of copiesOf(build).flatMap(({ sources }) => sources)) {
    assert.ok(existsSync(path.join(root, source)), source);
    assert.ok(await goes(source), source);
  }
  assert.ok(await goes('shared/platform/config.ts'));
  const kept = [
    'local.settings.json',
    '.env',
    '.git/config',
    '.postrider/sandbox.json',
    'node_modules/x',
    'dist/x',
  ];
  const hidden = ['functions/local.settings.json', 'shared/app.pem', 'infra/local/azurite.ts', 'test/x.ts'];
  for (const file of [...kept, ...hidden]) assert.ok(!(await goes(file)), file);
});

test('what is copied is enough for the bundle', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'postrider-image-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const [build = []] = await stages();
  for (const { sources, target } of copiesOf(build)) {
    for (const source of sources) {
      const name = target === './' || target === 'infra/' ? path.basename(source) : '';
      const to = path.join(folder, target, name);
      await mkdir(path.dirname(to), { recursive: true });
      await cp(path.join(root, source), to, { recursive: true });
    }
  }
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  const { scripts } = JSON.parse(await read('package.json')) as { scripts: { build: string } };
  assert.equal(scripts.build, 'node infra/build.ts');
  await promisify(execFile)(process.execPath, ['infra/build.ts'], { cwd: folder });
  const { main } = JSON.parse(await read('package.json')) as { main: string };
  assert.ok(existsSync(path.join(folder, main)));
});
