/**
 * The rules that GitHub's workflows keep: what they may do is named and little, what they run is pinned, nothing from outside becomes
 * part of a command, and the right to deploy is never in the same job as code from a registry.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readYaml, type Yaml } from './yaml.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const folder = path.join(root, '.github/workflows');

/**
 * The actions that may be used, by their commits: read on 2026-11-28 from the tags of the actions' own repositories. A new version is a
 * new line here, looked up the same way (`git ls-remote --tags https://github.com/<action>`).
 */
const pins: Readonly<Record<string, string>> = {
  'actions/checkout': '3d3c42e5aac5ba805825da76410c181273ba90b1 v7.0.1',
  'actions/setup-node': '249970729cb0ef3589644e2896645e5dc5ba9c38 v6.5.0',
  'actions/upload-artifact': 'bbbca2ddaa5d8feaa63e36b76fdaad77386f024f v7.0.0',
  'actions/download-artifact': '3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c v8.0.1',
  'azure/login': 'f5d393ae46f8fde4be8b75f32e3fc50e654ad0ca v3.0.1',
};

type Mapping = { readonly [key: string]: Yaml };
const mapping = (value: Yaml | undefined): Mapping =>
  typeof value === 'object' && !Array.isArray(value) ? (value as Mapping) : {};
const textOf = (value: Yaml | undefined): string => (typeof value === 'string' ? value : '');
const list = (value: Yaml | undefined): readonly Mapping[] =>
  Array.isArray(value) ? (value as readonly Yaml[]).map(mapping) : [];

const workflows = globSync('*.{yml,yaml}', { cwd: folder }).map((file) => {
  const source = readFileSync(path.join(folder, file), 'utf8');
  const workflow = mapping(readYaml(source));
  const jobs = Object.entries(mapping(workflow['jobs'])).map(([name, job]) => ({
    name,
    job: mapping(job),
    steps: list(mapping(job)['steps']),
  }));
  return { file, source, workflow, jobs };
});

test('there are two workflows', () => {
  assert.deepEqual(workflows.map(({ file }) => file).toSorted(), ['ci.yml', 'deploy.yml']);
});

for (const { file, source, workflow, jobs } of workflows) {
  test(`${file}: every action is pinned to a commit that was looked up`, () => {
    const used = [...source.matchAll(/uses:\s*(.*)/g)].map(([, what = '']) => what.trim());
    assert.notEqual(used.length, 0);
    for (const what of used) {
      const { 1: action = '', 2: commit, 3: version } = /^([^@]+)@(\S+) # (\S+)$/.exec(what) ?? [];
      assert.equal(`${commit} ${version}`, pins[action], what);
    }
  });

  test(`${file}: permissions are named, and none but that to identify itself is more than reading`, () => {
    assert.ok('permissions' in workflow);
    const granted = [workflow, ...jobs.map(({ job }) => job)].flatMap(({ permissions }) =>
      permissions === undefined ? [] : [permissions],
    );
    for (const permissions of granted) {
      assert.equal(typeof permissions, 'object');
      for (const [what, right] of Object.entries(mapping(permissions)))
        assert.ok(
          right === 'read' || (what === 'id-token' && right === 'write'),
          `${what}: ${textOf(right)}`,
        );
    }
  });

  test(`${file}: strangers' changes never run with rights`, () => {
    const on = mapping(workflow['on']);
    assert.ok(!('pull_request_target' in on) && !('workflow_run' in on) && !('issue_comment' in on));
    if ('pull_request' in on) assert.doesNotMatch(source, /secrets\.|id-token|environment:/);
  });

  test(`${file}: runs one at a time, and not for ever`, () => {
    assert.ok('group' in mapping(workflow['concurrency']));
    for (const { name, job } of jobs) assert.match(textOf(job['timeout-minutes']), /^\d+$/, name);
  });

  test(`${file}: nothing is pasted into a command, and nothing secret is printed`, () => {
    for (const { name, steps } of jobs)
      for (const { run } of steps) {
        if (typeof run !== 'string') continue;
        assert.ok(!run.includes('${{'), `${name}: ${run}`);
        assert.doesNotMatch(run, /set -x|printenv|\benv\b|echo .*KEY/);
      }
    for (const [, name = ''] of source.matchAll(/secrets\.(\w+)/g)) assert.equal(name, 'POSTRIDER_TEST_KEY');
    assert.doesNotMatch(source, /\bcreds:|client-secret|publish-profile/i);
  });

  test(`${file}: the checkout leaves no token behind`, () => {
    for (const { steps } of jobs)
      for (const step of steps.filter(({ uses }) => textOf(uses).startsWith('actions/checkout@')))
        assert.equal(mapping(step['with'])['persist-credentials'], 'false');
  });

  test(`${file}: the job that may deploy runs nothing from a registry`, () => {
    for (const { name, job, steps } of jobs) {
      const mayDeploy = 'id-token' in mapping(job['permissions']);
      const fromRegistry = steps.some(({ run }) => /\b(?:npm|npx|node)\b/.test(textOf(run)));
      assert.ok(!(mayDeploy && fromRegistry), name);
      const secret = steps.some(({ env }) =>
        Object.values(mapping(env)).some((v) => textOf(v).includes('secrets.')),
      );
      // Reviewers and branches are checked where there is something to protect.
      if (mayDeploy || secret) assert.ok('environment' in job, name);
    }
  });

  test(`${file}: what it runs is there`, () => {
    const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    for (const [, name = ''] of source.matchAll(/npm run ([\w:]+)/g)) assert.ok(name in scripts, name);
    for (const { name, job } of jobs)
      for (const needed of [job['needs']].flat()) {
        if (needed !== undefined)
          assert.ok(
            jobs.some((other) => other.name === needed),
            `${name} needs ${textOf(needed)}`,
          );
      }
  });
}

test('the reading of YAML refuses what it does not know', () => {
  assert.deepEqual(readYaml('a: 1 # one\nb:\n  - c: [x, y]\n    d: |\n      e # f\n'), {
    a: '1',
    b: [{ c: ['x', 'y'], d: '      e # f\n' }],
  });
  for (const text of ['a: &b c', 'a: {b: c}', '- a', 'a: 1\na: 2', 'a:\n\tb: c', 'a\nb: c'])
    assert.throws(() => readYaml(text), text);
});
