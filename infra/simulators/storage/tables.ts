/**
 * The table service: tables, entities, entity group transactions and queries.
 * Source: https://learn.microsoft.com/rest/api/storageservices/table-service-rest-api
 */
import { etagOf, limitPassed, placeOf, toJson, type Entity, type Properties } from './entity.ts';
import { OrderedMap } from './ordered-map.ts';
import { readEntityCall, readTableName, type EntityCall } from './entity-call.ts';
import { answerTransaction, readTransaction } from './group-transaction.ts';
import { query } from './query.ts';
import { answerOdata, metadataOf } from './odata.ts';
import { isRefusal, refuse, type Refusal } from './refusal.ts';
import type { Answer, Call, Service } from './service.ts';

export type TableChange =
  | { readonly do: 'create table' | 'delete table'; readonly table: string }
  | {
      readonly do: 'put entity' | 'merge entity';
      readonly table: string;
      readonly partitionKey: string;
      readonly rowKey: string;
      readonly stamp: string;
      readonly properties: Properties;
    }
  | {
      readonly do: 'delete entity';
      readonly table: string;
      readonly partitionKey: string;
      readonly rowKey: string;
    }
  | { readonly do: 'transact'; readonly changes: readonly TableChange[] };

export type Table = OrderedMap<Entity>;

export class Tables implements Service<TableChange> {
  /** By name in lower case: names differ by more than case. */
  readonly #tables = new Map<string, Table>();
  readonly #nextStamp = stamps();

  apply(change: TableChange): void {
    switch (change.do) {
      case 'create table':
        this.#tables.set(change.table.toLowerCase(), new OrderedMap());
        return;
      case 'delete table':
        this.#tables.delete(change.table.toLowerCase());
        return;
      case 'transact':
        for (const one of change.changes) this.apply(one);
        return;
      case 'delete entity':
        this.#table(change.table)?.delete(placeOf(change.partitionKey, change.rowKey));
        return;
      case 'put entity':
      case 'merge entity': {
        const { do: how, table, ...entity } = change;
        const place = placeOf(entity.partitionKey, entity.rowKey);
        const before = how === 'merge entity' ? this.#table(table)?.get(place)?.properties : {};
        this.#table(table)?.set(place, { ...entity, properties: { ...before, ...entity.properties } });
        return;
      }
      default:
        change satisfies never;
    }
  }

  handle(call: Call, commit: (change: TableChange) => void): Answer | Refusal {
    if (call.operation === 'CreateTable') return this.#createTable(call, commit);
    if (call.operation === 'EntityGroupTransaction') return this.#transact(call, commit);
    const name = readTableName(call.resource[0] ?? '');
    if (name === undefined) return refuse('InvalidResourceName');
    const table = this.#table(name);
    if (call.operation === 'DeleteTable') {
      if (!table) return refuse('ResourceNotFound');
      commit({ do: 'delete table', table: name });
      return { status: 204 };
    }
    if (!table) return refuse('TableNotFound');
    if (call.operation === 'QueryEntities') return query(table, name, call);
    const entityCall = readEntityCall(call);
    if (isRefusal(entityCall)) return entityCall;
    return call.operation === 'GetEntity'
      ? getEntity(table, entityCall, call)
      : this.#write(table, entityCall, call, commit);
  }

  #table(name: string): Table | undefined {
    return this.#tables.get(name.toLowerCase());
  }

  #createTable(call: Call, commit: (change: TableChange) => void): Answer | Refusal {
    const name = /"TableName"\s*:\s*"([^"]*)"/.exec(call.body.toString())?.[1] ?? '';
    if (!/^[A-Za-z][A-Za-z0-9]{2,62}$/.test(name)) return refuse('InvalidResourceName');
    if (this.#table(name)) return refuse('TableAlreadyExists');
    commit({ do: 'create table', table: name });
    return answerOdata(call, 201, { TableName: name }, 'Tables/@Element');
  }

  #write(
    table: Table,
    wanted: EntityCall,
    call: Call,
    commit: (change: TableChange) => void,
  ): Answer | Refusal {
    const decided = decide(table, wanted, this.#nextStamp(call.now));
    if (isRefusal(decided)) return decided;
    commit(decided);
    if (decided.do === 'delete entity') return { status: 204 };
    const headers = { etag: etagOf(decided) };
    if (wanted.operation !== 'InsertEntity') return { status: 204, headers };
    const silent = call.headers.prefer === 'return-no-content';
    if (silent) return { status: 204, headers: { ...headers, 'preference-applied': 'return-no-content' } };
    const json = toJson(decided, metadataOf(call), `${call.account}/${wanted.table}`);
    return answerOdata(call, 201, json, `${wanted.table}/@Element`, headers);
  }

  /** All or nothing: every operation is decided before the first is done, which is sound since each is about another entity. */
  #transact(call: Call, commit: (change: TableChange) => void): Answer | Refusal {
    const transaction = readTransaction(call);
    if (isRefusal(transaction)) return transaction;
    const changes: EntityChange[] = [];
    for (const [index, wanted] of transaction.calls.entries()) {
      const table = isRefusal(wanted) ? undefined : this.#table(wanted.table);
      const decided = isRefusal(wanted)
        ? wanted
        : table
          ? decide(table, wanted, this.#nextStamp(call.now))
          : refuse('TableNotFound');
      if (isRefusal(decided)) return answerTransaction(transaction, { index, ...decided });
      changes.push(decided);
    }
    commit({ do: 'transact', changes });
    return answerTransaction(transaction, changes);
  }
}

export type EntityChange = Extract<TableChange, { readonly partitionKey: string }>;

function getEntity(
  table: Table,
  { partitionKey, rowKey, table: name }: EntityCall,
  call: Call,
): Answer | Refusal {
  const entity = table.get(placeOf(partitionKey, rowKey));
  if (!entity) return refuse('ResourceNotFound');
  const select = call.query.get('$select');
  const wanted = select ? new Set(select.split(',')) : undefined;
  const json = toJson(entity, metadataOf(call), `${call.account}/${name}`, wanted);
  return answerOdata(call, 200, json, `${name}/@Element`, { etag: etagOf(entity) });
}

/** The change that a write is, or why it is refused. */
function decide(table: Table, wanted: EntityCall, stamp: string): EntityChange | Refusal {
  const { operation, partitionKey, rowKey, properties, ifMatch } = wanted;
  const present = table.get(placeOf(partitionKey, rowKey));
  if (operation === 'InsertEntity') {
    if (present) return refuse('EntityAlreadyExists');
  } else if (ifMatch !== undefined) {
    if (!present) return refuse('ResourceNotFound');
    if (ifMatch !== '*' && ifMatch !== etagOf(present)) return refuse('UpdateConditionNotSatisfied');
  }
  const where = { table: wanted.table, partitionKey, rowKey };
  if (operation === 'DeleteEntity') return { do: 'delete entity', ...where };
  const merges = operation === 'MergeEntity' || operation === 'InsertOrMergeEntity';
  const merged = merges && present ? { ...present.properties, ...properties } : properties;
  const passed = limitPassed(partitionKey, rowKey, merged);
  return passed ?? { do: merges ? 'merge entity' : 'put entity', ...where, stamp, properties };
}

/** Timestamps of 100 ns that always rise, as ETags must. */
function stamps(): (now: number) => string {
  let millisecond = 0;
  let count = 0;
  return (now) => {
    if (now > millisecond) [millisecond, count] = [now, 0];
    else if (++count > 9999) [millisecond, count] = [millisecond + 1, 0];
    return `${new Date(millisecond).toISOString().slice(0, -1)}${String(count).padStart(4, '0')}Z`;
  };
}
