/**
 * A table entity: its typed properties, its limits, and its JSON.
 * Sources: https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model and
 * https://learn.microsoft.com/rest/api/storageservices/payload-format-for-table-service-operations
 */
import { refuse, type Refusal } from './refusal.ts';

/** `value` as JSON has it: Int64, DateTime, Guid and Binary are strings. */
export interface Property {
  readonly type: EdmType;
  readonly value: string | number | boolean;
}

const EDM_TYPES = ['Binary', 'Boolean', 'DateTime', 'Double', 'Guid', 'Int32', 'Int64', 'String'] as const;
type EdmType = (typeof EDM_TYPES)[number];

export type Properties = Readonly<Record<string, Property>>;

export interface Entity {
  readonly partitionKey: string;
  readonly rowKey: string;
  /** ISO 8601 with 100 ns: the Timestamp property and the ETag. */
  readonly stamp: string;
  readonly properties: Properties;
}

/** https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model#property-limitations */
const LIMITS = {
  entityBytes: 1024 * 1024,
  propertyBytes: 64 * 1024,
  properties: 252,
  nameLength: 255,
  keyBytes: 1024,
} as const;

export const etagOf = ({ stamp }: Pick<Entity, 'stamp'>): string =>
  `W/"datetime'${encodeURIComponent(stamp)}'"`;

/** The place of an entity in its table. No allowed key holds a NUL, so that the order is that of the two keys. */
export const placeOf = (partitionKey: string, rowKey: string): string => `${partitionKey}\0${rowKey}`;

/** `Orders(PartitionKey='a',RowKey='b')`, encoded for a URL. */
export function addressOf(table: string, ...keys: readonly [partitionKey: string, rowKey: string]): string {
  const [partition, row] = keys.map((key) => encodeURIComponent(key.replaceAll("'", "''")));
  return `${table}(PartitionKey='${partition}',RowKey='${row}')`;
}

export const isKey = (key: unknown): key is string =>
  typeof key === 'string' &&
  key.length * 2 <= LIMITS.keyBytes &&
  // eslint-disable-next-line no-control-regex -- they are what a key must not have
  !/[/\\#?\u0000-\u001F\u007F-\u009F]/.test(key);

/** The properties in a request's JSON object, without the keys, the Timestamp, annotations and nulls. */
export function readProperties(json: Readonly<Record<string, unknown>>): Properties | Refusal {
  const properties: Record<string, Property> = {};
  for (const [name, value] of Object.entries(json)) {
    if (value === null || name === 'PartitionKey' || name === 'RowKey' || name === 'Timestamp') continue;
    if (name.includes('@odata.') || name.startsWith('odata.')) continue;
    if (name.length > LIMITS.nameLength) return refuse('PropertyNameTooLong');
    const property = readProperty(value, json[`${name}@odata.type`]);
    if (property === undefined) return refuse('InvalidInput');
    if (sizeOf(property) > LIMITS.propertyBytes + 4) return refuse('PropertyValueTooLarge');
    properties[name] = property;
  }
  return properties;
}

function readProperty(value: unknown, annotation: unknown): Property | undefined {
  const named = typeof annotation === 'string' ? annotation.replace(/^Edm\./, '') : undefined;
  const type = named === undefined ? inferred(value) : EDM_TYPES.find((one) => one === named);
  if (type === undefined || !fits(type, value)) return undefined;
  return { type, value };
}

function inferred(value: unknown): EdmType | undefined {
  if (typeof value === 'string') return 'String';
  if (typeof value === 'boolean') return 'Boolean';
  if (typeof value === 'number') return (value | 0) === value ? 'Int32' : 'Double';
  return undefined;
}

function fits(type: EdmType, value: unknown): value is Property['value'] {
  const text = String(value);
  switch (type) {
    case 'Boolean':
      return /^(?:true|false)$/.test(text);
    case 'Double':
      return /^(?:NaN|-?Infinity)$/.test(text) || (text !== '' && Number.isFinite(Number(text)));
    case 'Int32':
      return text !== '' && (Number(text) | 0) === Number(text);
    case 'Int64':
      return /^-?\d{1,19}$/.test(text);
    case 'DateTime':
      return !Number.isNaN(Date.parse(text));
    case 'Guid':
      return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
    case 'Binary':
    case 'String':
      return typeof value === 'string';
    default:
      return type satisfies never;
  }
}

/** Why these properties cannot be stored; undefined when they can. */
export function limitPassed(
  partitionKey: string,
  rowKey: string,
  properties: Properties,
): Refusal | undefined {
  if (Object.keys(properties).length > LIMITS.properties) return refuse('TooManyProperties');
  return entitySize(partitionKey, rowKey, properties) > LIMITS.entityBytes
    ? refuse('EntityTooLarge')
    : undefined;
}

/** Bytes, counted as Microsoft says: https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model */
export function entitySize(partitionKey: string, rowKey: string, properties: Properties): number {
  let size = 4 + (partitionKey.length + rowKey.length) * 2;
  for (const [name, property] of Object.entries(properties)) size += 8 + name.length * 2 + sizeOf(property);
  return size;
}

function sizeOf({ type, value }: Property): number {
  switch (type) {
    case 'String':
      return String(value).length * 2 + 4;
    case 'Binary':
      return Buffer.byteLength(String(value), 'base64') + 4;
    case 'Boolean':
      return 1;
    case 'Int32':
      return 4;
    case 'Guid':
      return 16;
    case 'Int64':
    case 'Double':
    case 'DateTime':
      return 8;
    default:
      return type satisfies never;
  }
}

/** How much of OData an answer holds: the `odata=` of the Accept header. */
export type Metadata = 'no' | 'minimal' | 'full';

/** The members of the JSON object of an entity. `select`: the only properties wanted. `url`: of the table. */
export function toJson(
  entity: Entity,
  metadata: Metadata,
  url: string,
  select?: ReadonlySet<string>,
): Record<string, unknown> {
  const { partitionKey, rowKey, stamp, properties } = entity;
  const json: Record<string, unknown> = {};
  if (metadata === 'full') Object.assign(json, links(entity, url));
  if (metadata !== 'no') json['odata.etag'] = etagOf(entity);
  const put = (name: string, { type, value }: Property): void => {
    if (select && !select.has(name)) return;
    const plain =
      type === 'String' ||
      type === 'Boolean' ||
      type === 'Int32' ||
      name === 'PartitionKey' ||
      name === 'RowKey';
    const silent = plain || (type === 'Double' && metadata === 'minimal' && !Number.isInteger(Number(value)));
    if (metadata !== 'no' && !silent && (name !== 'Timestamp' || metadata === 'full')) {
      json[`${name}@odata.type`] = `Edm.${type}`;
    }
    json[name] = jsonValue(type, value);
  };
  put('PartitionKey', { type: 'String', value: partitionKey });
  put('RowKey', { type: 'String', value: rowKey });
  put('Timestamp', { type: 'DateTime', value: stamp });
  for (const [name, property] of Object.entries(properties)) put(name, property);
  return json;
}

/** Clients may send numbers and truths as text when they name the type; the service answers with JSON's own. */
function jsonValue(type: EdmType, value: Property['value']): Property['value'] {
  if (type === 'Boolean') return String(value) === 'true';
  const isNumber = type === 'Int32' || (type === 'Double' && Number.isFinite(Number(value)));
  return isNumber ? Number(value) : value;
}

function links({ partitionKey, rowKey }: Entity, url: string): Record<string, string> {
  const table = url.slice(url.lastIndexOf('/') + 1);
  const link = addressOf(table, partitionKey, rowKey);
  return {
    'odata.type': `devstoreaccount1.${table}`,
    'odata.id': url.slice(0, url.lastIndexOf('/') + 1) + link,
    'odata.editLink': link,
  };
}
