/** A request about one entity, alone or inside a transaction: address, ETag and properties. */
import { isKey, readProperties, type Properties } from './entity.ts';
import type { Operation } from './operation.ts';
import { isRefusal, refuse, type Refusal } from './refusal.ts';

export interface EntityCall {
  readonly operation: Operation;
  readonly table: string;
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly properties: Properties;
  /** The If-Match header; undefined where none is sent. */
  readonly ifMatch: string | undefined;
}

interface EntityRequest {
  readonly operation: Operation;
  readonly resource: readonly string[];
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer | string;
}

/** The table in `Orders`, `Orders()`, `Orders(PartitionKey='a',RowKey='b')` and `Tables('Orders')`. */
export function readTableName(resource: string): string | undefined {
  return /^Tables\('(\w+)'\)$/.exec(resource)?.[1] ?? /^(\w+)(?:\(.*\))?$/s.exec(resource)?.[1];
}

const unquoted = (key: string | undefined): unknown => key?.replaceAll("''", "'");

const ADDRESS =
  /^(?<table>\w+)\(PartitionKey='(?<partitionKey>(?:[^']|'')*)',\s*RowKey='(?<rowKey>(?:[^']|'')*)'\)$/s;

export function readEntityCall(request: EntityRequest): EntityCall | Refusal {
  const { operation } = request;
  const json = operation === 'DeleteEntity' || operation === 'GetEntity' ? {} : readJson(request.body);
  if (json === undefined) return refuse('InvalidInput');
  const resource = request.resource[0] ?? '';
  const address = ADDRESS.exec(resource)?.groups;
  const inserts = operation === 'InsertEntity';
  const partitionKey = inserts ? json['PartitionKey'] : unquoted(address?.['partitionKey']);
  const rowKey = inserts ? json['RowKey'] : unquoted(address?.['rowKey']);
  if (partitionKey === undefined || rowKey === undefined) return refuse('PropertiesNeedValue');
  if (!isKey(partitionKey) || !isKey(rowKey)) return refuse('OutOfRangeInput');
  const properties = readProperties(json);
  if (isRefused(properties)) return properties;
  const header = request.headers['if-match'];
  const ifMatch = typeof header === 'string' ? header : undefined;
  if (operation === 'DeleteEntity' && ifMatch === undefined) return refuse('MissingRequiredHeader');
  const table = readTableName(resource) ?? '';
  return { operation, table, partitionKey, rowKey, properties, ifMatch };
}

/** An entity may have a property of the name `refused`: then it is an object, and no code. */
const isRefused = (result: Properties | Refusal): result is Refusal =>
  isRefusal(result) && typeof result.refused === 'string';

function readJson(body: Buffer | string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(body.toString());
    return typeof json === 'object' && json !== null ? { ...json } : undefined;
  } catch {
    return undefined;
  }
}
