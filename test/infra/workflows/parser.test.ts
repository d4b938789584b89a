/**
 * The workflows as GitHub itself reads them: by the parser of its own editors, with its own schema. It is GitHub's package
 * `@actions/workflow-parser`.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { describe, test } from 'node:test';

const folder = path.resolve(import.meta.dirname, '../../../.github/workflows');
const name = '@actions/workflow-parser';

interface Fault {
  readonly message: string;
}
interface Parser {
  readonly parseWorkflow: (
    file: { readonly name: string; readonly content: string },
    trace: object,
  ) => { readonly value?: object; readonly context: { readonly errors: { getErrors(): readonly Fault[] } } };
  readonly convertWorkflowTemplate: (
    context: object,
    root: object,
  ) => Promise<{
    readonly jobs: readonly unknown[];
    readonly errors?: readonly { readonly Message: string }[];
  }>;
  readonly NoOperationTraceWriter: new () => object;
}

/** It imports its schema without saying that it is JSON, as bundlers want it and Node does not. */
async function load(): Promise<Parser> {
  const hooks = registerHooks({
    load: (url, context, next) =>
      next(
        url,
        url.includes(`/${name}/`) && url.endsWith('.json')
          ? { ...context, importAttributes: { type: 'json' } }
          : context,
      ),
  });
  const parser = (await import('@actions/workflow-parser')) as Parser;
  hooks.deregister();
  return parser;
}

/** What GitHub says against a workflow. */
const faultsOf = async (file: string, content: string): Promise<readonly string[]> => {
  const { parseWorkflow, convertWorkflowTemplate, NoOperationTraceWriter } = await load();
  const { value, context } = parseWorkflow({ name: file, content }, new NoOperationTraceWriter());
  const parsed = context.errors.getErrors().map(({ message }) => message);
  if (!value || parsed.length > 0) return parsed;
  const template = await convertWorkflowTemplate(context, value);
  assert.ok(template.jobs.length > 0, file);
  return [
    ...context.errors.getErrors().map(({ message }) => message),
    ...(template.errors ?? []).map(({ Message }) => Message),
  ];
};

describe('GitHub', () => {
  for (const file of globSync('*.{yml,yaml}', { cwd: folder })) {
    const source = readFileSync(path.join(folder, file), 'utf8');

    test(`takes ${file}`, async () => {
      assert.deepEqual(await faultsOf(file, source), []);
    });

    test(`would not take ${file} with a word misspelt, or a job that needs one which is not there`, async () => {
      assert.match((await faultsOf(file, source.replace('runs-on:', 'run-on:'))).join('\n'), /run-on/);
      const needing = source
        .replace('runs-on:', 'needs: nobody\n    runs-on:')
        .replace(/^ {4}needs: (?!nobody).*\n/m, '');
      assert.match((await faultsOf(file, needing)).join('\n'), /nobody/);
    });
  }
});
