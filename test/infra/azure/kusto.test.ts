/**
 * The queries in the words of Azure's own compiler: they parse, every table, column and function exists, and what a rule measures is a number.
 * It is Microsoft's package `@kusto/language-service-next`.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, test } from 'node:test';
import { runInThisContext } from 'node:vm';
import { folder, ofType, source } from './template.ts';

const compiler = path.dirname(
  createRequire(import.meta.url).resolve('@kusto/language-service-next/package.json'),
);

/** The tables that are asked, as far as they are (https://learn.microsoft.com/azure/azure-monitor/reference/tables-index). */
const tables: Readonly<Record<string, string>> = {
  AppTraces:
    'TimeGenerated: datetime, Message: string, SeverityLevel: int, OperationId: string, ItemCount: int, Properties: dynamic',
  AppRequests:
    'TimeGenerated: datetime, Name: string, ResultCode: string, Success: bool, DurationMs: real, OperationId: string, ItemCount: int',
  _LogOperation:
    'TimeGenerated: datetime, Category: string, Operation: string, Level: string, Detail: string',
};

// eslint-disable-next-line typescript/no-explicit-any -- what Bridge.NET makes of C# has no types worth having
type Kusto = any;

/** What the compiler says of a query, and the columns that come of it. */
let read: (query: string) => {
  readonly faults: readonly string[];
  readonly columns: ReadonlyMap<string, string>;
};

function start(): typeof read {
  for (const file of ['bridge.min.js', 'Kusto.Language.Bridge.min.js'])
    runInThisContext(readFileSync(path.join(compiler, file), 'utf8'));
  const { Symbols, GlobalState, KustoCode }: Kusto = (globalThis as Kusto).Kusto.Language;
  const symbols = Object.entries(tables).map(([name, columns]) =>
    Symbols.TableSymbol.From(`(${columns})`).WithName(name),
  );
  const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.$ctor1('workspace', symbols));
  const list = (of: Kusto): Kusto[] => Array.from({ length: of.Count }, (_, index) => of.getItem(index));
  return (query) => {
    const code = KustoCode.ParseAndAnalyze(query, globals);
    return {
      faults: list(code.GetDiagnostics()).map(({ Message, Start }) => `${Start}: ${Message}`),
      columns: new Map(
        list(code.ResultType?.Columns ?? { Count: 0 }).map(({ Name, Type }) => [Name, Type.Name]),
      ),
    };
  };
}

describe('the queries', () => {
  test('the compiler takes every file', () => {
    read ??= start();
    const log = source('queries/log.kql');
    for (const file of globSync('queries/*.kql', { cwd: folder })) {
      const query = file.endsWith('log.kql') ? `${log}\nPostriderLog` : `${log}\n${source(file)}`;
      const { faults, columns } = read(query);
      assert.deepEqual(faults, [], file);
      assert.ok(columns.size > 0, file);
    }
  });

  test('every rule measures one number', () => {
    read ??= start();
    for (const { properties } of ofType('private', 'Microsoft.Insights/scheduledQueryRules')) {
      const { faults, columns } = read(properties.criteria.allOf[0].query);
      assert.deepEqual(faults, [], properties.displayName);
      assert.match(columns.get('Value') ?? '', /^(?:long|real|double|int)$/, properties.displayName);
      assert.equal(columns.size, 1, properties.displayName);
    }
  });

  test('it is a compiler: a column that is not there is a fault', () => {
    read ??= start();
    assert.match(read('AppTraces | project Nothing').faults.join(), /Nothing/);
    assert.ok(read('AppTraces | where').faults.length > 0);
  });
});
