/**
 * What the pages tell a reader to type exists: commands with their options, scripts with their parameters, settings, parameters of the
 * template, files, and the places that links lead to.
 */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { Command } from 'commander';
import { administration } from '../../infra/cli/administration-commands.ts';
import { addForwardCommand } from '../../infra/cli/forward.ts';
import { addTriggerCommand } from '../../infra/cli/trigger.ts';
import { template } from '../infra/azure/template.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root })
  .filter((file) => file !== 'CHANGELOG.md')
  .map((file) => ({ file, text: read(file) }));

/** What is written as code, a line each; a line that goes on is one. */
const snippets = pages.flatMap(({ file, text }) => {
  const fences = [...text.matchAll(/^ *```\w*\n([\s\S]*?)^ *```/gm)].map(([, inside = '']) => inside);
  const rest = text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '');
  const lines = fences.flatMap((fence) => fence.replaceAll(/\\\n\s*/g, '').split('\n'));
  const spans = [...rest.matchAll(/`([^`\n]+)`/g)].map(([, inside = '']) => inside);
  return [...lines, ...spans].map((line) => ({ file, line: line.trim() }));
});

/** Whatever the test's name says that nothing has. */
const none = (faults: readonly string[]): void => assert.deepEqual([...new Set(faults)], []);

test('npm scripts', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const faults = snippets.flatMap(({ file, line }) =>
    Array.from(
      line.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g),
      ([, run, short]) => run ?? short ?? '',
    )
      .filter((name) => !(name in scripts))
      .map((name) => `${file}: npm run ${name}`),
  );
  none(faults);
});

const program = new Command('postrider').option('--storage <account>').option('--json').option('--as <name>');
for (const add of [...administration, addForwardCommand, addTriggerCommand]) add(program);

/** What is wrong with the words behind `postrider`. */
function faultOf(words: readonly string[]): string | undefined {
  let command = program;
  const options = new Set(['--help', '-h', '--version']);
  const note = ({ options: own }: Command): void => {
    for (const { long, short } of own) for (const name of [long, short]) if (name) options.add(name);
  };
  note(program);
  const said: string[] = [];
  for (const word of words) {
    if (word.startsWith('-')) said.push(word.replace(/[=,].*/, ''));
    const next = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (next) note((command = next));
    else if (command.commands.length > 0 && /^[a-z][a-z-]*$/.test(word) && said.length === 0)
      return `there is no "${word}"`;
  }
  const unknown = said.find((option) => !options.has(option));
  return unknown === undefined ? undefined : `there is no ${unknown}`;
}

test('commands of postrider, and their options', () => {
  let count = 0;
  const faults = snippets.flatMap(({ file, line }) =>
    Array.from(
      line.matchAll(/(?:^|[\s"'(])(?:npx postrider|npm run postrider --|(?<=^)postrider) ([^|;&#)`]*)/g),
      ([, rest = '']) => {
        count++;
        const fault = faultOf(
          rest
            .replaceAll(/"[^"]*"|'[^']*'|<[^>]*>|\$\w+/g, 'X')
            .split(/\s+/)
            .filter(Boolean),
        );
        return fault === undefined ? [] : [`${file}: postrider ${rest}: ${fault}`];
      },
    ).flat(),
  );
  assert.ok(count > 50, String(count));
  none(faults);
  assert.equal(faultOf(['keys', 'invent']), 'there is no "invent"');
  assert.equal(faultOf(['keys', 'create', 'X', '--colour']), 'there is no --colour');
});

test('options of verify:live, all of them and no other', () => {
  const [, help = ''] = /const help = `([\s\S]*?)`;/.exec(read('infra/verify-live.ts')) ?? [];
  const known = new Set(
    [...help.matchAll(/--[a-z-]+(?=[ \n])/g)].map(([name]) => name).filter((name) => name !== '--'),
  );
  const said = snippets
    .filter(
      ({ file, line }) =>
        line.includes('verify:live') || (file.endsWith('verification.md') && line.startsWith('--')),
    )
    .flatMap(({ line }) => [...line.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([name]) => name));
  none(said.filter((name) => !known.has(name)));
  none([...known].filter((name) => !said.includes(name)));
});

test('variables and secrets of the workflow that deploys', () => {
  const used = new Set(
    Array.from(
      read('.github/workflows/deploy.yml').matchAll(/\b(?:vars|secrets)\.([A-Z_]+)/g),
      ([, name]) => name,
    ),
  );
  const [, chapter = ''] = /## Deploying from GitHub\n([\s\S]*)/.exec(read('docs/getting-started.md')) ?? [];
  const told = new Set(
    Array.from(chapter.matchAll(/^\| (?:variable|secret) .*$/gm), ([line]) =>
      [...line.matchAll(/`([A-Z_]{3,})`/g)].map(([, name]) => name),
    ).flat(),
  );
  assert.deepEqual(told, used);
});

test('scripts of infra/exchange, and their parameters', () => {
  let count = 0;
  const faults = snippets.flatMap(({ file, line }) =>
    Array.from(line.matchAll(/([A-Z]\w+-Postrider\w+\.ps1)([^|;&#`]*)/g), ([, script = '', rest = '']) => {
      const place = `infra/exchange/${script}`;
      if (!existsSync(path.join(root, place))) return [`${file}: ${script}`];
      count++;
      const [, block = ''] = /\nparam\(([\s\S]*?)\n\)/.exec(read(place)) ?? [];
      const known = new Set(
        [...block.matchAll(/\$(\w+)/g)].map(([, name]) => name).concat('WhatIf', 'Confirm'),
      );
      return Array.from(
        rest.replaceAll(/"[^"]*"|<[^>]*>/g, '').matchAll(/\s-([A-Z]\w*)/g),
        ([, name = '']) => name,
      )
        .filter((name) => !known.has(name))
        .map((name) => `${file}: ${script} -${name}`);
    }).flat(),
  );
  assert.ok(count > 20, String(count));
  none(faults);
});

test('settings and variables', () => {
  const code = globSync(
    [
      '{shared,functions,infra,test}/**/*.{ts,bicep,json,env,ps1}',
      '.github/workflows/*.yml',
      'Dockerfile',
      '.ci/run',
      'package.json',
    ],
    { cwd: root },
  )
    .filter((file) => !file.endsWith(path.join('docs', 'words.test.ts')))
    .map(read)
    .join('\n');
  const known = new Set([...code.matchAll(/\b(?:POSTRIDER|BRIDGE)_[A-Z0-9_]+/g)].map(([name]) => name));
  const faults = pages.flatMap(({ file, text }) =>
    [...text.matchAll(/\b(?:POSTRIDER|BRIDGE)_[A-Z0-9_]+\b/g)]
      .map(([name]) => name)
      // What stands behind it is for the administrator to choose.
      .filter((name) => !known.has(name) && !name.startsWith('POSTRIDER_SECRET_'))
      .map((name) => `${file}: ${name}`),
  );
  none(faults);
});

const textOf = (value: unknown): string =>
  ['string', 'number', 'boolean'].includes(typeof value) ? `${value as string | number | boolean}` : '';

test('parameters of the template: those of the table, with variable and default, and no other', () => {
  const { parameters: given } = JSON.parse(read('infra/azure/main.parameters.json')) as {
    parameters: Record<string, { value: unknown }>;
  };
  const { parameters = {} } = template();
  const [, chapter = ''] = /\n## Parameters\n([\s\S]*?)\n###? /.exec(read('docs/deploy.md')) ?? [];
  const rows = chapter.split('\n').flatMap((line) => {
    const [, name, variable, value] = /^\| `(\w+)` +\| `(\w+)` +\| (?:`([^`]+)`)? *\|/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, variable, value }];
  });
  assert.deepEqual(
    rows.map(({ name }) => name).toSorted(),
    Object.keys(parameters)
      // Each setting by its own name.
      .filter((name) => name !== 'settings')
      .toSorted(),
  );
  for (const { name, variable = '', value } of rows) {
    const expression = String(given[name]?.value);
    const [, , fallback] = new RegExp(`\\$\\{(${variable})(?:=([^}]*))?\\}`).exec(expression) ?? [];
    assert.ok(expression.includes(`\${${variable}`), `${name}: ${expression}`);
    assert.equal(fallback, value, name);
    assert.equal(textOf(parameters[name]?.defaultValue), value ?? '', name);
  }
});

test('parameters that a command line gives', () => {
  const { parameters = {} } = template();
  const faults = snippets
    .filter(({ line }) => line.includes('az deployment sub'))
    .flatMap(({ file, line }) =>
      Array.from(line.matchAll(/\s([a-z]\w+)=/gi), ([, name = '']) => name)
        .filter((name) => !(name in parameters))
        .map((name) => `${file}: ${name}`),
    );
  none(faults);
});

test('files that are named', () => {
  const faults = pages.flatMap(({ file, text }) =>
    [...text.matchAll(/`((?:infra|shared|functions|test|docs|\.github)\/[\w./*-]+)`/g)]
      .map(([, name = '']) => name)
      .filter(
        (name) =>
          globSync(name, { cwd: root }).length === 0 && globSync(`${name}.ts`, { cwd: root }).length === 0,
      )
      .map((name) => `${file}: ${name}`),
  );
  none(faults);
});

/** The anchor that GitHub gives to a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

test('links', () => {
  const anchors = new Map(
    pages.map(({ file, text }) => [
      file,
      new Set(
        [...text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
          anchorOf(heading),
        ),
      ),
    ]),
  );
  const faults = pages.flatMap(({ file, text }) =>
    [...text.matchAll(/\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]*))?\)/g)].flatMap(
      ([, to = '', anchor]) => {
        const target = to === '' ? file : path.join(path.dirname(file), to);
        if (!existsSync(path.join(root, target))) return [`${file}: ${to}`];
        const there = anchors.get(target);
        return anchor === undefined || !there || there.has(anchor) ? [] : [`${file}: ${to}#${anchor}`];
      },
    ),
  );
  none(faults);
});
