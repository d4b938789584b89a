/**
 * `postrider apply`: makes the register what a file says it is.
 */
import { InvalidArgumentError, type Command } from 'commander';
import type { AccessStore } from '../../shared/access/store.ts';
import { faultsAgainst } from '../../shared/operator/declaration/against.ts';
import { applyDifferences, type Unapplied } from '../../shared/operator/declaration/apply.ts';
import {
  compareDeclaration,
  type Difference,
  type Standing,
} from '../../shared/operator/declaration/compare.ts';
import {
  declaredKinds,
  readDeclaration,
  type Declaration,
  type DeclarationFault,
} from '../../shared/operator/declaration/read.ts';
import { positionsOf, type Position } from '../../shared/platform/json-positions.ts';
import type { Result } from '../../shared/platform/problem.ts';
import { readJson } from '../../shared/submission/json.ts';
import { openAdministration } from './administration.ts';
import { fileBytes } from './arguments.ts';
import { describeDifferences } from './differences.ts';
import { giveUp, print, wantsJson } from './print.ts';
import { templateFaults } from './template-faults.ts';

interface Options {
  readonly file: string;
  readonly dryRun?: boolean;
  readonly prune?: boolean;
}

/** A fault with its place in the file. */
type Placed = Position & Pick<DeclarationFault, 'pointer' | 'detail'>;

/** Most bytes of a file. */
const sizeLimit = 16 * 1024 * 1024;

/** Adds the command to the program, or to one of its commands. */
export function addApplyCommand(parent: Command): void {
  parent
    .command('apply')
    .description(
      'makes the register what a file says: submitters, operators, hooks, templates and suppressions; the same file twice changes nothing the second time',
    )
    .requiredOption('-f, --file <path>', 'JSON file, or - for standard input')
    .option('--dry-run', 'print what would change and write nothing')
    .option(
      '--prune',
      'also remove what is in the register and not in the file, of the kinds that the file has',
    )
    .addHelpText(
      'after',
      `
Keys are never in the file: make them with "postrider keys create". What was disabled by hand stays disabled unless the file says
"disabled": false.

Examples:
  postrider apply -f submitters.json --dry-run
  postrider apply -f submitters.json --prune --json

Exit codes: 0 done, or nothing to do; 1 something could not be written; 2 the file is faulty, and nothing was written.`,
    )
    .action(async (options: Options, command: Command) => {
      const { declaration, placesOf } = read(command, options.file);
      const { access, shelves, author } = openAdministration(command);
      const standing = await standingOf(access);
      const prune = options.prune ?? false;
      // Only who applies hooks waits for all adapters.
      const { adapters } = await import('../../shared/alerts/registry.ts');
      const names = adapters.map(({ name }) => name);
      const faults = [
        ...faultsAgainst(declaration, standing, { prune, adapters: names }),
        ...(await liquidFaults(declaration, standing)),
      ];
      if (faults.length > 0) refuseFile(command, options.file, placesOf(faults));

      const differences = compareDeclaration(declaration, standing, { prune });
      const unapplied = options.dryRun ? [] : await applyDifferences(shelves, author, differences);
      if (unapplied.length > 0) process.exitCode = 1;
      const spared = prune
        ? []
        : compareDeclaration(declaration, standing, { prune: true }).filter(isRemoval);
      print(
        command,
        viewOf(differences, unapplied, options),
        [
          describeDifferences(differences, { dryRun: options.dryRun ?? false, spared: spared.length }),
          ...unapplied.map(({ kind, id, problem }) => `not written: ${kind}/${id}: ${problem.detail}`),
        ].join('\n'),
      );
    });
}

const isRemoval = ({ change }: Difference): boolean => change === 'removed';

/** Reads a file, or ends the command with all its faults. */
function read(
  command: Command,
  file: string,
): { declaration: Declaration; placesOf: (faults: readonly DeclarationFault[]) => Placed[] } {
  const bytes = bytesOf(command, file);
  const document = readText(bytes);
  if (!document.ok) {
    const { detail } = document.problem;
    const [, sentence = detail, line = '1', column = '1'] =
      /^(.*) \(line (\d+), column (\d+)\)\.$/s.exec(detail) ?? [];
    return refuseFile(command, file, [
      { line: Number(line), column: Number(column), pointer: '#', detail: `${sentence}.` },
    ]);
  }
  const positions = positionsOf(bytes.toString('utf8').replace(/^\ufeff/, ''));
  const placesOf = (faults: readonly DeclarationFault[]) =>
    faults
      .map(({ pointer, detail, part }) => ({ ...positions.of(pointer, part), pointer, detail }))
      .sort((a, b) => a.line - b.line || a.column - b.column);
  const declared = readDeclaration(document.value);
  return declared.ok
    ? { declaration: declared.declaration, placesOf }
    : refuseFile(command, file, placesOf(declared.faults));
}

/** Without limits that a file of an administrator could reach, but for its depth. */
const readText = (bytes: Buffer): Result<unknown> =>
  readJson(bytes, { depth: 32, keys: 10_000_000, values: 10_000_000, longText: sizeLimit });

function bytesOf(command: Command, file: string): Buffer {
  try {
    const bytes = fileBytes(file);
    if (bytes.length <= sizeLimit) return bytes;
    return giveUp(command, `error: ${file} has more than ${sizeLimit} bytes`, 2);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    return giveUp(command, `error: ${error.message}`, 2);
  }
}

function refuseFile(command: Command, file: string, faults: readonly Placed[]): never {
  const name = file === '-' ? 'standard input' : file;
  if (wantsJson(command)) console.log(JSON.stringify({ file: name, faults }, null, 2));
  const lines = faults.map(
    ({ line, column, pointer, detail }) =>
      `${name}:${line}:${column}: ${pointer === '#' ? '' : `${pointer.slice(2)}: `}${detail}`,
  );
  const count = faults.length === 1 ? 'One fault' : `${faults.length} faults`;
  return giveUp(command, [...lines, `${count}. Nothing was written.`].join('\n'), 2);
}

/** A template that cannot be rendered would refuse every mail of its hooks. */
async function liquidFaults(declaration: Declaration, standing: Standing): Promise<DeclarationFault[]> {
  const declared = declaration.templates ?? [];
  const faults = await templateFaults(
    declared.map(({ entry }) => entry),
    standing.templates,
  );
  return declared.flatMap(({ entry: { name }, index }): DeclarationFault[] => {
    const detail = faults.get(name);
    return detail === undefined ? [] : [{ pointer: `#/templates/${index}`, detail, part: 'value' }];
  });
}

/** All that can be declared, as it stands. */
async function standingOf(access: AccessStore): Promise<Standing> {
  const [submitters, operators, templates, hooks, suppressions] = await Promise.all([
    access.submitters.list(),
    access.operators.list(),
    access.templates.list(),
    access.hooks.list(),
    access.suppressions.list(),
  ]);
  return { submitters, operators, templates, hooks, suppressions };
}

function viewOf(differences: readonly Difference[], unapplied: readonly Unapplied[], options: Options) {
  const failed = new Map(unapplied.map(({ kind, id, problem }) => [`${kind}/${id}`, problem.detail]));
  const counts = Object.fromEntries(
    (['added', 'changed', 'removed', 'unchanged'] as const).map((change) => [
      change,
      differences.filter((one) => one.change === change).length,
    ]),
  );
  return {
    object: 'apply',
    dry_run: options.dryRun ?? false,
    ...counts,
    kinds: declaredKinds.filter((kind) => differences.some((one) => one.kind === kind)),
    differences: differences
      .filter(({ change }) => change !== 'unchanged')
      .map((difference) => ({
        kind: difference.kind,
        id: difference.id,
        change: difference.change,
        // JSON leaves out what is undefined.
        fields: 'fields' in difference ? difference.fields : undefined,
        error: failed.get(`${difference.kind}/${difference.id}`),
      })),
  };
}
