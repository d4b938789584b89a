/**
 * Query Entities: a page of what passes the filter, in the order of the keys, and where to go on.
 * Source: https://learn.microsoft.com/rest/api/storageservices/query-timeout-and-pagination
 */
import { entitySize, placeOf, toJson, type Entity } from './entity.ts';
import { everything, readFilter, type Filter } from './filter.ts';
import { answerOdata, metadataOf } from './odata.ts';
import type { OrderedMap } from './ordered-map.ts';
import { refuse, type Refusal } from './refusal.ts';
import { wholeNumber, type Answer, type Call } from './service.ts';

/** A page ends at 1,000 entities or 4 MiB. */
const PAGE = { entities: 1000, bytes: 4 * 1024 * 1024 } as const;

/** Continuation tokens are opaque to clients; ours are the keys of the next entity in base64. */
const NEXT = { partition: 'NextPartitionKey', row: 'NextRowKey' } as const;

export function query(table: OrderedMap<Entity>, name: string, call: Call): Answer | Refusal {
  const source = call.query.get('$filter');
  const filter = source ? readFilter(source) : everything;
  const top = wholeNumber(call.query, '$top') ?? PAGE.entities;
  if (filter === undefined || !(top >= 1 && top <= PAGE.entities)) return refuse('InvalidInput');
  const { found, next } = page(table, filter, top, continuation(call.query));
  const metadata = metadataOf(call);
  const select = call.query.get('$select');
  const wanted = select ? new Set(select.split(',').map((one) => one.trim())) : undefined;
  const value = found.map((entity) => toJson(entity, metadata, `${call.account}/${name}`, wanted));
  return answerOdata(call, 200, { value }, name, {
    [`x-ms-continuation-${NEXT.partition}`]: next && token(next.partitionKey),
    [`x-ms-continuation-${NEXT.row}`]: next && token(next.rowKey),
  });
}

const token = (key: string): string => Buffer.from(`!${key}`).toString('base64url');

/** Where the last page ended: the place of the entity to begin with. */
function continuation(parameters: URLSearchParams): string {
  const key = (name: string): string =>
    Buffer.from(parameters.get(name) ?? '', 'base64url')
      .toString()
      .slice(1);
  return parameters.has(NEXT.partition) ? placeOf(key(NEXT.partition), key(NEXT.row)) : '';
}

function page(
  table: OrderedMap<Entity>,
  { matches, partition, row }: Filter,
  top: number,
  resumed: string,
): { found: Entity[]; next?: Entity } {
  const onePartition = partition.low === partition.high;
  const start = placeOf(partition.low, onePartition ? row.low : '');
  const last = onePartition ? row.high : undefined;
  const found: Entity[] = [];
  let bytes = 0;
  for (const [, entity] of table.from(resumed > start ? resumed : start)) {
    if (partition.high !== undefined && entity.partitionKey > partition.high) break;
    if (last !== undefined && entity.rowKey > last) break;
    if (!matches(entity)) continue;
    if (found.length >= top || bytes >= PAGE.bytes) return { found, next: entity };
    found.push(entity);
    bytes += entitySize(entity.partitionKey, entity.rowKey, entity.properties);
  }
  return { found };
}
